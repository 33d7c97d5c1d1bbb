internal import Diagnostics
internal import GoText
internal import SecretMemory
internal import YAMLTree

/// Decodes values into fields as Go's JSON decoder does for the types of the configuration, and keeps the errors: the
/// first type error, unknown fields, the first invalid duration.
///
/// (sigs.k8s.io/json, based on Go's encoding/json, `UnmarshalStrict` with case-sensitive names.)
struct FieldDecoder {
    /// The path of a value: as Kubernetes writes paths, and as Go names struct fields.
    struct Place {
        /// `resources[0].providers[1].aescbc.keys`
        var path: String
        /// `resources.providers.aescbc.keys`
        var goPath: String

        func field(_ name: String) -> Place {
            Place(path: path.isEmpty ? name : "\(path).\(name)", goPath: goPath.isEmpty ? name : "\(goPath).\(name)")
        }
        func item(_ index: Int) -> Place { Place(path: "\(path)[\(index)]", goPath: goPath) }
    }

    /// The first value of a wrong type. Go reports no other.
    private(set) var typeError: Finding?
    /// A value that a type decodes itself and does not like. It ends Go's decoding at once, so it hides any type error.
    private(set) var fatalError: Finding?
    /// Fields that the types do not have, or that stand twice, in the order found; each text once.
    private(set) var strictErrors: [StrictFinding] = []
    /// What was found before: the texts as Go has them, which is with all that is redacted.
    private var strictTexts: Set<[UInt8]> = []
    private let redactor: SecretRedactor

    init(_ redactor: SecretRedactor) { self.redactor = redactor }

    struct Finding {
        let apiserverText: String
        let diagnostic: Diagnostic
    }

    /// What a strict decoder refuses, and one that is not ignores.
    struct StrictFinding {
        let apiserverText: String
        let diagnostic: Diagnostic
        let ignored: IgnoredField
    }

    /// Walks the members of an object and hands each to `decode`, which answers whether it knows the field.
    ///
    /// - Returns: False if the value is no object (null counts as an object without members).
    @discardableResult
    mutating func object(
        _ value: YAMLValue, of structName: String, goType: String, at place: Place,
        _ decode: (inout FieldDecoder, String, YAMLValue, Place) -> Bool
    ) -> Bool {
        switch value.kind {
        case .null: return true
        case .object(let members):
            var known: Set<String> = []
            for member in members {
                let name = member.key.revealedText()
                let found = strictErrors.count
                if !decode(&self, name, member.value, place.field(name)) {
                    addUnknownField(name, parent: place, member: member)
                } else if !known.insert(name).inserted {
                    // Go notes it before it decodes the value.
                    addDuplicateField(name, parent: place, member: member, at: found)
                }
            }
            return true
        default:
            mismatch(value, in: structName, goType: goType, at: place)
            return false
        }
    }

    /// Merges the elements of a list into a field. Null unsets the field; a value that is not a list leaves it
    /// unchanged.
    mutating func list<Element>(
        _ value: YAMLValue, of structName: String, goType: String, at place: Place,
        onto list: inout DecodedList<Element>, blank: (SourcePosition) -> Element,
        _ decode: (inout FieldDecoder, YAMLValue, Place, inout Element) -> Void
    ) {
        switch value.kind {
        case .null: list.setNull()
        case .array(let elements):
            list.lay(elements, blank: { blank($0.node.start) }) { decode(&self, $0, place.item($1), &$2) }
        default: mismatch(value, in: structName, goType: "[]\(goType)", at: place)
        }
    }

    /// A text; nil for null or for what is no text.
    mutating func text(_ value: YAMLValue, of structName: String, at place: Place) -> Located<String>? {
        secret(value, of: structName, at: place).map { Located(value: $0.value.revealedText(), position: $0.position) }
    }

    /// A text that stays in wiped memory; nil for null or for what is no text.
    mutating func secret(_ value: YAMLValue, of structName: String, at place: Place) -> Located<SecretKey>? {
        switch value.kind {
        case .null: return nil
        case .string(let text): return Located(value: text, position: value.node.start)
        default:
            mismatch(value, in: structName, goType: "string", at: place)
            return nil
        }
    }

    /// A 32-bit integer; nil for null or for any other value.
    mutating func int32(_ value: YAMLValue, of structName: String, at place: Place) -> Located<Int32>? {
        switch value.kind {
        case .null: return nil
        case .number(let text):
            let text = text.revealedText()
            if let number = Int32(text) { return Located(value: number, position: value.node.start) }
            mismatch(value, in: structName, goType: "int32", at: place, found: "number \(redactor.shown(text))")
            return nil
        default:
            mismatch(value, in: structName, goType: "int32", at: place)
            return nil
        }
    }

