import Foundation
import PatientTesting
import TestSupport
import Testing

@testable import EtcdSnapshot

/// Records with an empty value: `etcdutl snapshot restore --bump-revision N --mark-compacted` writes one, and it stays.
@Suite(.patient) struct RevisionMarkerTests {
    typealias Element = BoltBuilder.Element

    /// As etcdutl leaves a file: the marker is the last record, and its revision the one of the scheduled compaction.
    @Test func countsForTheRevisionAlone() throws {
        var builder = BoltBuilder()
        builder.leaf(
            2,
            [
                .bucket("key", root: 3),
                .bucket("meta", inline: [Element(key: Array("scheduledCompactRev".utf8), value: Element.revision(90))]),
            ])
        builder.leaf(3, [.record(2, "a", "one"), .record(3, "b", "two"), .record(4, "b", nil), .marker(90)])
        let reading = try Reading(builder.file)
        #expect(reading.live.map(\.modRevision) == [2] && reading.currentRevision == 90 && reading.lastRevision == 90)
        #expect(reading.counts == RecordCounts(live: 1, superseded: 1, tombstones: 1, markers: 1))
        #expect(reading.history.map(\.revision) == [2, 3, 4] && reading.counts.total == 4)
        #expect(reading.unreachable.isEmpty)
    }

    /// The file does not end before the marker: no read at its revision is one of the future.
    @Test func countsForALookup() throws {
        var builder = BoltBuilder()
        builder.leaf(2, [.bucket("key", root: 3)])
        builder.leaf(3, [.record(2, "a", "one"), .marker(90)])
        let file = builder.file
        guard case .found(let record) = try find(Array("a".utf8), at: 90, in: file) else {
            Issue.record("a is not found at the revision of the marker")
            return
        }
        #expect(record.revision == 2)
        #expect(try find(Array("a".utf8), at: 91, in: file) == .future(90))
        #expect(try find([], in: file) == .absent(deletedAt: nil))
    }

    /// A member goes on behind a marker, so records of later revisions follow.
    @Test func standsBetweenRecords() throws {
        var builder = BoltBuilder()
        builder.leaf(2, [.bucket("key", root: 3)])
        builder.branch(3, [.child(2, 4), .child(91, 5)])
        builder.leaf(4, [.record(2, "a", "one"), .marker(90)])
        builder.leaf(5, [.record(91, "a", "two"), .marker(200), .record(201, "b", "three")])
        let reading = try Reading(builder.file)
        #expect(reading.live.map(\.modRevision) == [91, 201] && reading.currentRevision == 201)
        #expect(reading.counts == RecordCounts(live: 2, superseded: 1, tombstones: 0, markers: 2))
    }

    /// What is no marker stays damaged: a tombstone, a later change of a transaction, a bucket, bytes without a key.
    @Test(
        arguments: [
            (Element(key: Element.revision(5) + Array("t".utf8)), .recordWithoutKey),
            (Element(key: Element.revision(5, sub: 1)), .recordWithoutKey),
            (Element(key: Element.revision(5), value: [0x18, 5]), .recordWithoutKey),
            (Element(key: Element.revision(-1)), .revision), (Element(key: Array(repeating: 1, count: 17)), .revision),
            (Element(key: Element.revision(5), isBucket: true), .bucket),
        ] as [(Element, ElementFault)])
    func refusesOtherRecordsWithoutAKey(_ element: Element, _ fault: ElementFault) throws {
        var builder = BoltBuilder()
        builder.leaf(2, [.bucket("key", root: 3)])
        builder.leaf(3, [.record(4, "a", "one"), element])
        #expect(throws: SnapshotError.page(3, .element(1, fault))) { try Reading(builder.file) }
        let salvaged = try Reading(builder.file, problems: .collected)
        #expect(salvaged.counts.markers == 0)
    }

    /// A member whose last record became a marker of a later revision: what it goes on to write, compacts, defragments
    /// and restores is read as the member itself reads it.
    @Test func agreesWithEtcd() throws {
        let etcd = try EtcdMember()
        try etcd.change(["put /a \"one\"", "put /b \"two\""])
        try etcd.etcdctl(["del", "/b"])
        // Large: a small bucket would lie within another page.
        try etcd.change(["put /x \"\(String(repeating: "x", count: 4000))\""])
        let last = try etcd.state().header.revision
        etcd.stop()
        var database = try etcd.database()
        #expect(BoltPages.empty(last, as: 1_000_002, in: &database) > 0)
        try etcd.replaceDatabase(database)
        #expect(try Reading(database).currentRevision == 1_000_002)

        try etcd.restart()
        let bumped = try check(etcd.snapshot(), against: etcd)
        #expect(bumped.counts == RecordCounts(live: 1, superseded: 1, tombstones: 1, markers: 1))
        #expect(bumped.currentRevision == 1_000_002)
        try etcd.change(["put /a \"three\"", "put /c \"four\""])
        let later = try check(etcd.snapshot(), against: etcd)
        #expect(later.counts == RecordCounts(live: 2, superseded: 2, tombstones: 1, markers: 1))
        try etcd.etcdctl(["compact", "1000003", "--physical"])
        try etcd.etcdctl(["defrag"])
        let snapshot = try etcd.snapshot()
        let compacted = try check(snapshot, against: etcd)
        #expect(compacted.counts == RecordCounts(live: 2, superseded: 0, tombstones: 0, markers: 1))

        let file = FileManager.default.temporaryDirectory.appendingPathComponent("marker-\(UUID().uuidString).db")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(snapshot).write(to: file)
        let restored = try EtcdMember(restoring: file.path)
        #expect(try check(restored.snapshot(), against: restored).counts == compacted.counts)
        restored.kill()
        #expect(try Reading(restored.database()).counts == compacted.counts)
    }

    private func check(_ bytes: [UInt8], against etcd: EtcdMember) throws -> Reading {
        let reading = try Reading(bytes)
        let state = try etcd.state()
        #expect(reading.currentRevision == state.header.revision)
        #expect(Set(reading.live.map(\.modRevision)) == Set(state.live.map(\.modRevision)))
        #expect(reading.live.count == state.live.count)
        return reading
    }
}
