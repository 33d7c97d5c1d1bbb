import Foundation

// How fast a snapshot is audited, and how much memory that takes.
//
//     swift build -c release && .build/release/audit-benchmark [objects] [runs] [folder]
//
// With ENCCONF_BENCHMARK=ratios only the ratios to what the hardware can do are measured (Ratios.swift).
//
// The folder needs room for two files of some 2.5 KiB for each object.

let arguments = CommandLine.arguments.dropFirst()
let count = arguments.first.flatMap { Int($0) } ?? 500_000
let runs = arguments.dropFirst().first.flatMap { Int($0) } ?? 5
let folder = URL(fileURLWithPath: arguments.dropFirst(2).first ?? FileManager.default.temporaryDirectory.path)
    .appendingPathComponent("audit-benchmark-\(UUID().uuidString)")
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }

func number(_ value: Double, _ width: Int, decimals: Int = 0) -> String {
    String(format: "%\(width).\(decimals)f", value)
}

if ProcessInfo.processInfo.environment["ENCCONF_BENCHMARK"] == "ratios" {
    // Leaving the program here would leave the folder behind.
    let outcome = Result { try Ratios(count: count, runs: runs, in: folder).measure() }
    try? FileManager.default.removeItem(at: folder)
    try outcome.get()
    exit(0)
}

for sizes in [Workload.Sizes.medium, .realistic] {
    print("\(count) Secrets of \(sizes.rawValue) sizes, median of \(runs) runs")
    print("            MB plain   MB file   jobs     s   cpu s   objects/s   GB/s   anon MB")
    for cipher in Workload.Cipher.allCases {
        let workload = try Workload(cipher, count: count, sizes: sizes, in: folder)
        let size = try Data(contentsOf: URL(fileURLWithPath: workload.snapshotPath), options: .alwaysMapped).count
        for jobs in [1, 2] {
            let run = try WholeRun.median(of: runs) { try WholeRun(workload, ["--jobs", "\(jobs)"]) }
            print(
                cipher.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0),
                number(Double(workload.plaintextByteCount) / 1e6, 9), number(Double(size) / 1e6, 9),
                number(Double(jobs), 6),
                number(run.seconds, 5, decimals: 2), number(run.processorSeconds, 7, decimals: 2),
                number(Double(count) / run.seconds, 11),
                number(Double(workload.plaintextByteCount) / run.seconds / 1e9, 6, decimals: 2),
                number(Double(run.anonymousByteCount) / 1e6, 9))
        }
        let split = try Split.median(of: runs) { try Split(workload) }
        print(
            "           one thread, ns a value: records", number(split.walk, 0), "+ audit", number(split.audit, 0),
            "of which cipher", number(split.cipher, 0), "; everything else", number(split.rest, 0))
    }
}

print("\nsmall Secrets of some 300 bytes (aesgcm)")
print("  objects     jobs   census s   records/s   GB/s of file   audit s   cpu s   anon MB   bytes a key")
for count in [100_000, 1_000_000] {
    let workload = try Workload(.aesgcm, count: count, sizes: .small, in: folder)
    let size = try Data(contentsOf: URL(fileURLWithPath: workload.snapshotPath), options: .alwaysMapped).count
    for jobs in [1, 2] {
        let census = try WholeRun.median(of: runs) { try WholeRun(workload, ["--census-only", "--jobs", "\(jobs)"]) }
        let audit = try WholeRun.median(of: runs) { try WholeRun(workload, ["--jobs", "\(jobs)"]) }
        print(
            number(Double(count), 9), number(Double(jobs), 8), number(census.seconds, 10, decimals: 3),
            number(Double(count) / census.seconds, 11), number(Double(size) / census.seconds / 1e9, 14, decimals: 2),
            number(audit.seconds, 9, decimals: 2), number(audit.processorSeconds, 7, decimals: 2),
            number(Double(audit.anonymousByteCount) / 1e6, 9),
            number(Double(audit.anonymousByteCount) / Double(count), 13))
    }
    let split = try Split.median(of: runs) { try Split(workload, isCensusOnly: true) }
    print("           one thread, ns a record: records", number(split.walk, 0), "+ census", number(split.audit, 0))
    let full = try Split.median(of: runs) { try Split(workload) }
    print(
        "           one thread, ns a value: records", number(full.walk, 0), "+ audit", number(full.audit, 0),
        "of which cipher", number(full.cipher, 0), "; everything else", number(full.rest, 0))
}
