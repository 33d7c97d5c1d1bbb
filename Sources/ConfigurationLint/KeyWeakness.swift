public import EncryptionConfig
internal import SecretMemory

extension EncryptionKey {
    /// Whether lint reports the key as weak or published, so that its bytes can be guessed. Nothing that is computed from
    /// such a key may be shown: its fingerprint would confirm a guess.
    public var isWeak: Bool { weaknessCode != nil }

    /// The code under which lint reports the key as weak or published, such as `ENC0220`; nil if it does not.
    public var weaknessCode: String? { KeyWeakness(of: secret)?.code }
}

/// Why a key can be guessed. Its words tell nothing of the bytes.
enum KeyWeakness: Equatable {
    case documented(source: String)
    case pattern(String)
    case encodedTwice(String)
    case text(String)

    /// The code of the finding, which never changes its meaning.
    var code: String {
        switch self {
        case .documented: "ENC0220"
        case .pattern: "ENC0221"
        case .text: "ENC0222"
        case .encodedTwice: "ENC0223"
        }
    }

    /// The weakness, as the predicate of "the key bytes".
    var words: String {
        switch self {
        case .documented(let source): "are an example of \(source)"
        case .pattern(let words), .text(let words), .encodedTwice(let words): words
        }
    }

    /// The worst weakness; nil for bytes that may be random.
    ///
    /// None of this happens by chance: the most probable, 16 random printable bytes, is one key in 4 million.
    init?(of key: SecretKey) {
        let bytes = key.span
        if let source = DocumentedKey.source(of: key) {
            self = .documented(source: source)
        } else if let words = Self.pattern(in: bytes) {
            self = .pattern(words)
        } else if let words = Self.encoding(of: bytes) {
            self = .encodedTwice(words)
        } else if bytes.all(where: \.isText) {
            let last = bytes[bytes.byteCount - 1]
            let hasLineBreak = last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r")
            self = .text(hasLineBreak ? "are printable text with a line break" : "are printable text")
        } else if let words = Self.poverty(of: bytes) {
            self = .pattern(words)
        } else {
            return nil
        }
    }

    private static func pattern(in bytes: RawSpan) -> String? {
        let count = bytes.byteCount
        guard count > 1 else { return nil }
        let step = bytes[1] &- bytes[0]
        let isSequence = (1..<count).allSatisfy { bytes[$0] &- bytes[$0 - 1] == step }
        if isSequence { return step == 0 ? "are one repeated byte" : "count in equal steps" }
        for period in 1...count / 2 where (period..<count).allSatisfy({ bytes[$0] == bytes[$0 - period] }) {
            return "repeat themselves"
        }
        return nil
    }

    private static func poverty(of bytes: RawSpan) -> String? {
        let count = bytes.byteCount
        // 16 random bytes have 15.5 different ones on average, 32 have 30.
        let distinct = Set((0..<count).map { bytes[$0] }).count
        return distinct < count / 2 ? "have few different values" : nil
    }

    /// Text that some generator encodes to: digits of base 16, or base64 with capitals, small letters and digits in it.
    private static func encoding(of bytes: RawSpan) -> String? {
        var end = bytes.byteCount
        while end > 0, bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        let text = bytes.extracting(0..<end)
        if text.all(where: \.isHexDigit) { return "are hexadecimal digits, which halves the strength" }
        var padding = 0
        while padding < 2, end - padding > 1, text[end - padding - 1] == UInt8(ascii: "=") { padding += 1 }
        let digits = text.extracting(0..<end - padding)
        let isMixed =
            digits.contains(where: \.isUpper) && digits.contains(where: \.isLower)
            && digits.contains(where: \.isDigit)
        guard digits.all(where: \.isBase64Digit), isMixed || padding > 0 else { return nil }
        return "are base64 characters, which removes a quarter of the strength"
    }
}

/// Keys that are printed in public documentation.
struct DocumentedKey {
    private let base64: String
    private let source: String

    /// Where the bytes are printed; nil if unknown.
    static func source(of key: SecretKey) -> String? {
        let base64 = SecretKey(SecretBase64.encode(key.span))
        return all.first { base64.isText($0.base64) }?.source
    }

    private static let kubernetes = "the Kubernetes documentation (Encrypting Confidential Data at Rest)"
    private static let migration =
        "the Kubernetes documentation (Migrate Kubernetes Objects Using Storage Version "
        + "Migration)"
    private static let rke = "the RKE documentation (Secrets Encryption) and the Terraform provider for RKE"
    private static let talos = "the Talos documentation (machine configuration, aescbcEncryptionSecret)"

    /// In base64, as printed in these sources: kubernetes/website,
    /// content/en/docs/tasks/administer-cluster/encrypt-data.md and
    /// content/en/docs/tasks/manage-kubernetes-objects/storage-version-migration.md; rancher/rke, cluster.yml
    /// samples; siderolabs/talos, pkg/machinery/config/types/v1alpha1/v1alpha1_types.go. Two more of the Kubernetes
    /// documentation have a length that kube-apiserver rejects.
    private static let all = [
        DocumentedKey(base64: "c2VjcmV0IGlzIHNlY3VyZQ==", source: kubernetes),
        DocumentedKey(base64: "dGhpcyBpcyBwYXNzd29yZA==", source: kubernetes),
        DocumentedKey(base64: "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=", source: kubernetes),
        DocumentedKey(base64: "c2VjcmV0IGlzIHNlY3VyZSwgaXMgaXQ/", source: migration),
        DocumentedKey(base64: "RTczRjFDODMwQzAyMDVBREU4NDJBMUZFNDhCNzM5N0I=", source: rke),
        DocumentedKey(base64: "z01mye6j16bspJYtTB/5SFX8j7Ph4JXxM2Xuu4vsBPM=", source: talos),
    ]
}

extension RawSpan {
    fileprivate func all(where isFine: (UInt8) -> Bool) -> Bool { byteOffsets.allSatisfy { isFine(self[$0]) } }
    fileprivate func contains(where isWanted: (UInt8) -> Bool) -> Bool { byteOffsets.contains { isWanted(self[$0]) } }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    fileprivate var isUpper: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
    fileprivate var isLower: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    fileprivate var isHexDigit: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
            || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(self)
    }
    fileprivate var isBase64Digit: Bool {
        isDigit || isUpper || isLower || "+/-_".utf8.contains(self)
    }
    fileprivate var isText: Bool {
        (0x20...0x7e).contains(self) || (0x09...0x0d).contains(self)
    }
}
