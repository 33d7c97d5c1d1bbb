internal import ProtobufWire
internal import SecretMemory

/// One field of a message within the plaintext.
struct Field {
    let wire: WireField
    private let start: Int

    init(_ wire: WireField, messageStart start: Int) {
        self.wire = wire
        self.start = start
    }

    var number: Int { wire.number }

    /// Where the content is in the plaintext, whatever its type.
    var content: Range<Int> { wire.payload.lowerBound + start..<wire.payload.upperBound + start }

    /// The range of the bytes, text or message in the plaintext. As in the decoders of Kubernetes' own types, a field
    /// of another wire type than expected is an error.
    func range() throws(StoredObjectError) -> Range<Int> {
        guard wire.type == .bytes else { throw .fieldType }
        return content
    }

    func integer() throws(StoredObjectError) -> Int64 {
        guard wire.type == .varint else { throw .fieldType }
        return Int64(bitPattern: wire.varint)
    }

    func bool() throws(StoredObjectError) -> Bool { try integer() != 0 }
}

/// The fields of a message that is part of a plaintext.
struct Message: ~Escapable {
    private var reader: WireReader
    private let start: Int

    @_lifetime(copy plaintext)
    init(_ range: Range<Int>, of plaintext: RawSpan) {
        reader = WireReader(plaintext.extracting(range))
        start = range.lowerBound
    }

    @_lifetime(self: copy self)
    mutating func next() throws(StoredObjectError) -> Field? {
        do throws(WireError) {
            return try reader.next().map { [start] in Field($0, messageStart: start) }
        } catch {
            throw .protobuf(error)
        }
    }
}

/// The text at `range`.
func text(at range: Range<Int>, of plaintext: RawSpan) throws(StoredObjectError) -> String {
    guard let text = String(validatingUTF8: plaintext.extracting(range)) else { throw .notUTF8 }
    return text
}

/// An entry of a map: field 1 is the key, field 2 the value; either may be left out if empty.
struct MapEntry {
    var key = 0..<0
    var value = 0..<0

    init(_ range: Range<Int>, of plaintext: RawSpan) throws(StoredObjectError) {
        var fields = Message(range, of: plaintext)
        while let field = try fields.next() {
            switch field.number {
            case 1: key = try field.range()
            case 2: value = try field.range()
            default: break
            }
        }
    }
}
