internal import JSONText
public import SecretMemory

/// What an exec plugin answered (k8s.io/client-go, pkg/apis/clientauthentication/v1/types.go, `ExecCredentialStatus`).
public final class ExecCredential: Sendable {
    public let token: SecretKey?
    public let clientCertificate: ClientCertificate?
    /// In seconds since 1970; nil if it is good for as long as the program runs.
    public let expiration: Int64?

    public init(token: SecretKey?, clientCertificate: ClientCertificate? = nil, expiration: Int64? = nil) {
        self.token = token
        self.clientCertificate = clientCertificate
        self.expiration = expiration
    }

    /// Reads the answer of a plugin that was asked in `version`.
    convenience init(
        reading text: RawSpan, version: ExecPlugin.Version
    ) throws(ExecPluginError.Reason) {
        let tree: JSONTree
        do { tree = try JSONTree(parsing: text) } catch { throw .notJSON }
        let answer = ExecAnswer(tree, text)
        guard tree.root.kind == .object else { throw .notJSON }
        guard try answer.text("kind", of: tree.root)?.isText("ExecCredential") == true else { throw .notCredential }
        guard try answer.text("apiVersion", of: tree.root)?.isText(version.rawValue) == true else {
            throw .otherVersion
        }
        guard let status = try answer.object("status", of: tree.root) else { throw .noStatus }
        let token = try answer.text("token", of: status)
        if let token, !HeaderValue.isUsable(token.span) { throw .unusableToken }
        let certificate = try Self.certificate(
            try answer.text("clientCertificateData", of: status), try answer.text("clientKeyData", of: status))
        guard token != nil || certificate != nil else { throw .nothing }
        var expiration: Int64?
        if let time = try answer.text("expirationTimestamp", of: status, keepsEmpty: true) {
            expiration = RFC3339.seconds(time.span)
            if expiration == nil { throw .malformedTime }
        }
        self.init(token: token, clientCertificate: certificate, expiration: expiration)
    }

    private static func certificate(
        _ certificate: SecretKey?, _ key: SecretKey?
    ) throws(ExecPluginError.Reason) -> ClientCertificate? {
        guard let certificate else {
            if key != nil { throw .keyWithoutCertificate }
            return nil
        }
        guard let key else { throw .certificateWithoutKey }
        guard PEMBlocks(certificate.span).certificateCount > 0 else { throw .noCertificate }
        let blocks = PEMBlocks(key.span)
        guard blocks.encryptedKeyCount == 0 else { throw .encryptedKey }
        guard blocks.keyCount > 0 else { throw .noKey }
        return ClientCertificate(certificate: certificate, key: key)
    }
}

/// The fields of the answer. Null counts as absent.
private struct ExecAnswer: ~Escapable {
    private let tree: JSONTree
    private let bytes: RawSpan

    @_lifetime(copy bytes)
    init(_ tree: JSONTree, _ bytes: RawSpan) {
        self.tree = tree
        self.bytes = bytes
    }

    private func value(_ name: String, of node: JSONTree.Node) -> JSONTree.Node? {
        tree.member(name, of: node, in: bytes).flatMap { $0.kind == .null ? nil : $0 }
    }

    func object(_ name: String, of node: JSONTree.Node) throws(ExecPluginError.Reason) -> JSONTree.Node? {
        guard let value = value(name, of: node) else { return nil }
        guard value.kind == .object else { throw .notJSON }
        return value
    }

    /// An empty text counts as absent, unless `keepsEmpty`.
    func text(
        _ name: String, of node: JSONTree.Node, keepsEmpty: Bool = false
    ) throws(ExecPluginError.Reason) -> SecretKey? {
        guard let value = value(name, of: node) else { return nil }
        guard value.kind == .string else { throw .notJSON }
        let text = SecretKey(tree.string(value, in: bytes))
        return text.bytes.count == 0 && !keepsEmpty ? nil : text
    }
}
