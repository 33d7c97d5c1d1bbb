internal import SecretMemory

/// The envelope in which Kubernetes stores protobuf, and the ranges of its parts in the plaintext.
///
/// (k8s.io/apimachinery, pkg/runtime/generated.proto: `Unknown`, `TypeMeta`.)
struct RuntimeUnknown {
    var apiVersion = 0..<0
    var kind = 0..<0
    /// The object itself, a message.
    var raw = 0..<0

    init(_ plaintext: RawSpan) throws(StoredObjectError) {
        guard StoredEncoding(sniffing: plaintext) == .protobuf else { throw .notAnObject }
        var fields = Message(StoredEncoding.protobufPrefix.count..<plaintext.byteCount, of: plaintext)
        while let field = try fields.next() {
            switch field.number {
            case 1: try readTypeMeta(field.range(), of: plaintext)
            case 2: raw = try field.range()
            default: break
            }
        }
        guard !apiVersion.isEmpty, !kind.isEmpty else { throw .noKind }
    }

    private mutating func readTypeMeta(_ range: Range<Int>, of plaintext: RawSpan) throws(StoredObjectError) {
        var fields = Message(range, of: plaintext)
        while let field = try fields.next() {
            switch field.number {
            case 1: apiVersion = try field.range()
            case 2: kind = try field.range()
            default: break
            }
        }
    }
}
