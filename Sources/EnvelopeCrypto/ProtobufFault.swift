internal import SecretMemory

/// The error of a message that is not protobuf, as Kubernetes up to 1.33 reports it. Later versions have one text for
/// all errors.
///
/// (github.com/gogo/protobuf 1.3.2, proto/table_unmarshal.go, `unmarshal` and `skipField`.)
public enum ProtobufFault: Equatable, Sendable {
    /// A varint, a length or a value goes on behind the end.
    case unexpectedEnd
    /// The number of a field is 0.
    case illegalTag(wireType: Int)
    /// A field of wire type 4, 6 or 7.
    case unskippable(wireType: Int)

    /// What a version says whose message is in the package `v2alpha1` or `v2`.
    func text(package: String) -> String {
        switch self {
        case .unexpectedEnd: "unexpected EOF"
        case .illegalTag(let wireType): "proto: \(package).EncryptedObject: illegal tag 0 (wire type \(wireType))"
        case .unskippable(let wireType): "proto: can't skip unknown wire type \(wireType)"
        }
    }

    /// Finds the fault of a message that ``WireReader`` refuses.
    init(of message: RawSpan) {
        var scan = Scan(bytes: message)
        self = scan.fault() ?? .unexpectedEnd
    }

    private struct Scan: ~Escapable {
        let bytes: RawSpan
        var position = 0

        @_lifetime(copy bytes)
        init(bytes: RawSpan) { self.bytes = bytes }

        @_lifetime(self: copy self)
        mutating func fault() -> ProtobufFault? {
            /// Groups that are open. What ends one that is not is no field.
            var depth = 0
            while position < bytes.byteCount {
                guard let tag = varint() else { return .unexpectedEnd }
                let wireType = Int(tag & 7)
                if tag >> 3 == 0, depth == 0 { return .illegalTag(wireType: wireType) }
                switch wireType {
                case 0: if varint() == nil { return .unexpectedEnd }
                case 1: position += 8
                case 2:
                    guard let length = varint(), length <= UInt64(bytes.byteCount - position) else {
                        return .unexpectedEnd
                    }
                    position += Int(length)
                case 3: depth += 1
                case 4 where depth > 0: depth -= 1
                case 5: position += 4
                // Within a group Go only finds that the group has no end.
                default: return depth > 0 ? .unexpectedEnd : .unskippable(wireType: wireType)
                }
                if position > bytes.byteCount { return .unexpectedEnd }
            }
            return depth > 0 ? .unexpectedEnd : nil
        }

        @_lifetime(self: copy self)
        private mutating func varint() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 70, by: 7) {
                guard position < bytes.byteCount else { return nil }
                let byte = bytes[position]
                position += 1
                value |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
    }
}
