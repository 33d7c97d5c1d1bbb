import SecretMemory

/// Bytes as etcd stores them, or as `etcdctl get` prints them: key, newline, value, newline, for each object.
///
/// A value may hold any byte, so where one object ends is a guess. The next one is taken to begin behind a newline if
/// the line there is a key with the first path segment of the very first key (`/registry/`) and behind that line a
/// stored value begins. No ciphertext holds such a place by chance. A plaintext value does if it contains a dump of
/// etcd, and is cut there. An object that is not from kube-apiserver, and whose value begins in another way, counts
/// as part of the one before it. `-w json` is unambiguous.
enum BinaryText {
    /// The values in `bytes`; nil if these begin with neither a stored value nor a key that has one.
    ///
    /// - Throws: ``PasteError/keysOnly`` if they are keys alone.
    static func read(_ bytes: RawSpan, printedAs format: PasteFormat) throws(PasteError) -> [PastedValue]? {
        guard isValue(bytes, at: 0) || bytes.has("/", at: 0) else { return nil }
        guard let written = TerminalLineEnds.undone(in: bytes) else {
            return try readAsWritten(bytes, printedAs: format)
        }
        return try readAsWritten(written.bytes, printedAs: format)?.map { $0.remarking(.lineEnds) }
    }

    private static func readAsWritten(
        _ bytes: RawSpan, printedAs format: PasteFormat
    ) throws(PasteError) -> [PastedValue]? {
        if isValue(bytes, at: 0) { return [lastValue(bytes, under: nil, printedAs: format)] }
        guard let firstKey = keyLine(in: bytes, at: 0) else { return nil }
        if isValue(bytes, at: firstKey.upperBound + 1) {
            return objects(in: bytes, firstKey: firstKey, printedAs: format)
        }
        let next = trim(firstKey.upperBound..<bytes.byteCount, in: bytes)
        if next.isEmpty || keyLine(in: bytes, at: next.lowerBound) != nil { throw .keysOnly }
        return nil
    }

    /// The values in `bytes`, the content of an unambiguous format.
    static func readKnown(
        _ bytes: borrowing SecretBytes, printedAs format: PasteFormat
    ) throws(PasteError) -> [PastedValue] {
        guard let values = try read(bytes.bytes, printedAs: format) else { throw .notRecognized }
        return values
    }

    /// The values in `bytes`; if these begin in a way that is not known, they are one value.
    static func readAny(
        _ bytes: borrowing SecretBytes, printedAs format: PasteFormat
    ) throws(PasteError) -> [PastedValue] {
        try read(bytes.bytes, printedAs: format) ?? [lastValue(bytes.bytes, under: nil, printedAs: format)]
    }

    /// Whether at `offset` a value begins as kube-apiserver stores it: encrypted, protobuf, JSON, YAML or CBOR
    /// (k8s.io/apiserver pkg/server/options/encryptionconfig; k8s.io/apimachinery pkg/runtime/serializer). The
    /// beginnings of plaintext are those of `KubernetesObjects.StoredEncoding`.
    static func isValue(_ bytes: RawSpan, at offset: Int) -> Bool {
        bytes.has("k8s:enc:", at: offset) || bytes.has("k8s\0", at: offset) || bytes.has("{", at: offset)
            || bytes.has("apiVersion:", at: offset) || isCBOR(bytes, at: offset)
    }

    /// RFC 8949, section 3.4.6: the tag for self-described CBOR.
    private static func isCBOR(_ bytes: RawSpan, at offset: Int) -> Bool {
        offset + 3 <= bytes.byteCount && bytes[offset] == 0xd9 && bytes[offset + 1] == 0xd9
            && bytes[offset + 2] == 0xf7
    }

    // MARK: - Several objects

