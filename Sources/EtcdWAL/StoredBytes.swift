/// Where some bytes are: in the database, or in a segment of its log. The bytes themselves are not copied.
public struct StoredBytes: Hashable, Sendable {
    public enum File: Hashable, Sendable {
        case database
        /// The segment by its number among ``MemberLog/segments``.
        case segment(Int)
    }

    public let file: File
    /// The offsets in that file.
    public let range: Range<Int>

    static let nowhere = StoredBytes(file: .database, range: 0..<0)
}

/// The database and the segments, as one place to read ``StoredBytes`` from.
struct ByteSources<Segment: WALSegment>: ~Escapable {
    let segments: [Segment]
    let database: RawSpan

    @_lifetime(copy database)
    init(_ segments: [Segment], database: RawSpan) { (self.segments, self.database) = (segments, database) }

    /// All bytes of a segment.
    @_lifetime(borrow self)
    func segment(_ number: Int) -> RawSpan {
        let segment = segments[number]
        let bytes = segment.bytes
        // The array keeps the object, and the object its bytes, for as long as `self` is.
        return unsafe _overrideLifetime(bytes, borrowing: self)
    }

    @_lifetime(borrow self)
    func callAsFunction(_ place: StoredBytes) -> RawSpan {
        switch place.file {
        case .database: database.extracting(place.range)
        case .segment(let number): segment(number).extracting(place.range)
        }
    }
}
