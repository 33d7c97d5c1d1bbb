internal import ProtobufWire
internal import SecretMemory

extension IdentityCheck {
    /// Whether a plaintext is the object of this place, found without making a text of anything.
    ///
    /// If it returns true, ``init(plaintext:key:)`` returns ``same`` too. False only means that the slower check is
    /// needed, which also finds the reason: for example an encoding that Kubernetes does not write, such as long
    /// varints.
    ///
    /// - Parameters:
    ///   - group: The API group of the object. The slower way also accepts further groups of the resource.
    public static func isSurelySame(
        _ plaintext: RawSpan, namespace: RawSpan, name: RawSpan, kind: RawSpan, group: RawSpan
    ) -> Bool {
        guard StoredEncoding.isProtobuf(plaintext) else {
            // White space before an object is for the slower check.
            guard plaintext.byteCount > 0, plaintext[0] == UInt8(ascii: "{") else { return false }
            return isSurelySame(json: plaintext, namespace: namespace, name: name, kind: kind, group: group)
        }
        var unknown = FieldScanner(4..<plaintext.byteCount)
        var (typeMeta, raw) = (0..<0, 0..<0)
        while unknown.next(in: plaintext) {
            if unknown.isOtherThanBytes(upTo: 2) { return false }
            if unknown.isBytes(1) {
                // Two of them would be read as one.
                guard typeMeta.isEmpty else { return false }
                typeMeta = unknown.payload
            } else if unknown.isBytes(2) {
                raw = unknown.payload
            }
        }
        var fields = FieldScanner(typeMeta)
        var (apiVersion, foundKind) = (0..<0, 0..<0)
        while fields.next(in: plaintext) {
            if fields.isBytes(1) {
                apiVersion = fields.payload
            } else if fields.isBytes(2) {
                foundKind = fields.payload
            }
            if fields.isOtherThanBytes(upTo: 2) { return false }
        }
        guard unknown.isAtEnd, fields.isAtEnd, !apiVersion.isEmpty, !foundKind.isEmpty,
            plaintext.extracting(foundKind).elementsEqual(kind)
        else { return false }
        var object = FieldScanner(raw)
        var (foundNamespace, foundName) = (0..<0, 0..<0)
        while object.next(in: plaintext) {
            if object.isOtherThanBytes(upTo: 1) { return false }
            guard object.isBytes(1) else { continue }
            var metadata = FieldScanner(object.payload)
            while metadata.next(in: plaintext) {
                if metadata.isBytes(1) { foundName = metadata.payload }
                if metadata.isBytes(3) { foundNamespace = metadata.payload }
                if metadata.isOtherThanBytes(upTo: 6) { return false }
            }
            guard metadata.isAtEnd else { return false }
        }
        return object.isAtEnd && plaintext.extracting(foundName).elementsEqual(name)
            && plaintext.extracting(foundNamespace).elementsEqual(namespace)
            && isVersion(plaintext.extracting(apiVersion), of: group) && plaintext.extracting(apiVersion).isValidUTF8
    }

    /// Whether an apiVersion is the group, a slash and a version without a slash; for the core group, a version alone.
    static func isVersion(_ apiVersion: RawSpan, of group: RawSpan) -> Bool {
        let slash = UInt8(ascii: "/")
        guard group.byteCount > 0 else { return apiVersion.firstOffset(of: slash) == nil }
        return apiVersion.byteCount > group.byteCount && apiVersion.starts(with: group)
            && apiVersion[group.byteCount] == slash
            && apiVersion.firstOffset(of: slash, from: group.byteCount + 1) == nil
    }
}

/// Reads the fields of a message as long as they are encoded as Kubernetes does: varints and bytes, with numbers
/// below 2048 and lengths below 2^28. It stops at any other encoding, before the end.
private struct FieldScanner {
    private var position: Int
    private let end: Int
    private(set) var number = 0
    private var isBytes = false
    /// Where the bytes of the field stand.
    private(set) var payload = 0..<0

    init(_ range: Range<Int>) { (position, end) = (range.lowerBound, range.upperBound) }

    var isAtEnd: Bool { position == end }

    @inline(__always)
    func isBytes(_ number: Int) -> Bool { isBytes && self.number == number }

    /// Whether the field is one of the first fields, which must be bytes, but is not bytes.
    @inline(__always)
    func isOtherThanBytes(upTo number: Int) -> Bool { !isBytes && self.number <= number }

    /// Reads the next field; false at the end and where it stops.
    @inline(__always)
    mutating func next(in bytes: RawSpan) -> Bool {
        let start = position
        guard let tag = varint(in: bytes), tag >= 8, tag < 1 << 14 else { return stop(at: start) }
        number = tag >> 3
        switch tag & 7 {
        case 0:
            isBytes = false
            while position < end, bytes[position] >= 0x80 { position += 1 }
            // No more than nine bytes: a tenth may be too large.
            guard position < end, position - start <= 9 else { return stop(at: start) }
            position += 1
        case 2:
            isBytes = true
            guard let length = varint(in: bytes), length <= end - position else { return stop(at: start) }
            payload = position..<position + length
            position += length
        default: return stop(at: start)
        }
        return true
    }

    private mutating func stop(at start: Int) -> Bool {
        position = start
        return false
    }

    /// A number of at most four bytes.
    @inline(__always)
    private mutating func varint(in bytes: RawSpan) -> Int? {
        var (value, shift) = (0, 0)
        while position < end, shift < 28 {
            let byte = Int(bytes[position])
            position += 1
            value |= (byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
