/// Changes of a database that a member wrote.
public enum BoltPages {
    /// Takes the value from every copy of the record of a revision, which makes a revision marker of it.
    ///
    /// - Parameter other: The revision that the marker gets.
    /// - Returns: The number of copies.
    public static func empty(_ revision: Int64, as other: Int64? = nil, in database: inout [UInt8]) -> Int {
        let key = BoltBuilder.Element.revision(revision)
        var count = 0
        for page in stride(from: 0, to: database.count, by: 4096) where database[page + 8] == 2 {
            for index in 0..<Int(database[page + 10]) + Int(database[page + 11]) << 8 {
                let element = page + 16 + 16 * index
                guard element + 16 <= database.count else { break }
                let start = element + database[element + 4..<element + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
                guard start + 17 <= database.count, Array(database[start..<start + 17]) == key else { continue }
                database.replaceSubrange(start..<start + 17, with: BoltBuilder.Element.revision(other ?? revision))
                database.replaceSubrange(element + 12..<element + 16, with: [0, 0, 0, 0])
                count += 1
            }
        }
        return count
    }
}
