internal import SecretMemory

extension UserEntry {
    func error(_ reason: KubeconfigError.Reason) -> KubeconfigError { origin.error(reason, .user(origin.name)) }

    /// Says how one proves who one is (validation.go, `validateAuthInfo`). Mistakes count without TLS too, credentials
    /// do not (client_config.go, `ClientConfig`).
    func describe(
        _ access: inout ClusterAccess, cluster: ClusterEntry, isServerGiven: Bool
    ) throws(KubeconfigError) {
        if let authProvider { throw error(.authProvider(authProvider)) }
        var credentials = Credentials()
        credentials.clientCertificate = try clientCertificate()
        credentials.token = try bearerToken(isSent: access.server.isSecure)
        credentials.basic = try basicCredentials()
        guard token == nil || credentials.basic == nil else { throw error(.tokenAndPassword) }
        if let exec { credentials.exec = try exec.plugin(for: self, access, cluster, isServerGiven: isServerGiven) }
        guard impersonation.isEmpty || impersonation.user != nil else { throw error(.impersonationWithoutUser) }
        if access.server.isSecure { access.credentials = credentials }
        access.credentials.impersonation = impersonation
    }

    private func clientCertificate() throws(KubeconfigError) -> ClientCertificate? {
        let certificateSource = DataOrFile(field: .certificate, data: certificateData, file: certificateFile)
        let keySource = DataOrFile(field: .key, data: keyData, file: keyFile)
        // A key without a certificate means nothing to kubectl.
        guard let certificate = try certificateSource.read(error) else { return nil }
        guard let key = try keySource.read(error) else { throw error(.certificateWithoutKey) }
        guard PEMBlocks(certificate.span).certificateCount > 0 else {
            throw error(.noCertificate(field: certificateSource.name))
        }
        let blocks = PEMBlocks(key.span)
        // OpenSSL would ask for the passphrase at the terminal.
        guard blocks.encryptedKeyCount == 0 else { throw error(.encryptedKey(field: keySource.name)) }
        guard blocks.keyCount > 0 else { throw error(.noKey(field: keySource.name)) }
        return ClientCertificate(certificate: certificate, key: key)
    }

    private func bearerToken(isSent: Bool) throws(KubeconfigError) -> BearerToken? {
        if let token, !HeaderValue.isUsable(token.span) { throw error(.unusable(field: "token")) }
        guard let tokenFile else { return token.map { .fixed($0) } }
        let file = BearerToken.file(path: tokenFile, otherwise: token)
        guard isSent else { return file }
        do { _ = try file.read() } catch let failure { throw error(failure.reason) }
        return file
    }

    private func basicCredentials() throws(KubeconfigError) -> BasicCredentials? {
        guard username != nil || password != nil else { return nil }
        if let password, password.bytes.count > HeaderValue.byteCountLimit { throw error(.unusable(field: "password")) }
        return BasicCredentials(username: username ?? "", password: password ?? SecretKey(SecretBytes()))
    }
}
