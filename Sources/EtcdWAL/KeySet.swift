internal import EtcdSnapshot

/// A set of keys, each where it first is in the database or the log.
///
/// A table with open addressing over a list that grows in the order of the keys.
struct KeySet {
    private var slots = [UInt32](repeating: 0, count: 1 << 8)
    private(set) var keys: [StoredBytes] = []
    private var hashes: [UInt32] = []
    private let hash = KeyHash()

    private var mask: Int { slots.count - 1 }

    func contains<Segment>(_ place: StoredBytes, in sources: borrowing ByteSources<Segment>) -> Bool {
        slots[slot(of: place, hash(of: place, in: sources), in: sources)] != 0
    }

    mutating func insert<Segment>(_ place: StoredBytes, in sources: borrowing ByteSources<Segment>) {
        let hash = hash(of: place, in: sources)
        let index = slot(of: place, hash, in: sources)
        guard slots[index] == 0 else { return }
        keys.append(place)
        hashes.append(hash)
        slots[index] = UInt32(keys.count)
        if keys.count * 4 > slots.count * 3 { grow() }
    }

    private func hash<Segment>(of place: StoredBytes, in sources: borrowing ByteSources<Segment>) -> UInt32 {
        let bytes = sources(place)
        return UInt32(truncatingIfNeeded: hash(0..<bytes.byteCount, of: bytes))
    }

    /// The slot that holds `place`, or the empty one where it belongs.
    private func slot<Segment>(
        of place: StoredBytes, _ hash: UInt32, in sources: borrowing ByteSources<Segment>
    ) -> Int {
        var index = Int(hash) & mask
        while slots[index] != 0 {
            let entry = Int(slots[index]) - 1
            if hashes[entry] == hash, sources(keys[entry]).compare(sources(place)) == 0 { break }
            index = (index + 1) & mask
        }
        return index
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: 2 * slots.count)
        for (entry, hash) in hashes.enumerated() {
            var index = Int(hash) & mask
            while slots[index] != 0 { index = (index + 1) & mask }
            slots[index] = UInt32(entry + 1)
        }
    }
}
