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
    /// `etcdctl get --hex`; or a row of kine's table with hexadecimal digits, as the shells of SQL databases print it.
    case hexdump
    /// Rows of kine's table with hexadecimal digits or base64, as the shells of SQL databases print them.
    case sql
}

/// One stored value found in pasted text, and the etcd key if the text contains it.
///
/// ## The newline at the end
///
/// etcdctl prints a newline after a value, and a ciphertext may end with a newline. If the value is at the end of
/// binary input (raw, or in base64 or a hexdump), the bytes do not show which of the two it is. Then ``value`` is the
/// likelier reading and ``alternatives`` has the other one: try them in this order and take the first that decrypts;
/// if neither does, report the errors of ``value``.
///
/// | the value | preferred | |---|---|
/// | `k8s:enc:aescbc:…` that is whole blocks of 16 bytes only with the newline | with |
/// | JSON with a single newline at its end, where kube-apiserver writes one itself | with |
/// | any other | without |
///
/// What etcdctl printed with quotes (`-w json`, `-w fields`, `--hex`) has one reading, and so has each but the last
/// of several objects, and what is given as ``PasteFormat/raw``.
public struct PastedValue: Sendable {
    /// The etcd key, such as the bytes of `/registry/secrets/default/token`; nil if the text holds the value alone.
    public private(set) var etcdKey: [UInt8]?
    /// The stored value. It may be plaintext. Identity writes an empty plaintext as an empty value; kube-apiserver
    /// stores no such value.
    public let value: SecretKey
    /// What may be stored under it instead, in order of preference; mostly nothing.
    public let alternatives: [SecretKey]
    /// The revision that wrote the value, if the text contains it.
    public let modRevision: Int64?
    /// How it was printed: never ``PasteFormat/auto``, and of a row in SQL the digits. What `etcdctl get` printed is
    /// ``PasteFormat/raw``.
    public let format: PasteFormat
    /// What was undone before it was found, outermost first.
    public private(set) var remarks: [PasteRemark] = []

    /// Finds the stored values in `input`, at least one, in their order.
    ///
    /// The output of `etcdctl get PREFIX --prefix` can contain several objects; `BinaryText` explains how they are
    /// separated, and when that fails. Takes time and memory in proportion to `input`, whose length the caller
    /// bounds; a hexdump may represent up to ``PasteError/maximumDumpedByteCount`` besides.
    ///
    /// - Throws: ``PasteError/lostBytes`` for a value that cannot be what etcd holds; but with ``PasteFormat/raw``
    ///   somebody says that these very bytes are meant.
    public static func parse(_ input: RawSpan, format: PasteFormat = .auto) throws(PasteError) -> [PastedValue] {
        guard input.byteCount > 0 else { throw .empty }
        guard format == .raw || !trim(input.byteOffsets, in: input).isEmpty else { throw .empty }
        let values = try read(input, as: format)
        if format != .raw { for value in values { try DamagedText.check(value) } }
        return values
    }

    private static func read(_ input: RawSpan, as format: PasteFormat) throws(PasteError) -> [PastedValue] {
        switch format {
        case .auto: try recognize(input, layers: maximumLayers)
        case .raw: [PastedValue(value: SecretKey(SecretBytes(copying: input)), format: .raw)]
        case .base64: try BinaryText.readAny(Base64Text.decode(input), printedAs: .base64)
        case .json: try EtcdctlJSON.read(input)
        case .fields: try EtcdctlFields.read(input)
        case .hexdump: try readHexadecimal(input)
        case .sql: try readSQL(input)
        }
    }

    fileprivate var isEmpty: Bool { value.bytes.count == 0 }

    func remarking(_ remark: PasteRemark) -> PastedValue {
        var value = self
        value.remarks.insert(remark, at: 0)
        return value
    }

