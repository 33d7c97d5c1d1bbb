import EtcdSnapshot
import EtcdWAL
import Foundation
import TestSupport

/// A live key and its latest record, as a test compares them.
struct LiveKey: Equatable {
    let key: [UInt8]
    let createRevision: Int64
    let modRevision: Int64
    let version: Int64
    let value: [UInt8]
    let lease: Int64
}

/// What database and log of a member say together.
struct MemberReading {
    let log: ReplayedLog
    /// By their keys.
    var live: [LiveKey] = []
    /// Every record of the database, and then every change that the log makes, in their order. Nil for a deletion.
    private var all: [(revision: Int64, key: [UInt8], value: LiveKey?)] = []
    /// Every change that the log makes, in its order.
    var history: [(change: LogChange, key: [UInt8], value: [UInt8])] = []

    init(database: [UInt8], log files: [String: [UInt8]]) throws {
        try self.init(database: database, log: files.map { LogSegment($0, $1) })
    }

    init(database bytes: [UInt8], log files: [LogSegment]) throws {
        var problems = SnapshotProblems.refused
        let database = try SnapshotFile(bytes.span.bytes, &problems)
        let records = try LiveRecords(database, &problems)
        let log = MemberLog(files)
        var changes: [LogChange] = []
        let result = try log.replay(onto: database, live: records, &problems) { changes.append($0) }
        self.log = result
        func read(_ place: StoredBytes) -> [UInt8] { log.bytes(place, of: database).withUnsafeBytes { Array($0) } }
        for location in result.remaining {
            let record = try database.record(at: location)
            live.append(
                LiveKey(
                    key: database.key(of: record).withUnsafeBytes { Array($0) }, createRevision: record.createRevision,
                    modRevision: record.revision, version: record.version,
                    value: database.value(of: record).withUnsafeBytes { Array($0) }, lease: record.lease))
        }
        for change in result.changes where !change.isTombstone {
            live.append(
                LiveKey(
                    key: read(change.key), createRevision: change.createRevision, modRevision: change.revision,
                    version: change.version, value: read(change.value), lease: change.lease))
        }
        var walk = try RevisionWalk(database, &problems)
        while let record = try walk.next(&problems) {
            let key = database.key(of: record).withUnsafeBytes { Array($0) }
            let value = database.value(of: record).withUnsafeBytes { Array($0) }
            all.append(
                (
                    record.revision, key,
                    record.isTombstone
                        ? nil
                        : LiveKey(
                            key: key, createRevision: record.createRevision, modRevision: record.revision,
                            version: record.version, value: value, lease: record.lease)
                ))
        }
        for change in changes {
            let key = read(change.key)
            all.append(
                (
                    change.revision, key,
                    change.isTombstone
                        ? nil
                        : LiveKey(
                            key: key, createRevision: change.createRevision, modRevision: change.revision,
                            version: change.version, value: read(change.value), lease: change.lease)
                ))
        }
        live.sort { $0.key.lexicographicallyPrecedes($1.key) }
        history = changes.map { ($0, read($0.key), read($0.value)) }
    }
}

extension MemberReading {
    /// What was live at a revision, by the records alone.
    func live(at revision: Int64) -> [LiveKey] {
        var latest: [[UInt8]: LiveKey] = [:]
        for record in all where record.revision <= revision { latest[record.key] = record.value }
        return latest.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}

extension EtcdMember {
    /// Database and log of the member, which has ended.
    func reading() throws -> MemberReading { try MemberReading(database: database(), log: log()) }
}

extension EtcdMember.State {
    /// The keys in the order of their bytes, as ``MemberReading`` has them.
    var live: [LiveKey] {
        (kvs ?? []).map {
            LiveKey(
                key: [UInt8]($0.key), createRevision: $0.create_revision, modRevision: $0.mod_revision,
                version: $0.version, value: [UInt8]($0.value ?? Data()), lease: $0.lease ?? 0)
        }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}
