internal import SecretMemory
internal import Synchronization

/// Who asks, and how that is proven with each request.
final class Person: Sendable {
    private let credentials: Credentials
    private let plugin: ExecCredentialCache?
    /// The credential of the plugin that was used last.
    private let last = Mutex<ExecCredential?>(nil)

    init(_ credentials: Credentials, isInteractive: Bool, isCancelled: @escaping @Sendable () -> Bool) {
        self.credentials = credentials
        // A token or a password of the kubeconfig goes before a plugin (client-go, exec.go, `UpdateTransportConfig`).
        plugin =
            credentials.token == nil && credentials.basic == nil
            ? credentials.exec.map {
                ExecCredentialCache($0, isInteractive: isInteractive, isCancelled: isCancelled)
            } : nil
    }

    /// The certificate with which connections are made.
    func certificate() throws(ConnectionError) -> ClientCertificate? {
        if let certificate = credentials.clientCertificate { return certificate }
        guard let plugin else { return nil }
        do { return try plugin.credential().clientCertificate } catch { throw .credentials(.program(error)) }
    }

    /// The header fields that say who asks.
    ///
    /// - Parameters:
    ///   - isTokenSent: Whether the connection is one over which a token may go.
    ///   - wasRefused: Whether the server did not take the last ones.
    func fields(
        isTokenSent: Bool, wasRefused: Bool
    ) throws(CredentialProblem) -> [(name: String, value: SecretKey)] {
        var fields: [(name: String, value: SecretKey)] = []
        if isTokenSent, let value = try authorization(wasRefused: wasRefused) {
            fields.append(("authorization", value))
        }
        let person = credentials.impersonation
        func add(_ name: String, _ value: String) { fields.append((name, SecretKey(SecretBytes(text: value)))) }
        if let user = person.user { add("impersonate-user", user) }
        if let uid = person.uid { add("impersonate-uid", uid) }
        for group in person.groups { add("impersonate-group", group) }
        for extra in person.extra {
            // (client-go, transport/round_trippers.go, `headerKeyEscape`.)
            for value in extra.values { add("impersonate-extra-\(APIRequest.encoded(extra.key))", value) }
        }
        return fields
    }

    private func authorization(wasRefused: Bool) throws(CredentialProblem) -> SecretKey? {
        if let token = credentials.token {
            do { return Self.bearer(try token.read()) } catch { throw .token(error) }
        }
        if let basic = credentials.basic {
            var pair = SecretBuffer()
            pair.append(basic.username)
            pair.append(UInt8(ascii: ":"))
            pair.append(basic.password.span)
            let text = pair.finish()
            return Self.joined("Basic ", SecretBase64.encode(text.bytes).bytes)
        }
        guard let plugin else { return nil }
        let credential: ExecCredential
        do {
            if wasRefused, let refused = last.withLock({ $0 }) {
                credential = try plugin.credential(after: refused)
            } else {
                credential = try plugin.credential()
            }
        } catch {
            throw .program(error)
        }
        last.withLock { $0 = credential }
        return credential.token.map(Self.bearer)
    }

    private static func bearer(_ token: SecretKey) -> SecretKey { joined("Bearer ", token.span) }

    private static func joined(_ word: String, _ rest: RawSpan) -> SecretKey {
        var value = SecretBuffer()
        value.append(word)
        value.append(rest)
        return SecretKey(value.finish())
    }
}

extension SecretBytes {
    fileprivate init(text: String) {
        let bytes = Array(text.utf8)
        self.init(copying: bytes.span.rawBytes)
    }
}
