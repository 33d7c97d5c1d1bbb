import SecretMemory
import TestSupport

/// A random configuration, from alphabets so small that names and bytes meet again and again.
struct TransitionPlan {
    enum Provider: Equatable {
        case identity
        /// Keys as indices into the alphabets of names and bytes.
        case keys(String, [Key])
        case kms(version: String, name: String)
    }

    struct Key: Hashable {
        var name: Int
        var bytes: Int
    }

    struct Entry {
        var resources: [String]
        var providers: [Provider]
    }

    /// Names that are the same but for their bytes, and names that begin with another and its colon: 2, 15, 16, 18, 32
    /// and 16 bytes are left of them for the first, 16 of the fifth for the second.
    static let names = [
        "a", "a:b", "a:0123456789abcd", "a:0123456789abcde", "a:b:0123456789abcde", "a:0123456789abcdef0123456789abcde",
        "caf\u{e9}", "cafe\u{301}",
    ]
    /// Two of 32 bytes, and one of 16 that are the beginning of another.
    static let secrets = [(0x41, 32), (0x42, 32), (0x41, 16)].map { (byte: UInt8, count: Int) in
        let bytes = [UInt8](repeating: byte, count: count)
        return SecretKey(SecretBytes(copying: bytes.span.rawBytes))
    }
    static let endpoints = ["unix:///run/one.sock", "unix:///run/two.sock"]
    static let plugins = [("v1", "k"), ("v1", "k:b"), ("v2", "k"), ("v2", "m")]
    private static let rules = ["secrets", "configmaps", "deployments.apps", "*.apps", "*.", "*.*"]

    var entries: [Entry]
    /// The place of each plugin of this file, by version and name.
    var endpoints: [String: String]

    init(entries: [Entry]) { (self.entries, endpoints) = (entries, [:]) }

    /// Plans, each with one that is an edit of it.
    static func family(count: Int, using random: inout some RandomNumberGenerator) -> [TransitionPlan] {
        var plans: [TransitionPlan] = []
        while plans.count < count {
            let plan = TransitionPlan(using: &random)
            plans += [plan, plan.edited(using: &random)]
        }
        return Array(plans.prefix(count))
    }

    init(using random: inout some RandomNumberGenerator) {
        entries = []
        endpoints = [:]
        for (version, name) in Self.plugins {
            endpoints["\(version) \(name)"] = Self.endpoints[Int.random(in: 0..<8, using: &random) == 0 ? 1 : 0]
        }
        for rule in Self.rules where Int.random(in: 0..<3, using: &random) == 0 {
            let providers = Self.providers(using: &random)
            if !rule.hasPrefix("*"), let last = entries.indices.last, Bool.random(using: &random) {
                entries[last].resources.append(rule)
            } else {
                entries.append(Entry(resources: [rule], providers: providers))
            }
        }
        if entries.isEmpty { entries = [Entry(resources: ["secrets"], providers: Self.providers(using: &random))] }
        // A second entry for the same resource is joined to the first one.
        if entries[0].resources[0] == "secrets", Int.random(in: 0..<6, using: &random) == 0 {
            entries.insert(Entry(resources: ["secrets"], providers: Self.providers(using: &random)), at: 1)
        }
        keepPluginsApart()
    }

    /// The same with one thing changed: what an administrator does.
    func edited(using random: inout some RandomNumberGenerator) -> TransitionPlan {
        var plan = self
        let index = plan.entries.indices.randomElement(using: &random) ?? 0
        var providers = plan.entries[index].providers
        switch Int.random(in: 0..<6, using: &random) {
        case 0: providers.shuffle(using: &random)
        case 1 where providers.count > 1: providers.removeLast()
        case 2 where providers.count > 1: providers.removeFirst()
        case 3: providers.insert(Self.provider(using: &random), at: 0)
        case 4: providers.append(Self.provider(using: &random))
        default: providers = providers.map { Self.edited($0, using: &random) }
        }
        plan.entries[index].providers = providers
        plan.keepPluginsApart()
        return plan
    }

    var text: String {
        var text = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
        for entry in entries {
            text += "- resources: [\(entry.resources.map { "'\($0)'" }.joined(separator: ", "))]\n  providers:\n"
            for provider in entry.providers { text += line(provider) }
        }
        return text
    }

    private func line(_ provider: Provider) -> String {
        switch provider {
        case .identity: return "  - identity: {}\n"
        case .kms(let version, let name):
            let endpoint = endpoints["\(version) \(name)"] ?? ""
            return "  - kms: {apiVersion: \(version), name: '\(name)', endpoint: '\(endpoint)'}\n"
        case .keys(let cipher, let keys):
            let items = keys.map {
                "{name: '\(Self.names[$0.name])', secret: \(base64(Self.secrets[$0.bytes]))}"
            }
            return "  - \(cipher): {keys: [\(items.joined(separator: ", "))]}\n"
        }
    }

    /// A KMS v2 provider may appear once in a file, and its name in no other.
    private mutating func keepPluginsApart() {
        var seen: Set<String> = []
        for index in entries.indices {
            entries[index].providers.removeAll { provider in
                guard case .kms(_, let name) = provider else { return false }
                return !seen.insert(name).inserted
            }
            if entries[index].providers.isEmpty { entries[index].providers = [.identity] }
        }
    }

    private static func providers(using random: inout some RandomNumberGenerator) -> [Provider] {
        (0..<Int.random(in: 1...3, using: &random)).map { _ in provider(using: &random) }
    }

    private static func provider(using random: inout some RandomNumberGenerator) -> Provider {
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1: return .identity
        case 2:
            let (version, name) = plugins[Int.random(in: plugins.indices, using: &random)]
            return .kms(version: version, name: name)
        case 3, 4: return keys("secretbox", byteChoices: 2, using: &random)
        case 5, 6: return keys("aesgcm", byteChoices: 3, using: &random)
        default: return keys("aescbc", byteChoices: 3, using: &random)
        }
    }

    private static func keys(
        _ cipher: String, byteChoices: Int, using random: inout some RandomNumberGenerator
    ) -> Provider {
        let keys = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            Key(
                name: Int.random(in: names.indices, using: &random),
                bytes: Int.random(in: 0..<byteChoices, using: &random))
        }
        return .keys(cipher, keys)
    }

    private static func edited(_ provider: Provider, using random: inout some RandomNumberGenerator) -> Provider {
        guard case .keys(let cipher, var keys) = provider else { return provider }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: keys.shuffle(using: &random)
        case 1: keys[0].name = Int.random(in: names.indices, using: &random)
        case 2: keys[0].bytes = Int.random(in: 0..<2, using: &random)
        default: keys.append(Key(name: Int.random(in: names.indices, using: &random), bytes: 0))
        }
        return .keys(cipher, keys)
    }
}

func base64(_ secret: SecretKey) -> String {
    String(decoding: SecretBase64.encode(secret.span).bytes.copiedToArray(), as: UTF8.self)
}
