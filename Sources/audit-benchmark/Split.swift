import EncryptionConfig
import EnvelopeCrypto
import EtcdSnapshot
import Foundation
import SecretMemory
import StorageAudit
import Transformers

/// How the time of one thread divides, in nanoseconds for each value: finding the live records, what the audit does with
/// them, and for comparison the cipher alone.
struct Split {
    /// Finding the live records, in a mapping that was not touched before: most of its time is that of the page faults.
    var walk: Double
    var audit: Double
    /// The cipher calls alone, at places that are known, in a mapping of their own: with the page faults that nobody can
    /// do without.
    var cipher: Double

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

        let places = try live.locations.map { location in
            let record = try file.record(at: location)
            return (key: record.key, value: record.value.dropFirst(prefixLength))
        }
        let fresh = try Data(contentsOf: URL(fileURLWithPath: workload.snapshotPath), options: .alwaysMapped)
        let bytes = fresh.span.bytes
        var plaintext = SecretBuffer(capacity: 64 << 10)
        _ = clock.lap(for: workload.count)
        if !isCensusOnly {
            for place in places {
                plaintext.truncate(to: 0)
                try sealer.open(
                    bytes.extracting(place.value), etcdKey: bytes.extracting(place.key), appendingTo: &plaintext)
            }
        }
        cipher = isCensusOnly ? 0 : clock.lap(for: workload.count)
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
