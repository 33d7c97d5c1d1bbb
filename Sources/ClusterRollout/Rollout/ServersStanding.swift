extension RolloutFacts.Servers {
    /// What a census says to a rollout.
    ///
    /// - Parameters:
    ///   - file: The hash of the rollout's file.
    ///   - isSettled: Whether requests have ended that began before the last server changed over, where that matters.
    ///   - record: The versions of the rollout; nil before the first step.
    public init(_ census: ServerCensus, file: String, isSettled: Bool, record: RolloutRecord?) {
        let isNone = census.servers.map { server in
            server.problems.contains { if case .noFile = $0 { true } else { false } }
        }
        if census.converged == .yes {
            self = isSettled ? .runFile : .unknown
        } else if !census.gaps.isEmpty
            || zip(census.servers, isNone).contains(where: { !$1 && ($0.hash == nil || $0.loaded == .unknown) })
        {
            // The file of one server is unknown, but another server is known to run another file.
            let isForeign = census.servers.contains { server in
                server.hash != nil && record.map { !$0.mayRun(server.hash, beside: file) } ?? (server.loaded == .no)
            }
            self = isForeign ? .runAnother : .unknown
        } else if isNone.contains(true) {
            self = zip(census.servers, isNone).allSatisfy { $1 || $0.hash == file } ? .runNoFile : .runAnother
        } else if let record, census.servers.allSatisfy({ record.mayRun($0.hash, beside: file) }) {
            self = .runOurs
        } else {
            self = .runAnother
        }
    }
}
