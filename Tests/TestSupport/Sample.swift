import Foundation

/// Cases of a matrix that takes long: some of them at each run, others at the next, and every one with `ENCCONF_TESTS=all`.
public enum Sample {
    /// Whether every case runs.
    public static let isWhole = ProcessInfo.processInfo.environment["ENCCONF_TESTS"] == "all"

    /// What decides which cases run: `ENCCONF_SEED`, or a number that is new at each run. It is printed once.
    public static let seed: UInt64 = {
        let given = ProcessInfo.processInfo.environment["ENCCONF_SEED"].flatMap { UInt64($0) }
        let seed = given ?? .random(in: 0..<1_000_000)
        print(
            isWhole
                ? "ENCCONF_TESTS=all: every case runs"
                : "ENCCONF_SEED=\(seed): of long matrices some cases run, with ENCCONF_TESTS=all every one")
        return seed
    }()

    /// Some of `cases`, in their order: the first and the last, since most limits are there, and others between them.
    ///
    /// - Parameters:
    ///   - count: How many, at least 2.
    ///   - name: What distinguishes this sample from others of the same run.
    public static func of<Case>(_ cases: [Case], _ count: Int, _ name: String = #fileID) -> [Case] {
        let seed = seed
        guard !isWhole, cases.count > count else { return cases }
        var random = SeededGenerator(seed: name.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
        let between = cases.indices.dropFirst().dropLast().shuffled(using: &random).prefix(count - 2).sorted()
        return ([0] + between + [cases.count - 1]).map { cases[$0] }
    }
}
