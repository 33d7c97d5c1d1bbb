/// Asks for the memory that the next records need, so that the processor waits for many places at a time.
///
/// Records stand in the order of their revisions, a few in each page, and their values in memory that nothing has read
/// yet: without this, each record waits for its element, its key and both ends of its value, one after the other.
public struct RecordPrefetch {
    /// Whose element is read now.
    private static let valueDistance = 4
    /// Whose element is only asked for.
    private static let elementDistance = 12
    /// The bytes of a record that are asked for from its beginning; the processor itself notices a longer run.
    private static let beginningLength = 256

    private let locations: ArraySlice<RecordLocation>

    public init(_ locations: ArraySlice<RecordLocation>) { self.locations = locations }

    /// Asks for what the records behind the one at `index` need.
    public func prepare(behind index: Int, of file: borrowing SnapshotFile) {
        let element = index + Self.elementDistance
        if element < locations.endIndex { file.bytes.prefetch(locations[element].offset) }
        let value = index + Self.valueDistance
        guard value < locations.endIndex,
            let record = BoltElement(leafAt: locations[value].offset, in: file.bytes, page: 0)
        else { return }
        let end = record.value.upperBound
        for offset in stride(
            from: record.key.lowerBound, to: min(record.key.lowerBound + Self.beginningLength, end),
            by: SnapshotFile.cacheLineLength)
        {
            file.bytes.prefetch(offset)
        }
        // Tags stand at the end.
        file.bytes.prefetch(end - 1)
    }
}
