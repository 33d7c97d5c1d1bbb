internal import SecretMemory

/// Where the message of an entry is in the log.
struct EntryLocation {
    let term: UInt64
    let segment: UInt32
    private let start: UInt32
    private let length: UInt32

    /// - Parameter range: Its offsets in a segment that is not longer than ``LogScan/largestSegment``.
    init(term: UInt64, segment: Int, range: Range<Int>) {
        (self.term, self.segment) = (term, UInt32(segment))
        (start, length) = (UInt32(range.lowerBound), UInt32(range.count))
    }

    var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
}

/// One pass over all records of a log: checks them, and finds the entries that follow the ones in the database.
///
/// It does what etcd does when it opens its log (server/storage/wal/wal.go, ReadAll), and is stricter: what etcd passes
/// over or repairs is a gap here. Memory: 24 bytes for each entry after the database.
struct LogScan {
    /// The largest segment that is read: 64 times what etcd makes them.
    static let largestSegment = Int(UInt32.max)
    /// The most segments that are read.
    static let segmentLimit = 1 << 16

    /// The last entry that the database holds.
    let databaseIndex: UInt64
    private(set) var gaps: [LogGap] = []
    private(set) var metadata: LogMetadata?
    private(set) var state = HardState()
    /// The first entry from which on the log is without a gap.
    private(set) var firstIndex: UInt64?
    /// The last entry of the log, or that of a snapshot which replaced the log.
    private(set) var lastIndex: UInt64 = 0
    /// The term of the entry at ``databaseIndex``, if the log still has it.
    private(set) var databaseTerm: UInt64?
    /// The entries after ``databaseIndex``, without a gap.
    private(set) var entries: [EntryLocation] = []
    /// The latest mark of a raft snapshot that names the voters.
    private(set) var snapshot: SnapshotMark?
    /// The changes of the members in all entries, in the order of the entries.
    private(set) var configurationChanges: [(index: UInt64, change: ConfigurationChange)] = []

    private var checksum = CRC32C()
    private var isStopped = false

    /// Reads all of `segments`.
    init<Segment: WALSegment>(_ segments: [Segment], databaseIndex: UInt64) {
        self.databaseIndex = databaseIndex
        check(order: segments)
        for number in segments.indices where !isStopped {
            let segment = segments[number]
            read(segment.bytes, of: segment.name, number: number, isLast: number == segments.count - 1)
        }
        guard !isStopped else { return }
        checkEnd()
    }

    /// The segments among `files`, in their order.
    static func ordered<Segment: WALSegment>(_ files: [Segment]) -> [Segment] {
        files.compactMap { file in SegmentName(file.name).map { (file, $0.sequence) } }
            .sorted { $0.1 < $1.1 }.map(\.0)
    }

    private mutating func stop(_ gap: LogGap) {
        gaps.append(gap)
        isStopped = true
    }
}

extension LogScan {
    private mutating func check<Segment: WALSegment>(order segments: [Segment]) {
        guard !segments.isEmpty else { return stop(.noSegment) }
        guard segments.count <= Self.segmentLimit else { return stop(.tooLarge(segments[Self.segmentLimit].name)) }
        var previous: UInt64?
        for segment in segments {
            guard segment.bytes.byteCount <= Self.largestSegment else { return stop(.tooLarge(segment.name)) }
            guard let sequence = SegmentName(segment.name)?.sequence else { continue }
            if let previous, previous &+ 1 != sequence { return stop(.segmentOrder(segment.name)) }
            previous = sequence
        }
    }

    private mutating func read(_ bytes: RawSpan, of name: String, number: Int, isLast: Bool) {
        var reader = SegmentReader(bytes)
        var count = 0
        while !isStopped {
            switch reader.next() {
            case .end(let offset):
                if count < 2 { return stop(.segmentStart(name)) }
                if !reader.isZero(from: offset) {
                    return stop(.bytesAfterEnd(LogPlace(segment: name, offset: offset)))
                }
                // A segment that is full is cut to what it holds; the last one ends with free space.
                if isLast, bytes.byteCount - offset < 8 { stop(.noFreeSpace(name)) }
                return
            case .damage(let offset):
                return stop(damage(at: offset, in: bytes, of: name, isLast: isLast))
            case .record(let record, let offset):
                if record.kind != .checksum { checksum.add(bytes.extracting(record.data)) }
                // Every segment begins with the checksum so far and the metadata (wal.go, Create and cut).
                let expected = count == 0 ? WALRecord.Kind.checksum : count == 1 ? .metadata : record.kind
                guard record.kind == expected, (count == 0) == (record.kind == .checksum) else {
                    return stop(count < 2 ? .segmentStart(name) : damaged(at: offset, of: name))
                }
                // Earlier segments may have been removed, and their checksum with them.
                if count == 0, number == 0 { checksum = CRC32C(record.checksum) }
                guard record.checksum == checksum.value else {
                    if count == 0 { return stop(.segmentStart(name)) }
                    return stop(damage(at: offset, in: bytes, of: name, isLast: isLast))
                }
                count += 1
                do throws(MessageFault) {
                    try add(record, in: bytes, segment: number)
                } catch {
                    stop(damaged(at: offset, of: name))
                }
            }
        }
    }

