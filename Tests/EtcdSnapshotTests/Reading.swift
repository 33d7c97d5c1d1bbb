import EtcdSnapshot
import Foundation
import TestSupport

/// A live key and its latest record, as a test compares them.
struct LiveKey: Equatable {
    let key: [UInt8]
    let createRevision: Int64
    let modRevision: Int64
    let version: Int64
    let lease: Int64
    let value: [UInt8]
}

/// One record of the history.
struct PastRecord: Equatable {
    let key: [UInt8]
    let revision: Int64
    let createRevision: Int64
    let version: Int64
    let lease: Int64
    let isTombstone: Bool
    let isLive: Bool
    let value: [UInt8]
}

/// Everything that the reader says about a file.
struct Reading {
    var live: [LiveKey] = []
    var history: [PastRecord] = []
    var settings: SnapshotSettings
    var lastRevision: Int64 = 0
    var counts: RecordCounts
    var unreachable: [PageRun] = []
    var remnants: [RemnantValue] = []
    var ledger: RemnantLedger
    var databaseLength: Int
    var problems = SnapshotProblems.refused

    var tombstoneCount: Int { counts.tombstones }
    var currentRevision: Int64 { max(lastRevision, settings.compactedRevision) }

    init(_ bytes: [UInt8], problems: SnapshotProblems = .refused) throws(SnapshotError) {
        var problems = problems
        let file = try SnapshotFile(bytes.span.bytes, &problems)
        settings = try file.settings(&problems)
        let records = try LiveRecords(file, &problems)
        lastRevision = records.lastRevision
        counts = records.counts
        for location in records.locations {
            let record = try file.record(at: location)
            live.append(
                LiveKey(
                    key: array(file.key(of: record)), createRevision: record.createRevision,
                    modRevision: record.revision, version: record.version, lease: record.lease,
                    value: array(file.value(of: record))))
        }
        var walk = try HistoryWalk(file, live: records, &problems)
        while let (record, isLive) = try walk.next(&problems) {
            history.append(
                PastRecord(
                    key: array(file.key(of: record)), revision: record.revision,
                    createRevision: record.createRevision, version: record.version, lease: record.lease,
                    isTombstone: record.isTombstone,
                    isLive: isLive, value: array(file.value(of: record))))
        }
        for run in try file.unreachablePages(&problems) { unreachable.append(run) }
        var ignored = SnapshotProblems.collected
        var found: [RemnantValue] = []
        ledger = try file.remnants(&ignored) { found.append($0) }
        (remnants, databaseLength) = (found, file.databaseLength)
        self.problems = problems
    }
}

extension Reading {
    /// What the history says was live at a revision.
    func live(at revision: Int64) -> [LiveKey] {
        var latest: [[UInt8]: PastRecord] = [:]
        for record in history where record.revision <= revision {
            latest[record.key] = record.isTombstone ? nil : record
        }
        return latest.values.map {
            LiveKey(
                key: $0.key, createRevision: $0.createRevision, modRevision: $0.revision, version: $0.version,
                lease: $0.lease, value: $0.value)
        }
    }
}

/// What a single key is at a revision.
func find(_ key: [UInt8], at revision: Int64? = nil, in bytes: [UInt8]) throws -> RecordLookup {
    var problems = SnapshotProblems.refused
    let file = try SnapshotFile(bytes.span.bytes, &problems)
    return try file.find(key: key.span.bytes, revision: revision, &problems)
}

func array(_ span: RawSpan) -> [UInt8] { span.withUnsafeBytes { Array($0) } }

extension EtcdMember.State {
    /// The keys in the order of their revisions, as ``Reading`` has them.
    var live: [LiveKey] {
        (kvs ?? []).map {
            LiveKey(
                key: [UInt8]($0.key), createRevision: $0.create_revision, modRevision: $0.mod_revision,
                version: $0.version, lease: $0.lease ?? 0, value: [UInt8]($0.value ?? Data()))
        }
    }
}
