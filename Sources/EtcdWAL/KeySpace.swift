/// What a key is at some moment of a replay.
struct KeyState {
    var createRevision: Int64 = 0
    var modRevision: Int64 = 0
    /// The index of the change among those of its transaction.
    var subRevision: Int64 = 0
    var version: Int64 = 0
    var lease: Int64 = 0
    var value = StoredBytes.nowhere
    /// Whether the log changed it.
    var isChanged = false
    /// Its place among the live records of the database; nil if it is not there.
    var base: Int?
}

/// All keys that a replay can touch, in the order of their bytes, and what each of them is.
struct KeySpace {
    let keys: [StoredBytes]
    var states: [KeyState]
    private(set) var live: SparseSet

    init<Segment>(_ set: consuming KeySet, in sources: borrowing ByteSources<Segment>) {
        keys = set.keys.sorted { sources($0).compare(sources($1)) < 0 }
        states = Array(repeating: KeyState(), count: keys.count)
        live = SparseSet(count: keys.count)
    }

    mutating func setLive(_ index: Int, _ isLive: Bool) {
        if isLive { live.insert(index) } else { live.remove(index) }
    }

    /// The first key that is not before `key`.
    func lowerBound<Segment>(_ key: RawSpan, in sources: borrowing ByteSources<Segment>) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if sources(keys[middle]).compare(key) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The place of `key`, or nil if the replay does not touch it.
    func index<Segment>(of key: RawSpan, in sources: borrowing ByteSources<Segment>) -> Int? {
        let index = lowerBound(key, in: sources)
        return index < keys.count && sources(keys[index]).compare(key) == 0 ? index : nil
    }

    /// The places that `requested` of a request in `bytes` covers.
    func indices<Segment>(
        of requested: RequestedKeys, in bytes: RawSpan, _ sources: borrowing ByteSources<Segment>
    ) -> Range<Int> {
        let first = lowerBound(bytes.extracting(requested.first), in: sources)
        switch requested.extent {
        case .one:
            guard let index = index(of: bytes.extracting(requested.first), in: sources) else { return first..<first }
            return index..<index + 1
        case .open: return first..<keys.count
        case .range: return first..<max(first, lowerBound(bytes.extracting(requested.end), in: sources))
        }
    }
}
