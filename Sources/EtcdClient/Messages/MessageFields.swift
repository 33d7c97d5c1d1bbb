internal import ProtobufWire

extension WireReader {
    /// The next field, with the error of this module.
    @_lifetime(self: copy self)
    mutating func nextField() throws(AnswerFault) -> WireField? {
        do throws(WireError) { return try next() } catch { throw .wire(error) }
    }
}

extension WireField {
    /// The value of a number; throws if the field has another type.
    func number() throws(AnswerFault) -> UInt64 {
        guard type == .varint else { throw .fieldType(number) }
        return varint
    }

    /// The value of a number that counts or orders something.
    func positive() throws(AnswerFault) -> Int64 {
        guard let value = Int64(exactly: try number()) else { throw .number }
        return value
    }

    /// The range of a byte string, a text or an embedded message; throws if the field has another type.
    func bytes() throws(AnswerFault) -> Range<Int> {
        guard type == .bytes else { throw .fieldType(number) }
        return payload
    }

    /// A text, which is no secret.
    func text(in message: RawSpan) throws(AnswerFault) -> String {
        guard let text = String(validatingUTF8: message.extracting(try bytes())) else { throw .text }
        return text
    }
}
