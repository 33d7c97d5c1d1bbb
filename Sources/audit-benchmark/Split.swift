import EncryptionConfig
import EnvelopeCrypto
import EtcdSnapshot
import Foundation
import SecretMemory
import StorageAudit
import Transformers

/// How the time of one thread divides, in nanoseconds for each value: finding the live records, the cipher alone, and
/// what the audit does around it.
struct Split {
    var walk: Double
    var audit: Double
    var cipher: Double
    var read: Double

    var rest: Double { walk + audit - cipher }

    /// - Parameter isCensusOnly: Whether nothing is opened.
    init(_ workload: Workload, isCensusOnly: Bool = false) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: workload.snapshotPath), options: .alwaysMapped)
        let text = Array(workload.configurationText.utf8)
        let document = try ConfigurationDocument.read(SecretBytes(copying: text.span.rawBytes))
        let configuration = try EncryptionConfiguration(checking: document)
        let sealer = try Sealer(workload.cipher)
        let prefixLength = workload.prefix.count
        var problems = SnapshotProblems.refused
        let file = try SnapshotFile(data.span.bytes, &problems)

        var clock = Stopwatch()
        let live = try LiveRecords(file, &problems)
        walk = clock.lap(for: workload.count)

        let auditor = Auditor(
            [configuration], unwrapping: NoKMS(), options: AuditOptions(isCensusOnly: isCensusOnly))
        for location in live.locations {
            let record = try file.record(at: location)
            try auditor.add(
                AuditedRecord(
                    key: file.key(of: record), value: file.value(of: record), revision: record.revision,
                    version: record.version))
        }
        audit = clock.lap(for: workload.count)
        guard auditor.census.findings.totals.isEmpty, live.locations.count == workload.count else {
            throw CocoaError(.fileReadCorruptFile)
        }

        // Reading the records again is no work of the cipher, but its values have to be found.
        var sum = 0
        for location in live.locations { sum &+= try file.record(at: location).value.count }
        read = clock.lap(for: workload.count)

        var plaintext = SecretBuffer(capacity: 64 << 10)
        if !isCensusOnly {
            for location in live.locations {
                let record = try file.record(at: location)
                let message = file.value(of: record).extracting(droppingFirst: prefixLength)
                plaintext.truncate(to: 0)
                try sealer.open(message, etcdKey: file.key(of: record), appendingTo: &plaintext)
            }
        }
        cipher = isCensusOnly ? 0 : clock.lap(for: workload.count) - read
        guard sum > 0 else { throw CocoaError(.fileReadCorruptFile) }
    }

    static func median(of count: Int, _ split: () throws -> Split) rethrows -> Split {
        let splits = try (0..<count).map { _ in try split() }
        return splits.sorted { $0.rest < $1.rest }[count / 2]
    }
}

/// Measures processor time of this thread, which others on the machine do not lengthen by much.
private struct Stopwatch {
    private var last = Self.now

    mutating func lap(for count: Int) -> Double {
        let now = Self.now
        defer { last = now }
        return Double(now - last) / Double(count)
    }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
