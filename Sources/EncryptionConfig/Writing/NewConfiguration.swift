public import SecretMemory

/// A configuration that is yet to be written.
public struct NewConfiguration: Sendable {
    /// The provider that shall encrypt.
    public enum NewProvider: Sendable {
        /// aescbc, aesgcm or secretbox with one key.
        case key(provider: ProviderName, name: String, secret: SecretKey)
        /// A KMS v2 plugin.
        case kms(name: String, endpoint: String)
    }

    /// Where plaintext stands in the order of providers.
    public enum Identity: Sendable {
        /// Plaintext that is stored already cannot be read.
        case absent
        /// New values are still plaintext; encrypted ones can be read.
        case first
        /// New values are encrypted; plaintext can be read.
        case last
    }

    private let resources: [String]
    private let provider: NewProvider
    private let identity: Identity
    private let hasHeader: Bool

    public init(resources: [String], provider: NewProvider, identity: Identity, hasHeader: Bool = true) {
        self.resources = resources
        self.provider = provider
        self.identity = identity
        self.hasHeader = hasHeader
    }

    /// The file, in YAML.
    public func text() -> SecretBytes {
        var yaml = SecretBuffer()
        if hasHeader { yaml.append("apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n") }
        yaml.append("resources:\n  - resources:\n")
        for resource in resources { yaml.append("      - \(Self.scalar(resource))\n") }
        yaml.append("    providers:\n")
        if identity == .first { yaml.append("      - identity: {}\n") }
        switch provider {
        case .key(let provider, let name, let secret):
            yaml.append("      - \(provider.rawValue):\n          keys:\n")
            yaml.append("            - name: \(Self.scalar(name))\n              secret: ")
            yaml.append(SecretBase64.encode(secret.span).bytes)
            yaml.append("\n")
        case .kms(let name, let endpoint):
            yaml.append("      - kms:\n          apiVersion: v2\n          name: \(Self.scalar(name))\n")
            yaml.append("          endpoint: \(Self.scalar(endpoint))\n")
        }
        if identity == .last { yaml.append("      - identity: {}\n") }
        return yaml.finish()
    }

    /// The text as YAML reads it back: plain where it begins with a letter and cannot be taken for anything else, in
    /// double quotes with the escapes of JSON otherwise.
    static func scalar(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map { UnicodeScalar($0).properties.isAlphabetic && $0 < 0x80 } == true
            && text.utf8.allSatisfy { isPlainCharacter($0) } && text.utf8.count > 5
        guard !isPlain else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20 || (0x7f...0xa0).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// Words of YAML 1.1 that are no strings (`yes`, `null`, `false`) have five letters at most, so longer ones of
    /// these characters are strings.
    private static func isPlainCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