    private func damaged(at offset: Int, of name: String) -> LogGap {
        .damagedRecord(LogPlace(segment: name, offset: offset))
    }

    /// Whether the record at `offset` is damaged, or the last and not written to its end: it is longer than the file,
    /// or one of the sectors that it covers is empty (decoder.go, isTornEntry).
    private func damage(at offset: Int, in bytes: RawSpan, of name: String, isLast: Bool) -> LogGap {
        let place = LogPlace(segment: name, offset: offset)
        guard isLast else { return .damagedRecord(place) }
        guard offset + 8 <= bytes.byteCount else { return .tornRecord(place) }
        let field = unsafe UInt64(
            littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let length = (field & 0x00ff_ffff_ffff_ffff) + (field >> 63 == 0 ? 0 : field >> 56 & 7)
        guard length <= UInt64(bytes.byteCount - offset - 8) else { return .tornRecord(place) }
        let (end, sectorSize) = (offset + 8 + Int(length), 512)
        var start = offset + 8
        while start < end {
            let next = min(end, (start / sectorSize + 1) * sectorSize)
            let sector = bytes.extracting(start..<next)
            if SegmentReader(sector).isZero(from: 0) { return .tornRecord(place) }
            start = next
        }
        return .damagedRecord(place)
    }
}

extension LogScan {
    private mutating func add(
        _ record: WALRecord, in bytes: RawSpan, segment: Int
    ) throws(MessageFault) {
        switch record.kind {
        case .checksum: break
        case .metadata:
            let found = try LogMetadata(record.data, of: bytes)
            guard metadata == nil || metadata == found else { throw .number }
            metadata = found
        case .state:
            let found = try HardState(record.data, of: bytes)
            // Neither ever decreases.
            guard found.term >= state.term, found.commit >= state.commit else { throw .number }
            state = found
        case .snapshot: add(try SnapshotMark(record.data, of: bytes))
        case .entry:
            let entry = try RaftEntry(record.data, of: bytes)
            if entry.kind == .configurationChange {
                let change = try ConfigurationChange(entry.data, of: bytes)
                dropConfigurationChanges(from: entry.index)
                configurationChanges.append((entry.index, change))
            } else {
                dropConfigurationChanges(from: entry.index)
            }
            add(entry, at: EntryLocation(term: entry.term, segment: segment, range: record.data))
        }
    }

    /// A new leader replaces entries that are not committed, from the index of the first that differs on.
    private mutating func add(_ entry: RaftEntry, at location: EntryLocation) {
        if firstIndex == nil { firstIndex = entry.index }
        lastIndex = entry.index
        guard entry.index > databaseIndex else {
            entries.removeAll(keepingCapacity: true)
            if entry.index == databaseIndex { databaseTerm = entry.term }
            return
        }
        let position = entry.index - databaseIndex - 1
        guard position <= UInt64(entries.count) else {
            return stop(
                .missingEntries(from: databaseIndex + 1 + UInt64(entries.count), to: entry.index - 1))
        }
        entries.removeLast(entries.count - Int(position))
        entries.append(location)
    }

    private mutating func dropConfigurationChanges(from index: UInt64) {
        while let last = configurationChanges.last, last.index >= index { configurationChanges.removeLast() }
    }

    /// A snapshot that the member took itself follows entries that are in its log. A snapshot from the leader replaces
    /// the log and the database of the member.
    private mutating func add(_ mark: SnapshotMark) {
        if !mark.voters.isEmpty { snapshot = mark }
        guard mark.index > databaseIndex else {
            guard mark.index > lastIndex else { return }
            // What led from the entries so far to the snapshot is not in the log.
            (lastIndex, firstIndex) = (mark.index, nil)
            return
        }
        let position = mark.index - databaseIndex - 1
        if position >= UInt64(entries.count) || entries[Int(position)].term != mark.term {
            stop(.snapshotNotInDatabase(index: mark.index))
        }
    }

    private mutating func checkEnd() {
        if state.commit > max(lastIndex, databaseIndex) {
            gaps.append(.missingEntries(from: max(lastIndex, databaseIndex) + 1, to: state.commit))
        }
        if lastIndex < databaseIndex {
            gaps.append(.endsBeforeDatabase(lastIndex: lastIndex, databaseIndex: databaseIndex))
        }
    }
}
