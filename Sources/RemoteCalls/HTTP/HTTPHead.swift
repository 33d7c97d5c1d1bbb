internal import SecretMemory

/// The status and the header fields of an answer, trailers included.
public struct HTTPHead: Equatable, Sendable {
    struct Field: Equatable {
        /// In lower case.
        let name: String
        /// Without the blanks around it.
        let value: String
    }

    /// Such as 200; 0 before there is one.
    public private(set) var status = 0
    private(set) var fields: [Field] = []

    /// The value of a field, by its name in lower case; of several the last one.
    public subscript(name: String) -> String? { fields.last { $0.name == name }?.value }

    /// Reads one line, as libcurl hands it over: a status line, `name: value`, or an empty line.
    mutating func read(_ line: RawSpan) {
        if line.starts(with: Self.protocolName.span.rawBytes) {
            // What an interim answer (1xx) said does not count for the one that follows.
            self = HTTPHead()
            status = Self.status(in: line)
            return
        }
        guard let colon = line.firstOffset(of: UInt8(ascii: ":")) else { return }
        let name = String(decoding: line.extracting(first: colon).copiedToArray(), as: UTF8.self).lowercased()
        fields.append(Field(name: name, value: Self.text(line.extracting(droppingFirst: colon + 1))))
    }

    private static let protocolName = Array("HTTP/".utf8)

    /// The number after the first blank of `HTTP/2 200`.
    private static func status(in line: RawSpan) -> Int {
        guard let blank = line.firstOffset(of: UInt8(ascii: " ")) else { return 0 }
        var status = 0
        for offset in blank + 1..<min(blank + 4, line.byteCount) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(line[offset]) else { return 0 }
            status = status * 10 + Int(line[offset] - UInt8(ascii: "0"))
        }
        return status
    }

    private static func text(_ bytes: RawSpan) -> String {
        let isBlank: (UInt8) -> Bool = { [0x20, 0x09, 0x0d, 0x0a].contains($0) }
        let trimmed = bytes.copiedToArray().drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        return String(decoding: trimmed, as: UTF8.self)
    }
}
