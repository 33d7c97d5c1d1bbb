internal import ProtobufWire
internal import SecretMemory

extension IdentityCheck {
    /// Whether a plaintext is the object of this place, found without making a text of anything.
    ///
    /// What it says yes to, ``init(plaintext:key:)`` calls ``same`` as well. A no means only that the slower way has to
    /// be gone, which tells why.
    public static func isSurelySame(
        _ plaintext: RawSpan, namespace: RawSpan, name: RawSpan, kind: RawSpan
    ) -> Bool {
        guard StoredEncoding(sniffing: plaintext) == .protobuf else { return false }
        do throws(StoredObjectError) {
            let unknown = try RuntimeUnknown(plaintext)
            guard plaintext.extracting(unknown.kind).elementsEqual(kind) else { return false }
            var (foundNamespace, foundName) = (0..<0, 0..<0)
            var object = Message(unknown.raw, of: plaintext)
            while let field = try object.next() {
                guard field.number == 1 else { continue }
                var metadata = Message(try field.range(), of: plaintext)
                while let field = try metadata.next() {
                    switch field.number {
                    case 1: foundName = try field.range()
                    case 3: foundNamespace = try field.range()
                    default: break
                    }
                }
            }
            return plaintext.extracting(foundName).elementsEqual(name)
                && plaintext.extracting(foundNamespace).elementsEqual(namespace)
                && plaintext.extracting(unknown.apiVersion).isValidUTF8
        } catch {
            return false
        }
    }
}
