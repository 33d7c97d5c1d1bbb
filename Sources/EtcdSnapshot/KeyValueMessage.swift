internal import ProtobufWire
internal import SecretMemory

/// The fields of a `mvccpb.KeyValue` (etcd, api/mvccpb/kv.proto). The ranges are offsets in the file.
struct KeyValueMessage: Equatable {
    private(set) var key: Range<Int>
    private(set) var createRevision: Int64 = 0
    private(set) var modRevision: Int64 = 0
    private(set) var version: Int64 = 0
    private(set) var value: Range<Int>
    private(set) var lease: Int64 = 0
    /// Where the message ends.
    private(set) var end = 0

    /// Reads the message in `range`.
    @inline(__always)
    init(in range: Range<Int>, of bytes: RawSpan) throws(ElementFault) {
        if let message = Self(inOrder: range, of: bytes) {
            self = message
        } else {
            self = try Self(inAnyOrder: range, of: bytes)
        }
    }

    /// The range of the etcd key in the message in `range`, or nil if it is not a message.
    @inline(__always)
    static func key(in range: Range<Int>, of bytes: RawSpan) -> Range<Int>? {
        (try? Self(in: range, of: bytes))?.key
    }

    private init(emptyAt offset: Int) { (key, value, end) = (offset..<offset, offset..<offset, offset) }
}

// The number of each field, and its tag: the number and the wire type.
private enum Number { static let (key, createRevision, modRevision, version, value, lease) = (1, 2, 3, 4, 5, 6) }
private enum Tag {
    static let (key, createRevision, modRevision, version, value, lease) =
        (0x0a, 0x10, 0x18, 0x20, 0x2a, 0x30) as (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)
}

extension KeyValueMessage {
    /// Reads any message as protobuf has it: fields in any order, of each the last, and unknown ones passed over.
    init(inAnyOrder range: Range<Int>, of bytes: RawSpan) throws(ElementFault) {
        self.init(emptyAt: range.upperBound)
        var reader = WireReader(bytes.extracting(range))
        while let field = try reader.nextField() {
            let payload = field.payload.lowerBound + range.lowerBound..<field.payload.upperBound + range.lowerBound
            let number = Int64(bitPattern: field.varint)
            switch (field.number, field.type) {
            case (Number.key, .bytes): key = payload
            case (Number.createRevision, .varint): createRevision = number
            case (Number.modRevision, .varint): modRevision = number
            case (Number.version, .varint): version = number
            case (Number.value, .bytes): value = payload
            case (Number.lease, .varint): lease = number
            case (Number.key...Number.lease, _): throw .recordFieldType(field.number)
            default: break
            }
        }
    }

    /// Reads a message as etcd writes it, field after field and none twice; nil for every other one, good or bad.
    @inline(__always)
    init?(inOrder range: Range<Int>, of bytes: RawSpan) {
        self.init(emptyAt: range.upperBound)
        var scanner = Scanner(position: range.lowerBound, end: range.upperBound)
        guard scanner.isAt(Tag.key, in: bytes), let key = scanner.run(in: bytes) else { return nil }
        self.key = key
        if scanner.isAt(Tag.createRevision, in: bytes) {
            guard let number = scanner.number(in: bytes) else { return nil }
            createRevision = number
        }
        if scanner.isAt(Tag.modRevision, in: bytes) {
            guard let number = scanner.number(in: bytes) else { return nil }
            modRevision = number
        }
        if scanner.isAt(Tag.version, in: bytes) {
            guard let number = scanner.number(in: bytes) else { return nil }
            version = number
        }
        if scanner.isAt(Tag.value, in: bytes) {
            guard let value = scanner.run(in: bytes) else { return nil }
            self.value = value
        }
        if scanner.isAt(Tag.lease, in: bytes) {
            guard let number = scanner.number(in: bytes) else { return nil }
            lease = number
        }
        guard scanner.position == range.upperBound else { return nil }
    }
}

extension KeyValueMessage {
    /// Reads a message as etcd writes it of which the end need not be there, or the range goes on behind it: the value
    /// may reach beyond `range`, up to where its length says. Nil if the range holds no key, or not where the value is.
    init?(beginningOf range: Range<Int>, of bytes: RawSpan) {
        self.init(emptyAt: range.upperBound)
        var scanner = Scanner(position: range.lowerBound, end: range.upperBound)
        guard scanner.isAt(Tag.key, in: bytes), let key = scanner.run(in: bytes) else { return nil }
        self.key = key
        for (tag, field) in [
            (Tag.createRevision, \Self.createRevision), (Tag.modRevision, \Self.modRevision),
            (Tag.version, \Self.version),
        ] where scanner.isAt(tag, in: bytes) {
            guard let number = scanner.number(in: bytes) else { return nil }
            self[keyPath: field] = number
        }
        (value, end) = (scanner.position..<scanner.position, scanner.position)
        guard scanner.isAt(Tag.value, in: bytes) else { return }
        guard let length = scanner.number(in: bytes), length >= 0, length <= SnapshotFile.largestLength else {
            return nil
        }
        value = scanner.position..<scanner.position + Int(length)
        scanner.position = value.upperBound
        if scanner.isAt(Tag.lease, in: bytes) {
            guard let number = scanner.number(in: bytes) else { return nil }
            lease = number
        }
        end = scanner.position
    }
}

extension WireReader {
    @_lifetime(self: copy self)
    fileprivate mutating func nextField() throws(ElementFault) -> WireField? {
        do throws(WireError) { return try next() } catch { throw .record(error) }
    }
}

private struct Scanner {
    var position: Int
    let end: Int

    /// Whether the next byte is `tag`, which is passed then.
    @inline(__always)
    mutating func isAt(_ tag: UInt8, in bytes: RawSpan) -> Bool {
        guard position < end, bytes.uint8(position) == tag else { return false }
        position += 1
        return true
    }

    @inline(__always)
    mutating func number(in bytes: RawSpan) -> Int64? {
        var value: UInt64 = 0
        // The tenth byte, which holds one bit, is left to the thorough reader.
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            guard position < end else { return nil }
            let byte = bytes.uint8(position)
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return Int64(bitPattern: value) }
        }
        return nil
    }

    /// A length and as many bytes.
    @inline(__always)
    mutating func run(in bytes: RawSpan) -> Range<Int>? {
        guard let length = number(in: bytes), length <= end - position else { return nil }
        let start = position
        position += Int(length)
        return start..<position
    }
}
