internal import Glibc

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

    /// By memchr and memcmp: a text is searched for some hundred signs.
    func contains(_ sign: FoldedText) -> Bool {
        unsafe bytes.withUnsafeBytes { text in
            unsafe sign.bytes.withUnsafeBytes { sign in
                guard let first = unsafe sign.first, let pattern = sign.baseAddress,
                    let base = text.baseAddress
                else { return false }
                let end = text.count - sign.count
                var start = 0
                while start <= end {
                    guard let place = unsafe memchr(base + start, Int32(first), end - start + 1) else { return false }
                    if unsafe memcmp(place, pattern, sign.count) == 0 { return true }
                    start = unsafe UnsafeRawPointer(place) - base + 1
                }
                return false
            }
        }
    }
}
