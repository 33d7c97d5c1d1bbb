/// The keys that the entries of a log name, and what else of a database they can concern.
struct Mentions {
    private(set) var keys = KeySet()
    private(set) var ranges = KeyRanges()
    private(set) var revokedLeases: Set<Int64> = []

    /// Adds what `request` names; whether it can change keys.
    mutating func add<Segment>(
        _ request: KeyRequest, segment: Int, in sources: borrowing ByteSources<Segment>
    ) throws(RequestFault) -> Bool {
        switch request {
        case .none, .compaction, .leaseGrant, .alarm, .authentication: return false
        case .put(let put): insert(put.key, segment, in: sources)
        case .delete(let delete): insert(delete.keys, segment, in: sources)
        case .leaseRevoke(let lease): revokedLeases.insert(lease)
        case .transaction(let transaction):
            var (hasWrite, count) = (false, 0)
            try add(transaction, segment, depth: 0, &hasWrite, &count, in: sources)
            return hasWrite
        }
        return true
    }

    private mutating func add<Segment>(
        _ transaction: Transaction, _ segment: Int, depth: Int, _ hasWrite: inout Bool, _ count: inout Int,
        in sources: borrowing ByteSources<Segment>
    ) throws(RequestFault) {
        guard depth < Transaction.depthLimit else { throw .tooMuchWork }
        let bytes = sources.segment(segment)
        for part in try transaction.parts(of: bytes) {
            count += 1
            guard count <= Transaction.partLimit else { throw .tooMuchWork }
            switch part {
            case .comparison(let range): insert(try Comparison(range, of: bytes).keys, segment, in: sources)
            case .success(let range), .failure(let range):
                switch try TransactionStep.read(range, of: bytes) {
                case nil, .read: break
                case .put(let put):
                    hasWrite = true
                    insert(put.key, segment, in: sources)
                case .delete(let delete):
                    hasWrite = true
                    insert(delete.keys, segment, in: sources)
                case .transaction(let range):
                    try add(Transaction(range: range), segment, depth: depth + 1, &hasWrite, &count, in: sources)
                }
            }
        }
    }

    private mutating func insert<Segment>(
        _ key: Range<Int>, _ segment: Int, in sources: borrowing ByteSources<Segment>
    ) {
        keys.insert(StoredBytes(file: .segment(segment), range: key), in: sources)
    }

    private mutating func insert<Segment>(
        _ requested: RequestedKeys, _ segment: Int, in sources: borrowing ByteSources<Segment>
    ) {
        let first = StoredBytes(file: .segment(segment), range: requested.first)
        switch requested.extent {
        case .one: keys.insert(first, in: sources)
        case .open: ranges.add(first, nil)
        case .range: ranges.add(first, StoredBytes(file: .segment(segment), range: requested.end))
        }
    }

    /// Puts the ranges in order, which has to be done before ``KeyRanges/contains(_:in:)`` is asked.
    mutating func sortRanges<Segment>(in sources: borrowing ByteSources<Segment>) { ranges.sort(in: sources) }
}

/// Ranges of keys.
struct KeyRanges {
    private var ranges: [(first: StoredBytes, end: StoredBytes?)] = []

    var isEmpty: Bool { ranges.isEmpty }

    mutating func add(_ first: StoredBytes, _ end: StoredBytes?) { ranges.append((first, end)) }

    /// Sorts them, and joins those that touch.
    mutating func sort<Segment>(in sources: borrowing ByteSources<Segment>) {
        let sorted = ranges.sorted { sources($0.first).compare(sources($1.first)) < 0 }
        var joined: [(first: StoredBytes, end: StoredBytes?)] = []
        for range in sorted {
            if let end = range.end, sources(range.first).compare(sources(end)) >= 0 { continue }
            guard let last = joined.last else {
                joined.append(range)
                continue
            }
            guard let lastEnd = last.end else { break }
            if sources(range.first).compare(sources(lastEnd)) > 0 {
                joined.append(range)
            } else if let end = range.end {
                if sources(end).compare(sources(lastEnd)) > 0 { joined[joined.count - 1].end = end }
            } else {
                joined[joined.count - 1].end = nil
            }
        }
        ranges = joined
    }

    func contains<Segment>(_ place: StoredBytes, in sources: borrowing ByteSources<Segment>) -> Bool {
        guard !ranges.isEmpty else { return false }
        let key = sources(place)
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if sources(ranges[middle].first).compare(key) <= 0 { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return false }
        guard let end = ranges[low - 1].end else { return true }
        return key.compare(sources(end)) < 0
    }
}
