internal import SecretMemory

/// Finds the latest record of a key, without holding the key: that is compared where it stands in the file.
///
/// A table with open addressing (linear probing, at most three quarters full) holds indices of a list of locations, which
/// grows in the order of the records. An entry whose key was written again or deleted becomes a hole; when holes are the
/// larger part, the list is packed. The hash is SipHash with a seed of the process (`Hasher`), so that nobody can
/// choose keys which collide.
struct LiveTable {
    private struct Slot {
        var hash: UInt32
        /// The index in `entries`, counted from 1; 0 in an empty slot.
        var entry: UInt32

        static let empty = Slot(hash: 0, entry: 0)
    }

    private var slots = [Slot](repeating: .empty, count: 1 << 10)
    private var entries: [RecordLocation] = []
    private var live = 0

    private static let hole = RecordLocation(offset: 0)

    /// Makes `record` the latest of its key.
    mutating func update(_ record: StoredRevision, in file: SnapshotFile) {
        makeRoom()
        let hash = Self.hash(file.key(of: record))
        let index = slot(of: record, hash: hash, in: file)
        let previous = slots[index].entry
        if previous == 0 { live += 1 } else { entries[Int(previous) - 1] = Self.hole }
        entries.append(record.location)
        slots[index] = Slot(hash: hash, entry: UInt32(entries.count))
    }

    /// Forgets the key of `tombstone`.
    mutating func remove(_ tombstone: StoredRevision, in file: SnapshotFile) {
        let index = slot(of: tombstone, hash: Self.hash(file.key(of: tombstone)), in: file)
        guard slots[index].entry != 0 else { return }
        entries[Int(slots[index].entry) - 1] = Self.hole
        live -= 1
        close(index)
    }

    /// Ends the search and gives out the locations, in the order in which they came.
    consuming func finish() -> [RecordLocation] {
        slots = []
        entries.removeAll { $0 == Self.hole }
        return entries
    }
}

extension LiveTable {
    private static func hash(_ key: RawSpan) -> UInt32 {
        var hasher = Hasher()
        unsafe key.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }

    private var mask: Int { slots.count - 1 }

    /// The slot that holds the key of `record`, or the empty one where it belongs.
    private func slot(of record: StoredRevision, hash: UInt32, in file: SnapshotFile) -> Int {
        var index = Int(hash) & mask
        while slots[index].entry != 0 {
            if slots[index].hash == hash {
                let other = entries[Int(slots[index].entry) - 1]
                if file.keyRange(at: other).map({ file.bytes.holdsEqual($0, record.key) }) == true { break }
            }
            index = (index + 1) & mask
        }
        return index
    }

    /// Empties a slot and moves up what only stands behind it because it was taken.
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
        if entries.count == entries.capacity, entries.count > 2 * live + 1024 { pack() }
        if (live + 1) * 4 > slots.count * 3 { grow() }
    }

    /// Takes the holes out of the list.
    private mutating func pack() {
        // Where each entry goes: the number of those before it that are no holes.
        var places = [UInt32](repeating: 0, count: entries.count)
        var count = 0
        for (index, entry) in entries.enumerated() where entry != Self.hole {
            entries[count] = entry
            count += 1
            places[index] = UInt32(count)
        }
        entries.removeLast(entries.count - count)
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
