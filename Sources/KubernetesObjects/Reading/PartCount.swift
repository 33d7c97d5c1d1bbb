/// Counts the parts of one object, so that an object of millions of tiny ones is refused before it fills the memory.
struct PartCount {
    private var count = 0

    /// How many more there can be.
    var room: Int { StoredObject.partLimit - count }

    /// Counts so many more.
    mutating func add(_ parts: Int = 1) throws(StoredObjectError) {
        count += parts
        guard count <= StoredObject.partLimit else { throw .tooManyParts }
    }
}
