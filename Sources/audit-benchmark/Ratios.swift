import Foundation

/// What an audit takes beside what its parts take alone, in the same minute: the SHA-256 of the file by `openssl dgst`,
/// and the cipher calls over the same mapping.
struct Ratios {
    private let count: Int
    private let runs: Int
    private let folder: URL

    init(count: Int, runs: Int, in folder: URL) { (self.count, self.runs, self.folder) = (count, runs, folder) }

    func measure() throws {
        for cipher in [Workload.Cipher.aesgcm, .aescbc] {
            for sizes in [Workload.Sizes.large, .middling] { try measure(cipher, sizes) }
        }
        try measureCensus()
    }

    private func measure(_ cipher: Workload.Cipher, _ sizes: Workload.Sizes) throws {
        let workload = try Workload(cipher, count: count, sizes: sizes, in: folder)
        let name = "\(cipher.rawValue), \(count) Secrets, \(sizes.rawValue)"
        let split = try Split.median(of: runs) { try Split(workload) }
        let bare = split.cipher * Double(count) / 1e9
        let (one, two) = try pair { jobs in try WholeRun(workload, ["--jobs", "\(jobs)"]) }
        print("\(name), no digest")
        line("  bare cipher calls, fresh mapping", bare, nil)
        line("  audit, 1 thread", one, bare)
        line("  audit, 2 threads", two, bare)
        print("    2 threads against 1:", number(one / two, 5, decimals: 2))
        print(
            "    ns a value: walk", number(split.walk, 0), "+ audit", number(split.audit, 0), "; bare cipher calls",
            number(split.cipher, 0), "; the rest", number(split.rest, 0))
        guard sizes == .large else { return }
        try workload.addDigest()
        let dgst = try median { try WholeRun("/usr/bin/openssl", ["dgst", "-sha256", workload.snapshotPath]) }
        let (oneDigest, twoDigest) = try pair { jobs in try WholeRun(workload, ["--jobs", "\(jobs)"]) }
        print("\(name), with digest")
        line("  openssl dgst -sha256", dgst, nil)
        line("  audit, 2 threads", twoDigest, dgst)
        line("  audit, 1 thread, to dgst + cipher", oneDigest, dgst + bare)
    }

    private func measureCensus() throws {
        var seconds: [Int: Double] = [:]
        for count in [100_000, 1_000_000] {
            let workload = try Workload(.aesgcm, count: count, sizes: .small, in: folder)
            let (one, two) = try pair { jobs in try WholeRun(workload, ["--census-only", "--jobs", "\(jobs)"]) }
            let memory = try WholeRun(workload, ["--jobs", "2"])
            print("census of \(count) small records")
            line("  1 thread", one, nil)
            line("  2 threads", two, nil)
            print(
                "    audit: anonymous MiB", number(Double(memory.anonymousByteCount) / 1_048_576, 6, decimals: 1),
                "cpu s",
                number(memory.processorSeconds, 5, decimals: 2))
            seconds[count] = memory.processorSeconds
        }
        if let small = seconds[100_000], let large = seconds[1_000_000] {
            print("audit, 1,000,000 against 100,000 objects:", number(large / small, 5, decimals: 2))
        }
    }

    /// The wall time with one thread and with two, in turn.
    private func pair(_ run: (Int) throws -> WholeRun) throws -> (Double, Double) {
        var (one, two) = ([Double](), [Double]())
        for _ in 0..<runs {
            one.append(try run(1).seconds)
            two.append(try run(2).seconds)
        }
        return (one.sorted()[runs / 2], two.sorted()[runs / 2])
    }

    private func median(_ run: () throws -> WholeRun) throws -> Double {
        try WholeRun.median(of: runs, run).seconds
    }

    private func line(_ name: String, _ seconds: Double, _ other: Double?) {
        let ratio = other.map { "  ratio " + number(seconds / $0, 5, decimals: 2) } ?? ""
        print(name.padding(toLength: 40, withPad: " ", startingAt: 0), number(seconds, 7, decimals: 3), "s", ratio)
    }
}
