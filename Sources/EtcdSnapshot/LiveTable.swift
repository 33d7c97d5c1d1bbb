internal import SecretMemory

/// Finds the latest record of a key, without a copy of the key: it is compared in the file.
///
/// A table with open addressing (linear probing, at most three quarters full) holds indices of a list of locations,
/// which grows in the order of the records. An entry whose key was written again or deleted becomes a hole; when
/// holes are a third of it, the list is packed instead of growing.
///
/// Changes are made in batches: the memory that each of them needs is read for all before any is made, so that the
/// processor waits for many places at a time, not for one after the other.
struct LiveTable: Sendable {
    private struct Slot {
        var hash: UInt32
        /// The index in `entries`, counted from 1; 0 in an empty slot.
        var entry: UInt32

        static let empty = Slot(hash: 0, entry: 0)
    }

    private struct Change {
        let record: RecordLocation
        let isTombstone: Bool
        let hash: UInt32
        let key: Range<Int>
        /// The entry with the same hash, and the place of its key; 0 and nil without one.
        var candidate: UInt32 = 0
        var candidateKey = 0..<0
    }

    private static let batchSize = 64
    private static let hole = RecordLocation(offset: 0)

    private var slots = [Slot](repeating: .empty, count: 1 << 10)
    private var entries: [RecordLocation] = []
    /// The number of keys that are here.
    private(set) var count = 0
    private var changes: [Change] = []
    private let hash: KeyHash
    /// Whether deletions stay, for the keys of an older part. Their locations are negative.
    private let keepsTombstones: Bool

    init(hash: KeyHash = KeyHash(), keepsTombstones: Bool = false) {
        self.hash = hash
        self.keepsTombstones = keepsTombstones
    }

    /// The number of locations that there is room for: those of all keys, and of some more.
    var reservedEntries: Int { entries.capacity }

    /// Makes `record` the latest of its key, or forgets the key if it is a tombstone and those are not kept.
    mutating func add(_ record: StoredRevision, in file: SnapshotFile) {
        changes.append(
            Change(
                record: record.location, isTombstone: record.isTombstone,
                hash: UInt32(truncatingIfNeeded: hash(record.key, of: file.bytes)),
                key: record.key))
        if changes.count == Self.batchSize { makeChanges(in: file) }
    }

    /// Ends the search and gives out the locations, in the order in which they came.
    consuming func finish(in file: SnapshotFile) -> [RecordLocation] {
        makeChanges(in: file)
        slots = []
        entries.removeAll { $0 == Self.hole }
        return entries
    }

    /// The locations of the latest records that are values, in the order in which they came. All changes are made.
    var values: some Sequence<RecordLocation> { entries.lazy.filter { $0.offset > 0 } }

    /// Forgets the keys of a table of newer records, made with the same hash. All changes are made in both.
    mutating func forget(keysOf newer: LiveTable, in file: SnapshotFile) {
        for other in newer.slots where other.entry != 0 {
            var index = Int(other.hash) & mask
            while slots[index].entry != 0 {
                if slots[index].hash == other.hash,
                    file.bytes.holdsEqual(
                        keyRange(of: slots[index].entry, in: file), newer.keyRange(of: other.entry, in: file))
                {
                    entries[Int(slots[index].entry) - 1] = Self.hole
                    count -= 1
                    close(index)
                    break
                }
                index = (index + 1) & mask
            }
        }
    }
}

extension LiveTable {
    mutating func makeChanges(in file: SnapshotFile) {
        makeRoom()
        for index in changes.indices { changes[index].candidate = candidate(for: changes[index].hash) }
        for index in changes.indices where changes[index].candidate != 0 {
            changes[index].candidateKey = keyRange(of: changes[index].candidate, in: file)
        }
        for change in changes { make(change, in: file) }
        changes.removeAll(keepingCapacity: true)
    }

    private mutating func make(_ change: Change, in file: SnapshotFile) {
        let index = slot(of: change, in: file)
        let previous = Int(slots[index].entry)
        if previous != 0 { entries[previous - 1] = Self.hole }
        if !change.isTombstone || keepsTombstones {
            if previous == 0 { count += 1 }
            entries.append(change.isTombstone ? RecordLocation(offset: -change.record.offset) : change.record)
            slots[index] = Slot(hash: change.hash, entry: UInt32(entries.count))
        } else if previous != 0 {
            count -= 1
            close(index)
        }
    }

    /// The place of the key of an entry, counted from 1.
    private func keyRange(of entry: UInt32, in file: SnapshotFile) -> Range<Int> {
        file.keyRange(at: RecordLocation(offset: abs(entries[Int(entry) - 1].offset)))
    }

    /// The first entry with this hash, or 0.
    private func candidate(for hash: UInt32) -> UInt32 {
        var index = Int(hash) & mask
        while slots[index].entry != 0, slots[index].hash != hash { index = (index + 1) & mask }
        return slots[index].entry
    }

    /// The slot that holds the key of `change`, or the empty one where it belongs.
    private func slot(of change: Change, in file: SnapshotFile) -> Int {
        var index = Int(change.hash) & mask
        while slots[index].entry != 0 {
            if slots[index].hash == change.hash {
                let entry = slots[index].entry
                let key = entry == change.candidate ? change.candidateKey : keyRange(of: entry, in: file)
                if file.bytes.holdsEqual(key, change.key) { break }
            }
            index = (index + 1) & mask
        }
        return index
    }

    private var mask: Int { slots.count - 1 }

    /// Empties a slot and moves up the entries after it that were displaced by it.
    private mutating func close(_ index: Int) {
        var gap = index
        var next = (index + 1) & mask
        while slots[next].entry != 0 {
            let distance = (next - Int(slots[next].hash)) & mask
            if distance >= (next - gap) & mask {
                slots[gap] = slots[next]
                gap = next
            }
            next = (next + 1) & mask
        }
        slots[gap] = .empty
    }

    private mutating func makeRoom() {
        let room = Self.batchSize
        if entries.count + room > entries.capacity, entries.count - count > count / 2 + 1024 { pack() }
        if (count + room) * 4 > slots.count * 3 { grow() }
    }

    /// Takes the holes out of the list.
    private mutating func pack() {
        // Where each entry goes: the number of those before it that are no holes.
        var places = [UInt32](repeating: 0, count: entries.count)
        var kept = 0
        for index in entries.indices where entries[index] != Self.hole {
            entries[kept] = entries[index]
            kept += 1
            places[index] = UInt32(kept)
        }
        entries.removeLast(entries.count - kept)
        for index in slots.indices where slots[index].entry != 0 {
            slots[index].entry = places[Int(slots[index].entry) - 1]
        }
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: .empty, count: 2 * old.count)
        for slot in old where slot.entry != 0 {
            var index = Int(slot.hash) & mask
            while slots[index].entry != 0 { index = (index + 1) & mask }
            slots[index] = slot
        }
    }
}
