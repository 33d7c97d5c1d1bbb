/// What is done about damage: the first stops the reading, or all is collected and passed over.
///
/// Each reading reports what it meets. Two readings over the same damage report it twice; give each its own.
public struct SnapshotProblems: Sendable {
    /// How many problems are kept. All are counted.
    public static let limit = 100

    /// Whether damage is passed over. What has been read then can lack records, and can have older ones for the latest.
    public let isSalvage: Bool
    /// The first ``limit`` problems.
    public private(set) var first: [SnapshotError] = []
    /// The number of all problems.
    public private(set) var count = 0

    /// The first problem is thrown.
    public static var refused: Self { Self(isSalvage: false) }
    /// No problem is thrown; pages and records that are damaged are left out.
    public static var collected: Self { Self(isSalvage: true) }

    mutating func note(_ problem: SnapshotError) throws(SnapshotError) {
        guard isSalvage else { throw problem }
        count += 1
        if first.count < Self.limit { first.append(problem) }
    }
}
