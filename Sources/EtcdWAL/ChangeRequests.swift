/// A value for one key.
struct PutRequest {
    private(set) var key = 0..<0
    private(set) var value = 0..<0
    private(set) var lease: Int64 = 0
    private(set) var ignoresValue = false
    private(set) var ignoresLease = false

    init(_ range: Range<Int>, of bytes: RawSpan) throws(RequestFault) {
        var reader = MessageReader(range, of: bytes)
        do throws(MessageFault) {
            while let field = try reader.next() {
                switch field.number {
                case 1: key = try field.bytes()
                case 2: value = try field.bytes()
                case 3: lease = try field.signed()
                case 4: _ = try field.bool()
                case 5: ignoresValue = try field.bool()
                case 6: ignoresLease = try field.bool()
                default: throw field.unknown
                }
            }
        } catch {
            throw .message(error)
        }
        guard !key.isEmpty else { throw .unforeseeable }
    }
}

/// The end of one key or of several.
struct DeleteRequest {
    private(set) var keys = RequestedKeys()

    init(_ range: Range<Int>, of bytes: RawSpan) throws(RequestFault) {
        var reader = MessageReader(range, of: bytes)
        var end: Range<Int>?
        do throws(MessageFault) {
            while let field = try reader.next() {
                switch field.number {
                case 1: keys.read(first: try field.bytes())
                case 2: end = try field.bytes()
                case 3: _ = try field.bool()
                default: throw field.unknown
                }
            }
        } catch {
            throw .message(error)
        }
        if let end { try keys.read(end: end, of: bytes) }
        try keys.check()
    }
}
