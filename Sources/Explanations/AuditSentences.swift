internal import EncryptionConfig
internal import EnvelopeCrypto
internal import GoText
internal import KubernetesObjects
public import StorageAudit
public import Transformers

extension AuditFinding {
    public var severity: String {
        switch kind {
        case .stale, .longPadding: "warning"
        case .pluginNeeded: "note"
        default: "error"
        }
    }

    /// What is wrong with the value, in one clause.
    /// - Parameter configurations: The paths of the configurations, the one in force first.
    public func message(_ configurations: [String]) throws(CommandFailure) -> String {
        switch kind {
        case .plaintext: return "plaintext, though the configuration says encrypted"
        case .stale(let label): return "stale: written by \(label.writer), not as new values are"
        case .unreadable(let label, let error, let archive):
            let opened = archive.map { "; \(configurations[$0]) opens it" } ?? ""
            return "kube-apiserver cannot read it: \(error.apiserverText ?? "the request panics") (written by "
                + "\(label.writer))\(opened)"
        case .notAnObject(let label, let check, let rightKey):
            let text = check.explained(provider: label.provider ?? .identity).text
            guard label.provider != .identity else { return text }
            guard let rightKey else { return "\(text) (written by \(label.writer))" }
            let name = "\(rightKey.provider.name.rawValue) \(rightKey.key.name)"
            return "\(text) (written by \(label.writer)); \(name)\(try fingerprintNote(of: rightKey.key)) "
                + "opens it to the object"
        case .otherObject(let label, let identity):
            return "moved: it is \(identity.kind) \(identity.place) (written by \(label.writer))"
        case .nonceReused(let label, let other):
            return "same nonce as \(String(decoding: other, as: UTF8.self)) under \(label.writer): this key is broken"
        case .longPadding(let label, let count):
            return "\(count) bytes of AES-CBC padding, where 16 is the most: damaged (written by \(label.writer))"
        case .pluginNeeded(let use, let reason):
            return "only KMS provider \(use.provider) can tell" + (use.keyID.map { " (key ID \($0))" } ?? "")
                + (reason.map { ", and \($0.clause)" } ?? "")
        }
    }

    /// The short names that `--fail-on` takes.
    public static let names = [
        "plaintext": "ENC0401", "stale": "ENC0402", "unreadable": "ENC0403", "notObject": "ENC0404",
        "moved": "ENC0405", "nonce": "ENC0406", "padding": "ENC0407", "writes": "ENC0409",
    ]

    /// The short name of a code; the code itself if it has none.
    public static func name(ofCode code: String) -> String { names.first { $0.value == code }?.key ?? code }
}

extension StoredLabel {
    /// Who wrote values of this label, for a sentence or a cell.
    public var writer: String {
        switch provider {
        case nil: "an unknown provider"
        case .identity: "plaintext"
        default: key?.isEmpty == true ? "\(text)without a key name" : text
        }
    }
}
