internal import KubernetesAPI

extension RolloutFacts.KeyIDs {
    /// Whether every server has the key ids that plugins tell.
    ///
    /// - Parameter expected: The hash of the key id by the name of each KMS v2 provider; nil if its plugin did not tell.
    public init(_ census: ServerCensus, expected: [String: String?]) {
        guard census.converged == .yes, !census.servers.isEmpty, !expected.isEmpty else {
            self = .unknown
            return
        }
        var result = Self.agree
        for (provider, hash) in expected {
            for server in census.servers {
                guard let hash, let found = server.sighting?.metrics?.currentKeyID(of: provider) else {
                    self = .unknown
                    return
                }
                if found != hash { result = .differ }
            }
        }
        self = result
    }
}
