/// A text in which an error is looked for: in lower case, every run of white space one blank, without the backslashes that
/// logs put before quotes.
struct FoldedText: Sendable {
    private let bytes: [UInt8]

    init(_ text: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                if bytes.last != UInt8(ascii: " "), !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(byte | 0x20)
            case UInt8(ascii: "\""):
                while bytes.last == UInt8(ascii: "\\") { bytes.removeLast() }
                bytes.append(byte)
            default: bytes.append(byte)
            }
        }
        if bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        self.bytes = bytes
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    func contains(_ sign: FoldedText) -> Bool {
        guard let first = sign.bytes.first, bytes.count >= sign.bytes.count else { return false }
        var start = 0
        while start <= bytes.count - sign.bytes.count {
            if bytes[start] == first, bytes[start..<start + sign.bytes.count].elementsEqual(sign.bytes) { return true }
            start += 1
        }
        return false
    }
}
