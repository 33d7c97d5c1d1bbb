import SecretMemory

/// The replacement of bytes that are not text: U+FFFD.
let replacementCharacter: Unicode.Scalar = "\u{fffd}"

/// The length of the UTF-8 sequence of more than one byte that begins at `offset`; nil if none does.
///
/// The table is Unicode 16.0, section 3.9.3, table 3-7 (well-formed UTF-8 byte sequences).
func utf8SequenceLength(in bytes: RawSpan, at offset: Int) -> Int? {
    let (length, second): (Int, ClosedRange<UInt8>)
    switch bytes[offset] {
    case 0xc2...0xdf: (length, second) = (2, 0x80...0xbf)
    case 0xe0: (length, second) = (3, 0xa0...0xbf)
    case 0xed: (length, second) = (3, 0x80...0x9f)
    case 0xe1...0xef: (length, second) = (3, 0x80...0xbf)
    case 0xf0: (length, second) = (4, 0x90...0xbf)
    case 0xf1...0xf3: (length, second) = (4, 0x80...0xbf)
    case 0xf4: (length, second) = (4, 0x80...0x8f)
    default: return nil
    }
    guard offset + length <= bytes.byteCount, second.contains(bytes[offset + 1]) else { return nil }
    for trail in offset + 2..<offset + length where !(0x80...0xbf).contains(bytes[trail]) { return nil }
    return length
}

/// The character of a sequence that ``utf8SequenceLength(in:at:)`` has found.
func scalar(ofUTF8 sequence: RawSpan) -> Unicode.Scalar {
    var value = UInt32(sequence[0]) & 0x7f >> UInt32(sequence.byteCount)
    for trail in 1..<sequence.byteCount { value = value << 6 | UInt32(sequence[trail] & 0x3f) }
    return Unicode.Scalar(value) ?? replacementCharacter
}
