internal import Diagnostics
internal import SecretMemory

/// The bytes of a file as characters, in the encoding that libyaml would see in them.
struct SourceText: ~Escapable {
    enum Encoding { case utf8, utf16LittleEndian, utf16BigEndian }

    let bytes: RawSpan
    let encoding: Encoding
    /// The length of the byte order mark.
    let markByteCount: Int

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) {
        self.bytes = bytes
        let head = (0..<min(3, bytes.byteCount)).map { bytes[$0] }
        (encoding, markByteCount) =
            if head.starts(with: [0xff, 0xfe]) {
                (.utf16LittleEndian, 2)
            } else if head.starts(with: [0xfe, 0xff]) {
                (.utf16BigEndian, 2)
            } else if head == [0xef, 0xbb, 0xbf] {
                (.utf8, 3)
            } else {
                (.utf8, 0)
            }
    }

    /// The character at a byte offset and its width in bytes; nil at the end. What cannot be decoded is U+FFFD.
    func character(at offset: Int) -> (value: Unicode.Scalar, width: Int)? {
        guard offset < bytes.byteCount else { return nil }
        let (value, width) = encoding == .utf8 ? utf8Character(at: offset) : utf16Character(at: offset)
        return (Unicode.Scalar(value) ?? "\u{fffd}", width)
    }

    private func utf8Character(at offset: Int) -> (value: UInt32, width: Int) {
        let lead = UInt32(bytes[offset])
        let (width, bits): (Int, UInt32) =
            switch lead {
            case 0xc0..<0xe0: (2, lead & 0x1f)
            case 0xe0..<0xf0: (3, lead & 0x0f)
            case 0xf0..<0xf8: (4, lead & 0x07)
            case 0x80...: (1, 0xfffd)
            default: (1, lead)
            }
        guard offset + width <= bytes.byteCount else { return (0xfffd, 1) }
        var value = bits
        for next in offset + 1..<offset + width {
            guard bytes[next] & 0xc0 == 0x80 else { return (0xfffd, 1) }
            value = value << 6 | UInt32(bytes[next] & 0x3f)
        }
        return (value, width)
    }

    private func utf16Character(at offset: Int) -> (value: UInt32, width: Int) {
        guard let first = unit(at: offset) else { return (0xfffd, bytes.byteCount - offset) }
        guard first & 0xfc00 == 0xd800 else { return (first, 2) }
        guard let second = unit(at: offset + 2), second & 0xfc00 == 0xdc00 else { return (0xfffd, 2) }
        return (0x10000 + (first & 0x3ff) << 10 + second & 0x3ff, 4)
    }

    private func unit(at offset: Int) -> UInt32? {
        guard offset + 1 < bytes.byteCount else { return nil }
        let (first, second) = (UInt32(bytes[offset]), UInt32(bytes[offset + 1]))
        return encoding == .utf16LittleEndian ? second << 8 | first : first << 8 | second
    }
}

/// Finds the byte offset of a character, and line and column of a byte, without reading the whole file each time.
struct SourceMap {
    private struct Checkpoint {
        var offset: Int
        var line = 0
        var column = 0
    }

    /// One for every so many characters.
    private var checkpoints: [Checkpoint] = []
    private let spacing = 32

    init(_ text: borrowing SourceText) {
        var place = Checkpoint(offset: text.markByteCount)
        var index = 0
        checkpoints.append(place)
        while Self.step(&place, in: text) {
            index += 1
            if index % spacing == 0 { checkpoints.append(place) }
        }
    }

    /// The byte offset of the character with this number, counted from 0 after the byte order mark.
    func offset(ofCharacter index: Int, in text: borrowing SourceText) -> Int {
        let number = min(max(index, 0) / spacing, checkpoints.count - 1)
        var place = checkpoints[number]
        for _ in number * spacing..<max(index, number * spacing) where Self.step(&place, in: text) {}
        return place.offset
    }

    /// Line and column of a byte offset.
    func position(ofByte offset: Int, in text: borrowing SourceText) -> SourcePosition {
        var (low, high) = (0, checkpoints.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if checkpoints[middle].offset <= offset { low = middle } else { high = middle }
        }
        var place = checkpoints[low]
        while place.offset < offset, Self.step(&place, in: text) {}
        return SourcePosition(line: place.line + 1, column: place.column + 1, offset: min(offset, text.bytes.byteCount))
    }

    /// Moves over one character. A line ends where YAML 1.1 ends it (section 5.4); CR LF is one end.
    private static func step(_ place: inout Checkpoint, in text: borrowing SourceText) -> Bool {
        guard let (value, width) = text.character(at: place.offset) else { return false }
        place.offset += width
        place.column += 1
        let isBreak =
            switch value {
            case "\r": text.character(at: place.offset)?.value != "\n"
            case "\n", "\u{85}", "\u{2028}", "\u{2029}": true
            default: false
            }
        if isBreak {
            place.line += 1
            place.column = 0
        }
        return true
    }
}
