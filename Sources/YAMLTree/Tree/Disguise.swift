internal import SecretMemory

/// Lets libyaml read what go-yaml takes for plain text and libyaml does not.
///
/// The character is replaced for libyaml by another of the same width without a meaning, so that all marks stay
/// correct, and restored in the text of the scalar. Whether that is needed is known only after libyaml has tried.
struct Disguise {
    /// How often libyaml may try. A file that needs more is refused with libyaml's words.
    static let attempts = 16

    private(set) var offsets: Set<Int> = []
    private let encoding: SourceText.Encoding
    /// Byte order marks that begin a line, in order; and how many of them the scalars so far have reached.
    private let marks: [Int]
    private var passedCount = 0
    /// Those that are not in a scalar.
    private var stray: [Int] = []

    init(_ text: borrowing SourceText) {
        encoding = text.encoding
        var marks: [Int] = []
        var offset = text.markByteCount
        var previous: Unicode.Scalar?
        while let (value, width) = text.character(at: offset) {
            if value == "\u{feff}", previous?.isYAMLBreak ?? false { marks.append(offset) }
            previous = value
            offset += width
        }
        self.marks = marks
    }

    /// Begins at the start of the file again.
    mutating func restart() { (passedCount, stray) = (0, []) }

    /// Notes the extent of a scalar. Scalars come in the order of the file.
    mutating func markScalar(_ range: Range<Int>) {
        pass(range.lowerBound)
        while passedCount < marks.count, marks[passedCount] < range.upperBound { passedCount += 1 }
    }

    private mutating func pass(_ end: Int) {
        while passedCount < marks.count, marks[passedCount] < end {
            stray.append(marks[passedCount])
            passedCount += 1
        }
    }

    /// Disguises a `:` in a flow collection before one of `,?[]{}`. libyaml 0.2.1 began to refuse it.
    mutating func addColon(at offset: Int) -> Bool { offsets.insert(offset).inserted }

    /// Disguises the byte order marks before `end` that libyaml has skipped. go-yaml means to skip them too, but looks
    /// for them in the wrong place (go-yaml v2.4, yamlprivateh.go, `is_bom`).
    mutating func addStrayMarks(before end: Int) -> Bool {
        let count = offsets.count
        pass(end)
        offsets.formUnion(stray)
        return offsets.count > count
    }

    /// The text as libyaml gets to see it.
    func apply(to text: borrowing SourceText) -> SecretBytes {
        SecretBytes.filling(capacity: text.bytes.byteCount) { output in
            var start = 0
            for offset in offsets.sorted() {
                let isColon = text.character(at: offset)?.value == ":"
                let changed =
                    switch encoding {
                    case .utf8: isColon ? offset : offset + 2
                    case .utf16LittleEndian: offset
                    case .utf16BigEndian: offset + 1
                    }
                output.append(contentsOf: text.bytes.extracting(start..<changed))
                // U+FEFC in place of U+FEFF: in each encoding one byte differs.
                output.append(isColon ? UInt8(ascii: "x") : text.bytes[changed] - 3)
                start = changed + 1
            }
            output.append(contentsOf: text.bytes.extracting(droppingFirst: start))
        }
    }

    /// The text of a plain scalar in `range` of the file.
    func restore(_ scalar: SecretKey, in range: Range<Int>, of text: borrowing SourceText) -> SecretKey {
        var characters: [Int: Unicode.Scalar] = [:]
        var (offset, index) = (range.lowerBound, 0)
        while offset < range.upperBound, let (value, width) = text.character(at: offset) {
            if offsets.contains(offset) { characters[index] = value }
            // Folding changes nothing but white space, so the other characters are the same in number.
            if !value.isYAMLWhiteSpace { index += 1 }
            offset += width
        }
        guard !characters.isEmpty else { return scalar }
        let disguised = SourceText(scalar.span)
        return SecretKey(
            SecretBytes.filling(capacity: scalar.bytes.count) { output in
                var (offset, index) = (0, 0)
                while let (value, width) = disguised.character(at: offset) {
                    if let original = characters[index], !value.isYAMLWhiteSpace {
                        for byte in String(original).utf8 { output.append(byte) }
                    } else {
                        output.append(contentsOf: scalar.span.extracting(offset..<offset + width))
                    }
                    if !value.isYAMLWhiteSpace { index += 1 }
                    offset += width
                }
            })
    }
}

extension Unicode.Scalar {
    /// A line break of YAML 1.1, section 5.4.
    var isYAMLBreak: Bool {
        self == "\n" || self == "\r" || self == "\u{85}" || self == "\u{2028}" || self == "\u{2029}"
    }

    var isYAMLWhiteSpace: Bool { self == " " || self == "\t" || isYAMLBreak }
}