    /// The same with `etcdKey`, if it has none of its own.
    func under(_ etcdKey: [UInt8]?) -> PastedValue {
        var value = self
        value.etcdKey = self.etcdKey ?? etcdKey
        return value
    }

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
    /// How many wrappings are undone, such as a code fence within a quoted mail.
    private static var maximumLayers: Int { 4 }

    /// Tries the formats, then again without the decoration of the values, then the digits within other text.
    private static func recognize(_ input: RawSpan, layers: Int) throws(PasteError) -> [PastedValue] {
        do throws(PasteError) {
            return try recognize(input)
        } catch {
            guard error.isOfAnotherFormat else { throw error }
            if let values = try unwrapped(input, layers: layers) { return values }
            let values = try EmbeddedDigits.values(in: input)
            if !values.isEmpty { return values }
            guard error == .notRecognized else { throw error }
            throw try nameOfUnrecognized(input)
        }
    }

    /// The values behind the outermost decoration; nil if there is none, or nothing behind it.
    private static func unwrapped(_ input: RawSpan, layers: Int) throws(PasteError) -> [PastedValue]? {
        guard layers > 0, let (text, remark) = PasteWrapping.undone(in: input) else { return nil }
        do throws(PasteError) {
            return try recognize(text.bytes, layers: layers - 1).map { $0.remarking(remark) }
        } catch {
            switch error {
            case .notRecognized, .json, .base64, .hexdump(_, .start): return nil
            default: throw error
            }
        }
    }

    private static func recognize(
        _ input: borrowing SecretBytes, layers: Int
    ) throws(PasteError) -> [PastedValue] {
        guard !trim(input.bytes.byteOffsets, in: input.bytes).isEmpty else { throw .notRecognized }
        return try recognize(input.bytes, layers: layers)
    }

    /// Tries the formats, first those that few texts could be taken for by mistake.
    private static func recognize(_ input: RawSpan) throws(PasteError) -> [PastedValue] {
        let values = try recognizeBytes(input)
        // What etcdctl printed with a key, or as JSON or fields, is stored.
        for value in values where value.etcdKey == nil && value.format != .json && value.format != .fields {
            try KubernetesText.check(value.value.bytes)
        }
        return values
    }

    private static func recognizeBytes(_ input: RawSpan) throws(PasteError) -> [PastedValue] {
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

    /// What a text without values is, if that is known.
    private static func nameOfUnrecognized(_ input: RawSpan) throws(PasteError) -> PasteError {
        try KubernetesText.checkLines(of: input)
        if EmbeddedDigits.hasColumnOfSQLite(in: input) { return .columnOfSQLite }
        if EmbeddedDigits.hasValueAsText(in: input) { return .printedAsText }
        return DamagedText.isLikely(input) ? .lostBytes : .notRecognized
    }

    private static func readSQL(_ input: RawSpan) throws(PasteError) -> [PastedValue] {
        let values = try EmbeddedDigits.values(in: input)
        if values.isEmpty { throw try nameOfUnrecognized(input) }
        return values
    }

    private static func readHexadecimal(_ input: RawSpan) throws(PasteError) -> [PastedValue] {
        if let bytes = try HexDump.decode(input) { return try BinaryText.readAny(bytes, printedAs: .hexdump) }
        if let values = try EscapedHex.read(input) { return values }
        let rows = try EmbeddedDigits.values(in: input)
        if !rows.isEmpty { return rows }
        if let line = HexDump.lineOfTail(in: input) { throw .hexdump(line: line, .start) }
        guard let bytes = PlainHex.decode(input) else { throw .notRecognized }
        return try BinaryText.readAny(bytes, printedAs: .hexdump)
    }
}

extension PasteError {
    /// Whether the text may hold values in another way than the one that it seemed to.
    fileprivate var isOfAnotherFormat: Bool {
        switch self {
        case .notRecognized, .json, .jsonWithoutKVs, .jsonEntry, .base64, .hexdump(_, .start): true
        // The name of a row is a key too.
        case .keysOnly: true
        default: false
        }
    }
}