    private static func objects(
        in bytes: RawSpan, firstKey: Range<Int>, printedAs format: PasteFormat
    ) -> [PastedValue] {
        var values: [PastedValue] = []
        var key = firstKey
        while let next = nextKey(in: bytes, after: key, segment: firstSegment(of: firstKey, in: bytes)) {
            let value = bytes.extracting(key.upperBound + 1..<next.lowerBound - 1)
            values.append(
                PastedValue(
                    etcdKey: bytes.extracting(key).copiedToArray(), value: SecretKey(SecretBytes(copying: value)),
                    format: format))
            key = next
        }
        let last = bytes.extracting(droppingFirst: key.upperBound + 1)
        values.append(lastValue(last, under: bytes.extracting(key).copiedToArray(), printedAs: format))
        return values
    }

    /// The next line that is a key, has the same first segment as the others, and is followed by a value.
    private static func nextKey(in bytes: RawSpan, after key: Range<Int>, segment: Range<Int>) -> Range<Int>? {
        var position = key.upperBound + 1
        while position < bytes.byteCount {
            defer { position += 1 }
            guard bytes[position] == UInt8(ascii: "\n"), let line = keyLine(in: bytes, at: position + 1) else {
                continue
            }
            if bytes.extracting(line).starts(with: bytes.extracting(segment)), isValue(bytes, at: line.upperBound + 1) {
                return line
            }
        }
        return nil
    }

    /// `/registry/` of `/registry/secrets/default/token`.
    private static func firstSegment(of key: Range<Int>, in bytes: RawSpan) -> Range<Int> {
        for position in key.dropFirst() where bytes[position] == UInt8(ascii: "/") {
            return key.lowerBound..<position + 1
        }
        return key
    }

    /// The line that begins at `offset`, if it can be an etcd key of an API object: a path of printable ASCII
    /// without spaces. The path of the longest names that Kubernetes allows is far below the limit.
    private static func keyLine(in bytes: RawSpan, at offset: Int) -> Range<Int>? {
        guard offset < bytes.byteCount, bytes[offset] == UInt8(ascii: "/") else { return nil }
        for position in offset + 1..<max(offset + 1, min(bytes.byteCount, offset + maximumKeyByteCount)) {
            if bytes[position] == UInt8(ascii: "\n"), position > offset + 1 { return offset..<position }
            guard (0x21...0x7e).contains(bytes[position]) else { return nil }
        }
        return nil
    }

    private static let maximumKeyByteCount = 1024

    // MARK: - The newline at the end

    /// A value that ends where the text ends: with or without a newline that is there.
    private static func lastValue(
        _ bytes: RawSpan, under key: [UInt8]?, printedAs format: PasteFormat
    ) -> PastedValue {
        let whole = SecretKey(SecretBytes(copying: bytes))
        guard bytes.byteCount > 1, bytes[bytes.byteCount - 1] == UInt8(ascii: "\n") else {
            return PastedValue(etcdKey: key, value: whole, format: format)
        }
        let cut = SecretKey(SecretBytes(copying: bytes.extracting(droppingLast: 1)))
        var readings = endsInItsOwnNewline(bytes) ? [whole, cut] : [cut, whole]
        // Or a terminal made 0d 0a of etcdctl's newline.
        if bytes.has("k8s:enc:", at: 0), bytes.has("\r\n", at: bytes.byteCount - 2) {
            readings.append(SecretKey(SecretBytes(copying: bytes.extracting(droppingLast: 2))))
        }
        return PastedValue(
            etcdKey: key, value: readings[0], alternatives: Array(readings.dropFirst()), format: format)
    }

    /// Whether the newline at the end of a value is more likely a part of it than etcdctl's.
    private static func endsInItsOwnNewline(_ bytes: RawSpan) -> Bool {
        // Go's json.Encoder ends what it writes with a newline, and etcdctl adds one.
        if bytes[0] == UInt8(ascii: "{") { return bytes[bytes.byteCount - 2] != UInt8(ascii: "\n") }
        // Initialization vector and ciphertext are whole blocks (assuming that the key name has no colon).
        let prefix = "k8s:enc:aescbc:v1:"
        guard bytes.has(prefix, at: 0) else { return false }
        for position in prefix.utf8.count..<bytes.byteCount where bytes[position] == UInt8(ascii: ":") {
            return (bytes.byteCount - position - 1).isMultiple(of: 16)
        }
        return false
    }
}
