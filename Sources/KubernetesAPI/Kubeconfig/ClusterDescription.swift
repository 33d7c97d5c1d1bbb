internal import SecretMemory

extension ClusterEntry {
    func error(_ reason: KubeconfigError.Reason) -> KubeconfigError { origin.error(reason, .cluster(origin.name)) }

    /// The server; kubectl knows no sockets.
    func serverURL() throws(KubeconfigError) -> ServerURL {
        guard let server else { throw error(.noServer) }
        let url: ServerURL
        do { url = try ServerURL(parsing: server) } catch let problem { throw error(.server(problem)) }
        if case .socket = url.address { throw error(.server(.scheme)) }
        return url
    }

    /// Says how the server is reached and known (validation.go, `validateClusterInfo`).
    func describe(_ access: inout ClusterAccess, isServerGiven: Bool) throws(KubeconfigError) {
        if let proxyURL {
            do { access.proxyURL = try ProxyURL(parsing: proxyURL) } catch let problem {
                throw error(.proxy(problem))
            }
        }
        access.disablesCompression = disablesCompression
        let source = DataOrFile(field: .authority, data: authorityData, file: authorityFile)
        let authority = try source.read(error)
        // Without TLS there is no authority.
        guard access.server.isSecure else { return }
        if !isServerGiven, let tlsServerName {
            guard HeaderValue.isUsable(Array(tlsServerName.utf8).span.rawBytes) else {
                throw error(.unusable(field: "tls-server-name"))
            }
            access.tlsServerName = tlsServerName
        }
        access.skipsVerification = skipsVerification
        guard let authority else { return }
        // (client-go, transport/transport.go, `TLSConfigFor` and `rootCertPool`.)
        guard !skipsVerification else { throw error(.insecureWithAuthority) }
        guard PEMBlocks(authority.span).certificateCount > 0 else { throw error(.noCertificate(field: source.name)) }
        access.authority = authority
    }
}