    /// A duration in nanoseconds; nil for null or an invalid one.
    mutating func duration(_ value: YAMLValue, of structName: String, at place: Place) -> Located<Int64>? {
        let position = value.node.start
        switch value.kind {
        case .null: return nil
        case .string(let text):
            do {
                let duration = try GoDuration.parse(text.revealedText(), redactor: redactor)
                return Located(value: duration, position: position)
            } catch {
                fatalError =
                    fatalError
                    ?? Finding(
                        apiserverText: error.text,
                        diagnostic: Diagnostic(
                            code: RefusalCode.duration, severity: .error, path: place.path, position: position,
                            message: error.text.hasPrefix("time: ") ? String(error.text.dropFirst(6)) : error.text,
                            hint: "write a number and a unit, such as 3s or 1m30s"))
                return nil
            }
        default:
            let finding = Self.mismatch(value, in: structName, goType: "string", at: place)
            fatalError = fatalError ?? finding
            return nil
        }
    }

    /// Notes a value whose type is not that of its field.
    mutating func mismatch(
        _ value: YAMLValue, in structName: String, goType: String, at place: Place, found: String? = nil
    ) {
        guard typeError == nil else { return }
        typeError = Self.mismatch(value, in: structName, goType: goType, at: place, found: found)
    }

    private static func mismatch(
        _ value: YAMLValue, in structName: String, goType: String, at place: Place, found: String? = nil
    ) -> Finding {
        let found = found ?? value.kind.goName
        return Finding(
            apiserverText:
                "json: cannot unmarshal \(found) into Go struct field \(structName).\(place.goPath) of type \(goType)",
            diagnostic: Diagnostic(
                code: RefusalCode.type, severity: .error, path: place.path, position: value.node.start,
                message: "\(article(found)) instead of \(wanted(goType))",
                hint: hint(found: found, goType: goType, place.path)))
    }

    /// The fields of all types, for those that are only written in another case.
    private static let knownNames = [
        "apiVersion", "kind", "resources", "providers", "aesgcm", "aescbc", "secretbox", "identity", "kms", "keys",
        "name", "secret", "cachesize", "endpoint", "timeout",
    ]

    private mutating func addUnknownField(_ name: String, parent: Place, member: YAMLMember) {
        guard strictTexts.insert(Array("unknown \(parent.field(name).path)".utf8)).inserted else { return }
        let path = parent.field(redactor.shown(name)).path
        let position = member.keyNode.start
        strictErrors.append(
            StrictFinding(
                apiserverText: "unknown field \(goQuoted(path))",
                diagnostic: Diagnostic(
                    code: RefusalCode.unknownField, severity: .error, path: path, position: position,
                    message: "unknown field",
                    hint: Self.knownNames.first { $0 != name && $0.lowercased() == name.lowercased() }
                        .map { Hint(.rename(path: path, to: $0), after: ": names of fields are case-sensitive") }
                        ?? "check spelling and indentation"),
                ignored: IgnoredField(
                    reason: .unknown, name: redactor.shown(name), path: path, position: position)))
    }

    private mutating func addDuplicateField(_ name: String, parent: Place, member: YAMLMember, at index: Int) {
        let path = parent.field(name).path
        guard strictTexts.insert(Array("duplicate \(path)".utf8)).inserted else { return }
        let position = member.keyNode.start
        strictErrors.insert(
            StrictFinding(
                apiserverText: "duplicate field \(goQuoted(path))",
                diagnostic: Self.duplicateDiagnostic(name, path: path, at: position),
                ignored: IgnoredField(reason: .repeated, name: name, path: path, position: position)),
            at: index)
    }

    /// - Parameter name: The field, as it may be shown.
    static func duplicateDiagnostic(_ name: String, path: String?, at position: SourcePosition) -> Diagnostic {
        Diagnostic(
            code: RefusalCode.duplicateField, severity: .error, path: path, position: position,
            message: "this mapping sets \(name) twice",
            // In JSON a version that is not strict lays the second value over the first.
            hint: path == nil
                ? Hint(
                    .keepLast,
                    after:
                        " if a server of 1.30 or older runs this file: it uses that one; otherwise keep the one that you meant"
                )
                : "write it once, with all that is meant")
    }

    private static func wanted(_ goType: String) -> String {
        switch goType {
        case "string": "text"
        case "int32": "a whole number of 32 bits"
        case let type where type.hasPrefix("[]"): "a list"
        default: "a mapping"
        }
    }

    private static func article(_ found: String) -> String {
        switch found {
        case "object": "a mapping"
        case "array": "a list"
        case "string": "text"
        case "bool": "a boolean (without quotes, yes, no, on, off, true and false are booleans)"
        default: "a \(found)"
        }
    }

    private static func hint(found: String, goType: String, _ path: String) -> Hint? {
        goType == "string" && (found == "bool" || found.hasPrefix("number")) ? Hint(.quote(path: path)) : nil
    }
}

extension YAMLValue.Kind {
    /// What Go calls a JSON value of this kind.
    var goName: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
