public import SecretMemory

/// How a stored value was printed. The raw values are those of `--format`.
public enum PasteFormat: String, CaseIterable, Sendable {
    /// Whichever of the others it is, or what `etcdctl get` printed.
    case auto
    /// The bytes themselves.
    case raw
    /// Base64 of the value or of what `etcdctl get` printed, on any number of lines.
    case base64
    /// `etcdctl get -w json`, one or some of its `kvs`, or the string of one `value`.
    case json
    /// `etcdctl get -w fields`.
    case fields
    /// `hexdump -C`, `xxd`, `xxd -p` or `od -t x1` (with any `-A`) of the value or of what `etcdctl get` printed; or
    /// `etcdctl get --hex`.
    case hexdump
}

/// One stored value found in what a person pasted, and the etcd key if the text told it.
///
/// ## The newline at the end
///
/// etcdctl prints a newline behind a value, and a ciphertext may end in a newline of its own. Where the value is the
/// last thing in binary input (as it is, or within base64 or a hexdump), the bytes do not tell whose newline it is.
/// Then ``value`` is the likelier reading and ``alternatives`` has the other one: try them in this order and take the
/// first that decrypts; if none does, the errors of ``value`` are the ones to report.
///
/// | the value | preferred |
/// |---|---|
/// | `k8s:enc:aescbc:…` that is whole blocks of 16 bytes only with the newline | with |
/// | JSON with a single newline at its end, where kube-apiserver writes one itself | with |
/// | any other | without |
///
/// What etcdctl printed with quotes (`-w json`, `-w fields`, `--hex`) has one reading, and so has each but the last of
/// several objects, and what is given as ``PasteFormat/raw``.
public struct PastedValue: Sendable {
    /// The etcd key, such as the bytes of `/registry/secrets/default/token`; nil if the text holds the value alone.
    public let etcdKey: [UInt8]?
    /// What is stored under it. It may be plaintext. Empty is what identity makes of an empty plaintext; kube-apiserver
    /// stores nothing of that kind.
    public let value: SecretKey
    /// What may be stored under it instead, in order of preference; mostly nothing.
    public let alternatives: [SecretKey]
    /// The revision that wrote the value, if the text tells it.
    public let modRevision: Int64?
    /// How it was printed; never ``PasteFormat/auto``. What `etcdctl get` printed is ``PasteFormat/raw``.
    public let format: PasteFormat

    /// Finds the stored values in `input`, at least one, in their order.
    ///
    /// Several objects may stand in what `etcdctl get PREFIX --prefix` printed; how they are told apart, and where
    /// that fails, stands at `BinaryText`. Takes time and memory in proportion to `input`, whose length the caller
    /// bounds; a hexdump may stand for up to ``PasteError/maximumDumpedByteCount`` besides.
    public static func parse(_ input: RawSpan, format: PasteFormat = .auto) throws(PasteError) -> [PastedValue] {
        guard input.byteCount > 0 else { throw .empty }
        if format == .raw { return [PastedValue(value: SecretKey(SecretBytes(copying: input)), format: .raw)] }
        guard !trim(input.byteOffsets, in: input).isEmpty else { throw .empty }
        return switch format {
        case .auto, .raw: try recognize(input)
        case .base64: try BinaryText.readAny(Base64Text.decode(input), printedAs: .base64)
        case .json: try EtcdctlJSON.read(input)
        case .fields: try EtcdctlFields.read(input)
        case .hexdump: try readHexadecimal(input)
        }
    }

    fileprivate var isEmpty: Bool { value.bytes.count == 0 }

    init(
        etcdKey: [UInt8]? = nil, value: SecretKey, alternatives: [SecretKey] = [], modRevision: Int64? = nil,
        format: PasteFormat
    ) {
        self.etcdKey = etcdKey
        self.value = value
        self.alternatives = alternatives
        self.modRevision = modRevision
        self.format = format
    }
}

extension [PastedValue] {
    /// What etcdctl printed, unless all values in it are empty, as `--keys-only` prints them.
    func refusingKeysOnly() throws(PasteError) -> [PastedValue] {
        if allSatisfy(\.isEmpty) { throw .keysOnly }
        return self
    }
}

extension PastedValue {
    /// Tries the formats, first those that few texts could be taken for by mistake.
    private static func recognize(_ input: RawSpan) throws(PasteError) -> [PastedValue] {
        if let values = try EtcdctlJSON.recognize(input) { return values }
        if let values = try BinaryText.read(input, printedAs: .raw) { return values }
        if EtcdctlFields.isLikely(input) { return try EtcdctlFields.read(input) }
        if let bytes = try HexDump.decode(input) { return try BinaryText.readKnown(bytes, printedAs: .hexdump) }
        if let values = try EscapedHex.read(input) { return values }
        if let bytes = PlainHex.decode(input), let values = try BinaryText.read(bytes.bytes, printedAs: .hexdump) {
            return values
        }
        if let line = HexDump.lineOfTail(in: input) { throw .hexdump(line: line, .start) }
        guard Base64Text.isLikely(input) else { throw .notRecognized }
        return try BinaryText.readKnown(Base64Text.decode(input), printedAs: .base64)
    }

    private static func readHexadecimal(_ input: RawSpan) throws(PasteError) -> [PastedValue] {
        if let bytes = try HexDump.decode(input) { return try BinaryText.readAny(bytes, printedAs: .hexdump) }
        if let values = try EscapedHex.read(input) { return values }
        if let line = HexDump.lineOfTail(in: input) { throw .hexdump(line: line, .start) }
        guard let bytes = PlainHex.decode(input) else { throw .notRecognized }
        return try BinaryText.readAny(bytes, printedAs: .hexdump)
    }
}
