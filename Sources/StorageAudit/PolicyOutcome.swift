/// What a policy adds to an audit: findings of keys and resources, and what of it could not be judged.
public struct PolicyOutcome: Equatable, Sendable {
    /// The number of findings, by code.
    public let totals: [FindingCode: Int]
    /// The write keys whose age the policy limits and whose names have no date.
    public let undatedKeys: Int

    public init(totals: [FindingCode: Int] = [:], undatedKeys: Int = 0) {
        self.totals = totals
        self.undatedKeys = undatedKeys
    }

    /// An unknown age is never young enough.
    var doubts: [AuditDoubt] { undatedKeys > 0 ? [.keyAge(keys: undatedKeys)] : [] }
}
