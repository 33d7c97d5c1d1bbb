internal import SecretMemory

/// A list whose entries take the values that begin with their prefix. Providers of a resource are such a list, and so
/// are the keys of a provider: the one place for how they are searched
/// (k8s.io/apiserver 1.36, pkg/storage/value/transformer.go, `prefixTransformers`).
final class PrefixList<Entry> {
    /// In configuration order. An empty prefix is that of identity.
    let entries: [(prefix: [UInt8], entry: Entry)]
    /// What is wrong if no entry has the prefix.
    let noMatch: TransformFailure

    init(entries: [(prefix: [UInt8], entry: Entry)], noMatch: TransformFailure) {
        self.entries = entries
        self.noMatch = noMatch
    }

    /// Tries every entry whose prefix fits, in order, until one succeeds. Never stops at the first match.
    func open(
        _ value: RawSpan, with openEntry: (Entry, RawSpan) throws(TransformError) -> Opened
    ) throws(TransformError) -> Opened {
        var failures: [TransformFailure] = []
        for index in entries.indices {
            let prefix = entries[index].prefix
            guard value.starts(with: prefix.span.rawBytes) else { continue }
            do {
                let rest = value.extracting(droppingFirst: prefix.count)
                return try openEntry(entries[index].entry, rest).found(at: index)
            } catch {
                if error.failures.contains(where: \.endsTheSearch) { throw error }
                // That identity does not read encrypted values says nothing: they are not its business.
                failures += error.failures.filter { $0 != .encryptedWithoutRule }
            }
        }
        throw TransformError(failures.isEmpty ? [noMatch] : failures)
    }
}
