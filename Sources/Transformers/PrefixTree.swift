internal import SecretMemory

/// Finds the prefixes that a value has, in a time that hardly depends on their number.
public struct PrefixTree: Sendable {
    /// Each prefix once, by its bytes.
    private let prefixes: [[UInt8]]
    /// Of each prefix the longest other one that it begins with; nil for none.
    private let shorter: [Int?]
    /// The places in the list of those that have this prefix, in order.
    private let places: [[Int]]
    /// Of each place in the list, whether another prefix begins with the one there.
    private let beginnings: [Bool]

    public init(_ list: [[UInt8]]) {
        var sorted = list.indices.sorted { left, right in
            list[left] == list[right] ? left < right : list[left].lexicographicallyPrecedes(list[right])
        }[...]
        var prefixes: [[UInt8]] = []
        var (shorter, places): ([Int?], [[Int]]) = ([], [])
        while let first = sorted.first {
            let prefix = list[first]
            var above = prefixes.isEmpty ? nil : prefixes.count - 1
            while let place = above, !prefix.starts(with: prefixes[place]) { above = shorter[place] }
            shorter.append(above)
            prefixes.append(prefix)
            let equal = sorted.prefix { list[$0] == prefix }
            places.append(Array(equal))
            sorted = sorted.dropFirst(equal.count)
        }
        var beginnings = Array(repeating: false, count: list.count)
        for node in Set(shorter.compactMap(\.self)) { for place in places[node] { beginnings[place] = true } }
        (self.prefixes, self.shorter, self.places, self.beginnings) = (prefixes, shorter, places, beginnings)
    }

    /// Whether another, longer prefix begins with the one at a place in the list.
    public func beginsAnother(_ place: Int) -> Bool { beginnings[place] }

    /// The place in the list of the longest prefix that a value begins with, the first one of equal ones; nil for none.
    public func longest(of value: RawSpan) -> Int? { node(of: value).map { places[$0][0] } }

    /// The places in the list of all prefixes that a value begins with, in order.
    func all(of value: RawSpan) -> [Int] {
        guard let node = node(of: value) else { return [] }
        var above = shorter[node]
        guard above != nil else { return places[node] }
        var all = places[node]
        while let place = above {
            all += places[place]
            above = shorter[place]
        }
        return all.sorted()
    }

    /// The longest prefix that a value begins with: whatever the value begins with, the last prefix that is not behind it
    /// begins with that too.
    private func node(of value: RawSpan) -> Int? {
        var (low, high) = (0, prefixes.count)
        while low < high {
            let middle = (low + high) / 2
            if Self.isBehind(prefixes[middle], value) { high = middle } else { low = middle + 1 }
        }
        var node = low == 0 ? nil : low - 1
        while let place = node {
            let prefix = prefixes[place]
            if value.starts(with: prefix.span.rawBytes) { return place }
            node = shorter[place]
        }
        return nil
    }

    /// Whether a prefix is behind a value in the order of bytes.
    private static func isBehind(_ prefix: [UInt8], _ value: RawSpan) -> Bool {
        for offset in prefix.indices {
            guard offset < value.byteCount else { return true }
            if prefix[offset] != value[offset] { return prefix[offset] > value[offset] }
        }
        return false
    }
}
