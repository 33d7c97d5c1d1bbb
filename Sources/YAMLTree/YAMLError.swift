public import Diagnostics
internal import SecretMemory

/// Why a file is no document, or a document no JSON value. No case holds a byte of the file's values.
public struct YAMLError: Error, Equatable {
    public enum Reason: Equatable, Sendable {
        /// Over ``YAMLLimits/byteCount``.
        case tooLarge(byteCount: Int)
        /// Over ``YAMLLimits/depth``, in the file or after aliases have been followed.
        case tooDeep
        /// Over ``YAMLLimits/nodeCount``.
        case tooManyNodes
        /// Over ``YAMLLimits/valueCount``, after aliases have been followed.
        case tooManyValues
        /// Over ``YAMLLimits/directiveCount``.
        case tooManyDirectives
        /// Byte order marks all over the file.
        case tooManyByteOrderMarks
        /// libyaml got no memory.
        case outOfMemory
        /// The text is no YAML. The words are those of libyaml, and of go-yaml.
        case syntax(problem: String, context: String?)
        /// The text is no JSON. The words are those of Go's `encoding/json`.
        case json(problem: String)
        /// Two byte order marks at the start make go-yaml overlook the first characters of lines.
        case secondByteOrderMark
        /// A tag right before a comma, which go-yaml takes for a part of the tag.
        case tagBeforeComma
        /// An alias without its anchor. A name long enough to be a key is left out.
        case unknownAnchor(name: String?)
        /// An alias inside its own target. A name long enough to be a key is omitted.
        case anchorContainsItself(name: String?)
        /// Nearly all of the document comes from aliases.
        case excessiveAliasing
        /// A scalar whose explicit tag does not fit its text; both tags in their short form, such as `!!int`.
        case tagMismatch(found: String, wanted: String)
        /// `!!binary` in front of something that is not base64.
        case invalidBinary
        /// `<<` with something that is neither a mapping nor a list of mappings.
        case invalidMerge
        /// A mapping or a list as the key of a mapping.
        case collectionAsKey
        /// A key that has no text in JSON; `type` is the name of its Go type.
        case unsupportedKey(type: String)
        /// A number that JSON does not have, as Go names it: `NaN`, `+Inf` or `-Inf`.
        case unsupportedNumber(String)
    }

    public let reason: Reason
    /// Where; nil if it concerns the file as a whole.
    public let position: SourcePosition?
    /// The line that go-yaml would name, which is at times one less, or none.
    let goLine: Int?

    init(_ reason: Reason, at position: SourcePosition?, goLine: Int? = nil) {
        self.reason = reason
        self.position = position
        self.goLine = goLine
    }

    /// The line that go-yaml's `parser.fail` names for a line counted from 0 (go-yaml v2.4, decode.go).
    static func goLine(_ line: Int, isScanner: Bool = false, context: Int = 0) -> Int? {
        if line != 0 { return isScanner ? line + 1 : line }
        return context == 0 ? nil : context
    }

    /// The name of an anchor, if it may be shown: the base64 text of the shortest AES key has 24 characters.
    static func showable(_ anchor: SecretKey) -> String? { anchor.bytes.count < 16 ? anchor.revealedText() : nil }
}

extension YAMLError {
    /// What kube-apiserver would print (after its own prefix), with `REDACTED` wherever it would quote the file.
    ///
    /// Nil for limits that kube-apiserver does not have.
    public var upstreamText: String? {
        let line = goLine.map { "line \($0): " } ?? ""
        return switch reason {
        case .tooLarge, .tooDeep, .tooManyNodes, .tooManyValues, .tooManyDirectives, .tooManyByteOrderMarks,
            .outOfMemory, .secondByteOrderMark, .tagBeforeComma:
            nil
        case .syntax(let problem, _): "yaml: \(line)\(problem)"
        case .json(let problem): problem
        case .unknownAnchor(let name): "yaml: unknown anchor '\(name ?? "REDACTED")' referenced"
        case .anchorContainsItself(let name): "yaml: anchor '\(name ?? "REDACTED")' value contains itself"
        case .excessiveAliasing: "yaml: document contains excessive aliasing"
        case .tagMismatch(let found, let wanted): "yaml: cannot decode \(found) `REDACTED` as a \(wanted)"
        case .invalidBinary: "yaml: !!binary value contains invalid base64 data"
        case .invalidMerge: "yaml: map merge requires map or sequence of maps as the value"
        case .collectionAsKey: "yaml: invalid map key: REDACTED"
        case .unsupportedKey("nil"): "unsupported map key of type: %!s(<nil>), key: <nil>, value: REDACTED"
        case .unsupportedKey(let type): "unsupported map key of type: \(type), key: REDACTED, value: REDACTED"
        case .unsupportedNumber(let name): "json: unsupported value: \(name)"
        }
    }

    /// What is wrong, in one sentence without a full stop and without the position.
    public var message: String {
        switch reason {
        case .tooLarge(let byteCount): "the file has \(byteCount) bytes; at most \(YAMLLimits.byteCount) are read"
        case .tooDeep: "more than \(YAMLLimits.depth) levels of nesting"
        case .tooManyNodes: "more than \(YAMLLimits.nodeCount) nodes"
        case .tooManyValues: "more than \(YAMLLimits.valueCount) values once aliases are followed"
        case .tooManyDirectives: "more than \(YAMLLimits.directiveCount) directives"
        case .tooManyByteOrderMarks: "byte order marks at the start of lines"
        case .outOfMemory: "not enough memory to parse the file"
        case .syntax(let problem, let context): problem + (context.map { " \($0)" } ?? "")
        case .json(let problem): problem
        case .secondByteOrderMark:
            "kube-apiserver ignores the first character of this line, after two byte order marks"
        case .tagBeforeComma: "put a space between the tag and the comma: kube-apiserver reads both as the tag"
        case .unknownAnchor(let name):
            "an alias names \(name.map { "the anchor \($0)" } ?? "an anchor"), which does not exist"
        case .anchorContainsItself(let name):
            "the value of \(name.map { "the anchor \($0)" } ?? "an anchor") contains itself"
        case .excessiveAliasing: "too much of the document comes from aliases"
        case .tagMismatch(let found, let wanted): "the tag says \(wanted), but the text is \(found)"
        case .invalidBinary: "the text of a !!binary value is not base64"
        case .invalidMerge: "only a mapping or a list of mappings can be merged"
        case .collectionAsKey: "a mapping or a list cannot be a key"
        case .unsupportedKey("nil"): "null cannot be a key"
        case .unsupportedKey: "a number over 9223372036854775807 cannot be a key"
        case .unsupportedNumber(let name): "\(name) cannot be written as JSON"
        }
    }
}

extension YAMLError: CustomStringConvertible {
    public var description: String { position.map { "\($0): \(message)" } ?? message }
}
