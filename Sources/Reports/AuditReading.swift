internal import EncryptionConfig
public import FleetComparison
internal import GoText
internal import JSONText
internal import KubernetesResources
internal import SecretMemory
public import ShownText

/// Why a file is no report of an audit.
public enum AuditReadingFault: Error {
    /// It is a report of another command. Its kind is not repeated: only reports of this program are named.
    case otherKind
    /// Several documents.
    case several
    /// The audit failed, so the report has no numbers.
    case failed
    /// A member is missing or has another type.
    case malformed(String)

    /// What is wrong, in one clause.
    public var explanation: Phrase {
        switch self {
        case .otherKind: "not a report of kind AuditReport"
        case .several: "several documents, or text behind the report"
        case .failed: "this audit failed, so the report has no keys"
        case .malformed(let member): "the report has no valid \(member)"
        }
    }
}

extension FleetAudit {
    /// Whether a text is a report of this program and not a configuration. Nothing of the text is copied.
    public static func isReport(_ json: RawSpan) -> Bool {
        // A configuration in JSON begins with a brace too, and can be no JSON: YAML has braces.
        let end = firstDocumentEnd(json)
        guard let tree = try? JSONTree(parsing: json.extracting(0..<end)), tree.root.kind == .object,
            let version = tree.member("apiVersion", of: tree.root, in: json), version.kind == .string
        else { return false }
        return tree.string(version, equals: "encconf/v1", in: json)
    }

    /// Reads a document of the kind `AuditReport`.
    public init(json: RawSpan, name: FleetName, path: String) throws(AuditReadingFault) {
        guard let tree = try? JSONTree(parsing: json) else { throw .several }
        let document = ReportDocument(tree: tree, text: json)
        guard document.says("kind", "AuditReport", of: tree.root) else { throw .otherKind }
        guard document.member("error", of: tree.root) == nil else { throw .failed }
        guard let source = document.member("source", of: tree.root),
            let sourcePath = document.string("path", of: source)
        else { throw .malformed("source") }
        guard let configurations = document.member("configurations", of: tree.root), configurations.kind == .array
        else { throw .malformed("configurations") }
        var hashes: [String] = []
        for configuration in tree.elements(of: configurations) {
            guard let hash = document.string("hash", of: configuration) else { throw .malformed("configurations") }
            hashes.append(hash)
        }
        guard let resources = document.member("resources", of: tree.root), resources.kind == .array else {
            throw .malformed("resources")
        }
        var needs: [Need] = []
        for resource in tree.elements(of: resources) { needs += try document.needs(of: resource) }
        var gaps: [String] = []
        guard let doubts = document.member("doubts", of: tree.root), doubts.kind == .array,
            let limits = document.member("limits", of: tree.root), limits.kind == .array
        else { throw .malformed("doubts and limits") }
        for doubt in tree.elements(of: doubts) {
            guard let reason = document.string("reason", of: doubt), let message = document.string("message", of: doubt)
            else { throw .malformed("doubts and limits") }
            // Values that need a plugin are counted under its name.
            if reason != "plugins" { gaps.append(message) }
        }
        for limit in tree.elements(of: limits) {
            guard limit.kind == .string else { throw .malformed("doubts and limits") }
            gaps.append(document.text(limit))
        }
        self.init(
            name: name, path: path, source: sourcePath, clusterUID: document.string("clusterUID", of: source),
            revision: document.member("revision", of: source).flatMap { document.integer($0) }, hashes: hashes,
            needs: needs, gaps: gaps)
    }

    /// The end of the first document, if several stand one after another; else the end of the text.
    private static func firstDocumentEnd(_ json: RawSpan) -> Int {
        var depth = 0
        var isText = false
        var isEscaped = false
        for offset in 0..<json.byteCount {
            let byte = json[offset]
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return offset + 1 }
            default: break
            }
        }
        return json.byteCount
    }
}

/// A report of this program, read again.
private struct ReportDocument: ~Escapable {
    let tree: JSONTree
    let text: RawSpan

    @_lifetime(copy text)
    init(tree: JSONTree, text: RawSpan) {
        self.tree = tree
        self.text = text
    }

    func member(_ name: String, of node: JSONTree.Node) -> JSONTree.Node? {
        guard node.kind == .object else { return nil }
        return tree.member(name, of: node, in: text)
    }

    func text(_ node: JSONTree.Node) -> String {
        String(decoding: tree.string(node, in: text).bytes.copiedToArray(), as: UTF8.self)
    }

    func string(_ name: String, of node: JSONTree.Node) -> String? {
        guard let value = member(name, of: node), value.kind == .string else { return nil }
        return text(value)
    }

    func says(_ name: String, _ expected: String, of node: JSONTree.Node) -> Bool {
        guard let value = member(name, of: node), value.kind == .string else { return false }
        return tree.string(value, equals: expected, in: text)
    }

    func integer(_ node: JSONTree.Node) -> Int64? { node.kind == .number ? tree.integer(node, in: text) : nil }

    /// A count, which is never negative.
    func count(_ name: String, of node: JSONTree.Node) throws(AuditReadingFault) -> Int {
        guard let value = member(name, of: node), let number = integer(value), number >= 0 else {
            throw .malformed("resources")
        }
        return Int(clamping: number)
    }

    /// The keys of a resource.
    func needs(of resource: JSONTree.Node) throws(AuditReadingFault) -> [FleetAudit.Need] {
        guard let name = string("resource", of: resource), let keys = member("byKey", of: resource), keys.kind == .array
        else { throw .malformed("resources") }
        let counts = try ["unreadable", "notObjects", "unchecked", "needsPlugin", "archived"]
            .map { member throws(AuditReadingFault) in try count(member, of: resource) }
        let areOthersArchived = counts[0] == 0 && counts[1] == 0 && counts[2] == counts[3] && counts[4] > 0
        var needs: [FleetAudit.Need] = []
        for key in tree.elements(of: keys) {
            guard let provider = string("provider", of: key) else { throw .malformed("resources") }
            let fingerprint = string("fingerprint", of: key)
            guard fingerprint.map(Self.isFingerprint) ?? true else { throw .malformed("resources") }
            let objects = try count("objects", of: key)
            // Reports of older versions do not have it: then nothing is known to be decrypted.
            let decrypted = member("decrypted", of: key).flatMap { integer($0) } ?? 0
            // A key without values is needed by none.
            guard objects > 0 else { continue }
            needs.append(
                FleetAudit.Need(
                    resource: GroupResource(parsing: name), provider: ProviderName(rawValue: provider),
                    key: string("key", of: key).map { ByteName($0) }, fingerprint: fingerprint, objects: objects,
                    decrypted: Int(clamping: max(decrypted, 0)), areOthersArchived: areOthersArchived))
        }
        return needs
    }

    private static func isFingerprint(_ text: String) -> Bool {
        text.utf8.count == 16 && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }
}
