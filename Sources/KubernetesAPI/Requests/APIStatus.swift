internal import JSONText
internal import SecretMemory

/// What a server says of a failure (`kind: Status`).
///
/// The message may quote an object with its data, for one in an answer of 422; so it stays secret, and only what has a
/// known form is taken from it.
public struct APIStatus: Sendable {
    /// Such as `NotFound`; nil if the server gives none.
    public let reason: String?
    /// What the failure is about: `secrets`, or `Secret`.
    public let kind: String?
    public let group: String?
    public let name: String?
    public let causes: [Cause]
    /// The token with which an expired list can go on.
    public let continueToken: String?
    private let message: SecretKey?

    /// One cause of several.
    public struct Cause: Sendable {
        public let reason: String?
        /// The field of the object, or the etcd key.
        public let field: String?
        fileprivate let message: SecretKey?
    }

    /// Nil if the text is no Status.
    init?(_ text: SecretKey) {
        guard let json = JSONAnswer(text), json.isKind("Status") else { return nil }
        reason = json.text(json.node("reason"))
        kind = json.text(json.node("details", "kind"))
        group = json.text(json.node("details", "group"))
        name = json.text(json.node("details", "name"))
        causes = json.elements(json.node("details", "causes")).prefix(Self.causeLimit).map {
            Cause(
                reason: json.text(json.node("reason", of: $0)), field: json.text(json.node("field", of: $0)),
                message: json.secret(json.node("message", of: $0)))
        }
        continueToken = json.text(json.node("metadata", "continue"))
        message = json.secret(json.node("message"))
    }

    /// So many causes are looked at: a page has 500 objects at most.
    private static let causeLimit = 1000

    /// Whether the message begins with a text of the server's own.
    func messageStarts(with text: String) -> Bool {
        message.map { $0.span.starts(with: Array(text.utf8).span.rawBytes) } ?? false
    }

    /// Whether the message holds a text.
    func messageContains(_ text: String) -> Bool {
        message.map { $0.span.contains(Array(text.utf8).span.rawBytes) } ?? false
    }

    /// The text between two texts of the server in the message, if it is a name: letters, digits and `-._:/`.
    ///
    /// - Returns: nil if one of them is missing, or the text between them is not a name.
    func name(after start: String, before end: String) -> String? {
        guard let message else { return nil }
        let (bytes, start, end) = (message.span, Array(start.utf8), Array(end.utf8))
        guard bytes.byteCount >= start.count else { return nil }
        for offset in 0...bytes.byteCount - start.count
        where bytes.extracting(droppingFirst: offset).starts(with: start.span.rawBytes) {
            let rest = bytes.extracting(droppingFirst: offset + start.count)
            let length = (0..<min(rest.byteCount, Self.nameLimit)).first { !Self.isNameByte(rest[$0]) }
            guard let length, length > 0, rest.extracting(droppingFirst: length).starts(with: end.span.rawBytes) else {
                return nil
            }
            return String(decoding: rest.extracting(first: length).copiedToArray(), as: UTF8.self)
        }
        return nil
    }

    /// An etcd key has three names of 253 bytes at most.
    private static let nameLimit = 1024

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: ":"), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    /// The etcd keys of stored objects that the server cannot read, as far as it names them.
    public var unreadableKeys: [String] {
        let keys = reason == "StorageReadError" ? causes.compactMap(\.field) : []
        if !keys.isEmpty { return keys }
        return name(after: "unable to transform key \"", before: "\"").map { [$0] } ?? []
    }
}

extension APIStatus {
    /// The admission webhook that denied the request (k8s.io/apiserver,
    /// pkg/admission/plugin/webhook/errors/statuserror.go).
    var denyingWebhook: String? { name(after: "admission webhook \"", before: "\" denied the request") }

    /// The ValidatingAdmissionPolicy that did, and its binding.
    var denyingPolicy: (name: String, binding: String)? {
        guard let policy = name(after: "ValidatingAdmissionPolicy '", before: "' with binding '"),
            let binding = name(after: "' with binding '", before: "' denied request")
        else { return nil }
        return (policy, binding)
    }

    var isDenial: Bool { denyingWebhook != nil || denyingPolicy != nil }

    /// Whether a precondition on the uid did not hold: another object of the name is there.
    public var isAboutUID: Bool { !causes.isEmpty && causes.allSatisfy { $0.field == "metadata.uid" } }
}
