internal import EncryptionConfig
public import FleetComparison
internal import GoText
internal import JSONText
internal import KubernetesResources
internal import SecretMemory
public import ShownText

/// Why a file is no report of an audit.
public enum AuditReadingFault: Error, MalformedReport {
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
        guard let tree = try? JSONTree(parsing: json.extracting(0..<end)) else { return false }
        return ReportDocument<AuditReadingFault>(tree: tree).says("apiVersion", "encconf/v1", json)
    }

    /// Reads a document of the kind `AuditReport`.
    public init(json: RawSpan, name: FleetName, path: String) throws(AuditReadingFault) {
        guard let tree = try? JSONTree(parsing: json) else { throw .several }
        let document = ReportDocument<AuditReadingFault>(tree: tree)
        guard document.is("AuditReport", json) else { throw .otherKind }
        guard document.member("error", of: tree.root, json) == nil else { throw .failed }
        guard let source = document.member("source", of: tree.root, json),
            let sourcePath = try document.text("path", of: source, json)
        else { throw .malformed("source") }
        var hashes: [String] = []
        for configuration in try document.list("configurations", of: tree.root, json) {
            guard let hash = try document.text("hash", of: configuration, json) else {
                throw .malformed("configurations")
            }
            hashes.append(hash)
        }
        var needs: [Need] = []
        for resource in try document.list("resources", of: tree.root, json) {
            needs += try document.needs(of: resource, json)
        }
        var gaps: [String] = []
        for doubt in try document.list("doubts", of: tree.root, json) {
            guard let reason = try document.text("reason", of: doubt, json),
                let message = try document.text("message", of: doubt, json)
            else { throw .malformed("doubts") }
            // Values that need a plugin are counted under its name.
            if reason != "plugins" { gaps.append(message) }
        }
        gaps += try document.texts("limits", of: tree.root, json)
        self.init(
            name: name, path: path, source: sourcePath, clusterUID: try document.text("clusterUID", of: source, json),
            revision: try document.count("revision", of: source, json), hashes: hashes, needs: needs, gaps: gaps)
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

extension ReportDocument<AuditReadingFault> {
    /// The keys of a resource.
    fileprivate func needs(
        of resource: JSONTree.Node, _ json: RawSpan
    ) throws(AuditReadingFault) -> [FleetAudit.Need] {
        guard let name = try text("resource", of: resource, json) else { throw .malformed("resources") }
        let counts = try ["unreadable", "notObjects", "unchecked", "needsPlugin", "archived"]
            .map { member throws(AuditReadingFault) in try count(member, of: resource, json) }
        let areOthersArchived = counts[0] == 0 && counts[1] == 0 && counts[2] == counts[3] && counts[4] > 0
        var needs: [FleetAudit.Need] = []
        for key in try list("byKey", of: resource, json) {
            guard let provider = try text("provider", of: key, json) else { throw .malformed("byKey") }
            let fingerprint = try text("fingerprint", of: key, json)
            guard fingerprint.map(Self.isFingerprint) ?? true else { throw .malformed("fingerprint") }
            let objects = try count("objects", of: key, json)
            // Reports of older versions do not have it: then nothing is known to be decrypted.
            let decrypted =
                member("decrypted", of: key, json) == nil ? 0 : try count("decrypted", of: key, json)
            // A key without values is needed by none.
            guard objects > 0 else { continue }
            needs.append(
                FleetAudit.Need(
                    resource: GroupResource(parsing: name), provider: ProviderName(rawValue: provider),
                    key: try text("key", of: key, json).map { ByteName($0) }, fingerprint: fingerprint,
                    objects: Int(clamping: objects), decrypted: Int(clamping: decrypted),
                    areOthersArchived: areOthersArchived))
        }
        return needs
    }

    private static func isFingerprint(_ text: String) -> Bool {
        text.utf8.count == 16 && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }
}
