internal import EncryptionConfig
internal import EnvelopeCrypto
public import GoText
public import JSONText
public import SecretMemory

/// One way in which a resource's values are written or read: a provider and, unless it is identity, its key.
struct ReadKey: Equatable {
    let provider: ProviderName
    /// The name of the key, for KMS that of the provider; nil for identity.
    let key: ByteName?

    /// The ways of a list of providers, in the order in which they are tried.
    static func list(of providers: [Provider]) -> [ReadKey] {
        providers.flatMap { provider in
            switch provider.kind {
            case .identity: [ReadKey(provider: .identity, key: nil)]
            case .kms(let plugin): [ReadKey(provider: provider.name, key: plugin.name)]
            case .aescbc(let keys), .aesgcm(let keys), .secretbox(let keys):
                keys.map { ReadKey(provider: provider.name, key: $0.name) }
            }
        }
    }

    /// As a report names it: `{provider, key}`.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("provider", provider.rawValue)
            json.optionalMember("key", key)
        }
    }

    var description: String { [provider.rawValue, key?.printable].compactMap { $0 }.joined(separator: " ") }
}

extension JSONWriter {
    /// A text, or null.
    public mutating func optionalMember(_ name: String, _ value: String?) {
        if let value {
            member(name, value)
        } else {
            key(name)
            null()
        }
    }

    /// A name, or null.
    public mutating func optionalMember(_ name: String, _ value: ByteName?) { optionalMember(name, value?.text) }

    /// A member with a name as its value.
    public mutating func member(_ name: String, _ value: ByteName) { member(name, value.text) }

    /// Begins a report as the contract of the command line has it.
    public mutating func reportHeader(kind: String) {
        member("apiVersion", "encconf/v1")
        member("kind", kind)
    }
}

extension JSONWriter {
    /// Ends the text with a newline.
    public consuming func finishLine() -> SecretBytes {
        var line = SecretBuffer()
        line.append(finish().bytes)
        line.append("\n")
        return line.finish()
    }
}
