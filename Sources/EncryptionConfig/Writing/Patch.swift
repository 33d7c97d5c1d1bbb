internal import SecretMemory

/// Some bytes of a text, and their replacement.
struct Patch {
    let range: Range<Int>
    let replacement: SecretKey

    init(_ range: Range<Int>, _ replacement: SecretKey) {
        self.range = range
        self.replacement = replacement
    }

    /// Leaves bytes out.
    static func removing(_ range: Range<Int>) -> Patch { Patch(range, SecretKey(SecretBytes())) }

    /// Puts bytes before those at `offset`.
    static func inserting(_ text: SecretKey, at offset: Int) -> Patch { Patch(offset..<offset, text) }

    /// Puts a text that is no secret before the bytes at `offset`.
    static func inserting(_ text: String, at offset: Int) -> Patch {
        var buffer = SecretBuffer()
        buffer.append(text)
        return inserting(SecretKey(buffer.finish()), at: offset)
    }

    /// Whether no two of them concern the same bytes.
    static func areApart(_ patches: [Patch]) -> Bool {
        let ranges = patches.map(\.range).sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        return zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }
    }

    /// The text with all patches, which must not overlap. Of insertions at one place the first one comes first; an insertion
    /// comes before what is removed at its place.
    static func apply(_ patches: [Patch], to text: RawSpan) -> SecretBytes {
        let added = patches.reduce(0) { $0 + $1.replacement.bytes.count }
        var output = SecretBuffer(capacity: text.byteCount + added)
        var position = 0
        let ordered = patches.enumerated()
            .sorted { left, right in
                let (first, second) = (left.element.range, right.element.range)
                return (first.lowerBound, first.upperBound, left.offset)
                    < (second.lowerBound, second.upperBound, right.offset)
            }
        for (_, patch) in ordered {
            precondition(patch.range.lowerBound >= position, "patches overlap")
            output.append(text.extracting(position..<patch.range.lowerBound))
            output.append(patch.replacement.span)
            position = patch.range.upperBound
        }
        output.append(text.extracting(position..<text.byteCount))
        return output.finish()
    }
}
