internal import EtcdSnapshot

extension LogReplay {
    /// A replay that begins with what `database` says of all keys that `requests` can touch.
    @_lifetime(copy sources)
    init(
        _ sources: consuming ByteSources<Segment>, _ requests: EntryRequests, onto database: SnapshotFile,
        _ member: MemberDatabase, live: LiveRecords, revision: Int64
    ) throws(SnapshotError) {
        var keys = requests.mentions.keys
        var touched: [Int] = []
        if requests.changeCount > 0 {
            for (number, location) in live.locations.enumerated() {
                let record = try database.record(at: location)
                let place = StoredBytes(file: .database, range: record.key)
                if !keys.contains(place, in: sources) {
                    guard
                        requests.mentions.ranges.contains(place, in: sources)
                            || record.lease != 0 && requests.mentions.revokedLeases.contains(record.lease)
                    else { continue }
                    keys.insert(place, in: sources)
                }
                touched.append(number)
            }
        }
        var space = KeySpace(keys, in: sources)
        var leases = Dictionary(uniqueKeysWithValues: member.leases.map { ($0, [Int]()) })
        for number in touched {
            let record = try database.record(at: live.locations[number])
            guard let index = space.index(of: database.key(of: record), in: sources) else { continue }
            space.states[index] = KeyState(
                createRevision: record.createRevision, modRevision: record.revision,
                subRevision: record.subRevision, version: record.version, lease: record.lease,
                value: StoredBytes(file: .database, range: record.value), base: number)
            space.setLive(index, true)
            leases[record.lease]?.append(index)
        }
        // Comparisons of single keys take a time that follows from their length; only ranges need a limit.
        var workLimit = 1 << 20
        for segment in sources.segments { workLimit += segment.bytes.byteCount }
        self.init(
            sources, space: space, leases: leases, revision: revision,
            compactedRevision: member.settings.compactedRevision, workLimit: workLimit)
    }
}
