internal import GoText
internal import SecretMemory

/// A list whose entries take the values that begin with their prefix. Providers of a resource are such a list, and so
/// are the keys of a provider: the one place for how they are searched
/// (k8s.io/apiserver 1.36, pkg/storage/value/transformer.go, `prefixTransformers`).
///
/// An audit searches it for every value, so nothing is copied or allocated on the way to the entry that fits.
final class PrefixList<Entry> {
    /// In configuration order.
    private let entries: [Entry]
    /// The prefixes of the entries one behind another, and where each ends. An empty prefix is that of identity.
    private let prefixBytes: [UInt8]
    private let prefixEnds: [Int]
    /// The prefixes again, where there are too many to compare each; nil for a few.
    private let tree: PrefixTree?
    /// So many prefixes are compared one after the other.
    private static var scannedCount: Int { 16 }
    /// What is wrong if no entry has the prefix.
    private let noMatch: TransformFailure

    init(_ items: [(prefix: ByteName, entry: Entry)], noMatch: TransformFailure) {
        entries = items.map(\.entry)
        var bytes: [UInt8] = []
        prefixEnds = items.map { item in
            bytes += Array(item.prefix.utf8)
            return bytes.count
        }
        prefixBytes = bytes
        tree = items.count > Self.scannedCount ? PrefixTree(items.map { Array($0.prefix.utf8) }) : nil
        self.noMatch = noMatch
    }

    /// What writes.
    var first: (prefix: [UInt8], entry: Entry)? {
        entries.first.map { (Array(prefixBytes[..<prefixEnds[0]]), $0) }
    }

    /// Tries every entry whose prefix fits, in order, until one succeeds. Never stops at the first match.
    @inline(__always)
    func open(
        _ value: RawSpan, with openEntry: (Entry, RawSpan) throws(TransformError) -> Opened
    ) throws(TransformError) -> Opened {
        var failures: [TransformFailure] = []
        let fitting = tree?.all(of: value)
        for number in 0..<(fitting?.count ?? entries.count) {
            let index = fitting?[number] ?? number
            guard let rest = rest(of: value, behindPrefix: index) else { continue }
            do {
                return try openEntry(entries[index], rest).found(at: index)
            } catch {
                if error.failures.contains(where: \.endsTheSearch) { throw error }
                // That identity does not read encrypted values says nothing: they are not its business.
                failures += error.failures.filter { $0 != .encryptedWithoutRule }
            }
        }
        throw TransformError(failures.isEmpty ? [noMatch] : failures)
    }

    /// Goes through the entries whose prefix fits.
    @inline(__always)
    func eachFit<Failure>(
        _ value: RawSpan, _ body: (Entry, RawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        let fitting = tree?.all(of: value)
        for number in 0..<(fitting?.count ?? entries.count) {
            let index = fitting?[number] ?? number
            if let rest = rest(of: value, behindPrefix: index) { try body(entries[index], rest) }
        }
    }

    /// What follows the prefix of an entry; nil for a value that does not have it.
    @_lifetime(copy value)
    private func rest(of value: RawSpan, behindPrefix index: Int) -> RawSpan? {
        let (start, end) = (index == 0 ? 0 : prefixEnds[index - 1], prefixEnds[index])
        let prefixBytes = prefixBytes
        guard value.starts(with: prefixBytes.span.rawBytes.extracting(start..<end)) else { return nil }
        return value.extracting(droppingFirst: end - start)
    }
}
