internal import Diagnostics
internal import SecretMemory

/// What becomes of a file that begins with `k8s\0`: kube-apiserver takes it for protobuf, in which no configuration
/// can be written. Only the words of the refusal are to be found.
///
/// (k8s.io/apimachinery 1.36, pkg/runtime/serializer/protobuf, `Serializer.Decode`; the messages are those of
/// pkg/runtime/generated.pb.go, code that gogo/protobuf made.)
enum ProtobufHeader {
    /// (k8s.io/apimachinery, protobuf.go, `protoEncodingPrefix`.)
    static let prefix = Array("k8s\0".utf8)

    static func isPrefix(of bytes: RawSpan) -> Bool {
        bytes.byteCount >= prefix.count && prefix.indices.allSatisfy { bytes[$0] == prefix[$0] }
    }

    struct Refusal: Error {
        /// What Go says.
        let text: String
    }

    /// `apiVersion` and `kind` of the envelope.
    ///
    /// - Parameter bytes: The file, prefix and all.
    static func read(_ bytes: RawSpan) throws(Refusal) -> DocumentHeader {
        let message = bytes.extracting(droppingFirst: prefix.count)
        guard message.byteCount > 0 else { throw Refusal(text: "empty body") }
        var texts = ["", ""]
        try fields(of: message, as: unknown) { number, value throws(Refusal) in
            guard number == 1 else { return }
            try fields(of: value, as: typeMeta) { number, value throws(Refusal) in
                texts[number - 1] = String(decoding: value.copiedToArray(), as: UTF8.self)
            }
        }
        return DocumentHeader(
            apiVersion: texts[0], kind: texts[1], position: SourcePosition(line: 1, column: 1, offset: 0))
    }

    /// A message, and its fields from number 1 on. All of them have a length.
    private typealias Message = (name: String, fields: [String])
    private static let unknown: Message = ("Unknown", ["TypeMeta", "Raw", "ContentEncoding", "ContentType"])
    private static let typeMeta: Message = ("TypeMeta", ["APIVersion", "Kind"])

    private static func fields(
        of bytes: RawSpan, as message: Message, _ body: (Int, RawSpan) throws(Refusal) -> Void
    ) throws(Refusal) {
        var position = 0
        while position < bytes.byteCount {
            let start = position
            let tag = try varint(bytes, &position)
            let number = Int32(truncatingIfNeeded: tag >> 3)
            let wireType = tag & 7
            if wireType == 4 {
                throw Refusal(text: "proto: \(message.name): wiretype end group for non-group")
            }
            if number <= 0 {
                throw Refusal(text: "proto: \(message.name): illegal tag \(number) (wire type \(tag))")
            }
            guard number <= message.fields.count else {
                position = start
                try skipField(bytes, &position)
                guard position <= bytes.byteCount else { throw unexpectedEnd }
                continue
            }
            guard wireType == 2 else {
                throw Refusal(
                    text: "proto: wrong wireType = \(wireType) for field \(message.fields[Int(number) - 1])")
            }
            let length = try length(bytes, &position)
            let end = position + length
            guard end <= bytes.byteCount else { throw unexpectedEnd }
            try body(Int(number), bytes.extracting(position..<end))
            position = end
        }
    }

    /// `skipGenerated`: one field, or a group with all that is in it.
    private static func skipField(_ bytes: RawSpan, _ position: inout Int) throws(Refusal) {
        var depth = 0
        while position < bytes.byteCount {
            switch try varint(bytes, &position) & 7 {
            case 0: _ = try varint(bytes, &position)
            case 1: position += 8
            case 2:
                let length = try length(bytes, &position)
                position += length
            case 3: depth += 1
            case 4:
                guard depth > 0 else { throw Refusal(text: "proto: unexpected end of group") }
                depth -= 1
            case 5: position += 4
            case let wireType: throw Refusal(text: "proto: illegal wireType \(wireType)")
            }
            if depth == 0 { return }
        }
        throw unexpectedEnd
    }

    /// A length. Over `Int.max` it is negative in Go; near it the sum overflows; Go reports both with the same text.
    private static func length(_ bytes: RawSpan, _ position: inout Int) throws(Refusal) -> Int {
        guard let length = Int(exactly: try varint(bytes, &position)), length <= Int.max - bytes.byteCount - 16 else {
            throw Refusal(text: "proto: negative length found during unmarshaling")
        }
        return length
    }

    private static func varint(_ bytes: RawSpan, _ position: inout Int) throws(Refusal) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < bytes.byteCount else { throw unexpectedEnd }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw Refusal(text: "proto: integer overflow")
    }

    private static var unexpectedEnd: Refusal { Refusal(text: "unexpected EOF") }
}
