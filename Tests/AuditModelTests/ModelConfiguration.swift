import EncryptionConfig
import Foundation
import SecretMemory
import TestSupport

/// A resource by plural and group, as the model knows it.
struct ModelResource: Hashable, Comparable, CustomStringConvertible {
    let plural: String
    let group: String

    init(_ plural: String, _ group: String = "") { (self.plural, self.group) = (plural, group) }

    var description: String { group.isEmpty ? plural : "\(plural).\(group)" }

    static func < (left: Self, right: Self) -> Bool { left.description < right.description }

    static let secrets = ModelResource("secrets")
    static let configmaps = ModelResource("configmaps")
    static let namespaces = ModelResource("namespaces")
    static let events = ModelResource("events")
    static let deployments = ModelResource("deployments", "apps")
    static let widgets = ModelResource("widgets", "example.com")
    /// A custom resource whose plural is not the usual one of its kind.
    static let oxen = ModelResource("oxen", "example.com")
    /// A built-in resource that no table has: its etcd keys hold the plural alone.
    static let gadgets = ModelResource("gadgets")
    /// The same resource, as its objects name it.
    static let groupedGadgets = ModelResource("gadgets", "new.k8s.io")
}

/// The ciphers with static keys.
enum ModelCipher: String, CaseIterable {
    case aescbc, aesgcm, secretbox

    /// envelope-formats.md, section 1.
    var prefix: [UInt8] { Array("k8s:enc:\(rawValue):v1:".utf8) }

    var name: ProviderName {
        switch self {
        case .aescbc: .aescbc
        case .aesgcm: .aesgcm
        case .secretbox: .secretbox
        }
    }
}

/// A static key. The name is bytes: kube-apiserver compares bytes.
struct ModelKey: Hashable {
    let name: [UInt8]
    let bytes: [UInt8]

    var text: String { String(decoding: name, as: UTF8.self) }
}

enum ModelProvider: Hashable {
    case identity
    case keys(ModelCipher, [ModelKey])
    /// A KMS v2 provider, which is never asked.
    case kms(String)

    var keys: [ModelKey] { if case .keys(_, let keys) = self { keys } else { [] } }

    /// JSON, as the file has it. It shows the keys of a failing case, which are the test's own.
    var json: String {
        switch self {
        case .identity: return #"{"identity": {}}"#
        case .keys(let cipher, let keys):
            let list = keys.map { key in
                #"{"name": "\#(key.text)", "secret": "\#(Data(key.bytes).base64EncodedString())"}"#
            }
            return #"{"\#(cipher.rawValue)": {"keys": [\#(list.joined(separator: ", "))]}}"#
        case .kms(let name):
            return #"{"kms": {"apiVersion": "v2", "name": "\#(name)", "endpoint": "unix:///\#(name).sock"}}"#
        }
    }
}

/// What an entry names: a resource, a group's wildcard or `*.*`.
struct ModelPattern: Hashable, CustomStringConvertible {
    let plural: String
    let group: String

    init(_ resource: ModelResource) { (plural, group) = (resource.plural, resource.group) }
    init(allOf group: String) { (plural, self.group) = ("*", group) }

    var isWildcard: Bool { plural == "*" }
    var description: String { isWildcard && group.isEmpty ? "*." : group.isEmpty ? plural : "\(plural).\(group)" }
}

/// A configuration as the model has it.
struct ModelConfiguration {
    struct Entry {
        var patterns: [ModelPattern]
        var providers: [ModelProvider]
    }

    /// What serves a resource.
    struct Rule {
        let pattern: ModelPattern
        let providers: [ModelProvider]

        var writesPlaintext: Bool { providers.first == .identity }
    }

    var entries: [Entry]

    var text: String {
        let list = entries.map { entry in
            let names = entry.patterns.map { "\"\($0)\"" }.joined(separator: ", ")
            return
                #"{"resources": [\#(names)], "providers": [\#(entry.providers.map(\.json).joined(separator: ", "))]}"#
        }
        return """
            {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration",
             "resources": [\(list.joined(separator: ",\n  "))]}
            """
    }

    /// The file as the program reads it.
    func file() throws -> ConfigurationFile {
        let document = try ConfigurationDocument.read(SecretBytes(copying: Array(text.utf8).span.rawBytes))
        return ConfigurationFile(
            path: "enc.json", hash: "sha256:0", configuration: try EncryptionConfiguration(checking: document))
    }

    /// config-format.md, section 4: entries for one resource are joined in file order; an exact entry, else the group's
    /// wildcard, else `*.*`; never two of them.
    func rule(for resource: ModelResource) -> Rule? {
        for pattern in [ModelPattern(resource), ModelPattern(allOf: resource.group), ModelPattern(allOf: "*")] {
            let lists = entries.filter { $0.patterns.contains(pattern) }.map(\.providers)
            if !lists.isEmpty { return Rule(pattern: pattern, providers: lists.flatMap { $0 }) }
        }
        return nil
    }

    /// All that the entries name, each once, in file order.
    var patterns: [ModelPattern] {
        var seen: Set<ModelPattern> = []
        return entries.flatMap(\.patterns).filter { seen.insert($0).inserted }
    }

    /// Entries that may be meant for objects of an unknown built-in resource, whose etcd keys lack the group.
    func patternsThatMayMean(_ resource: ModelResource) -> [ModelPattern] {
        guard resource == .gadgets else { return [] }
        return patterns.filter { pattern in
            if pattern.group.isEmpty || pattern.group == "*" { return false }
            return pattern.isWildcard || pattern == ModelPattern(.groupedGadgets)
        }
    }
}

extension ModelConfiguration {
    /// Key names: plain ones, one that begins with another and a colon, one whose rest is as long as an AES block, and
    /// two that are equal in Unicode only.
    static let names = ["k1", "k2", "k3", "k1:x", "k1:123456789012345", "cl\u{e9}", "cle\u{301}"].map { Array($0.utf8) }

    private static let exactNames: [ModelPattern] = [
        .secrets, .secrets, .secrets, .configmaps, .configmaps, .widgets, .widgets, .oxen, .namespaces, .events,
        .deployments, ModelResource("pods"),
    ].map { ModelPattern($0) }
    private static let otherNames: [ModelPattern] =
        [.gadgets, .groupedGadgets].map { ModelPattern($0) }
        + ["", "*", "example.com", "apps", "new.k8s.io"].map { ModelPattern(allOf: $0) }

    /// A configuration that kube-apiserver accepts.
    ///
    /// - Parameter exactInTen: How many of ten names are no wildcards and none of an unknown group.
    static func random(
        _ pool: KeyPool, exactInTen: Int = 7, using random: inout SeededGenerator
    ) -> (ModelConfiguration, ConfigurationFile) {
        while true {
            let entries = (0..<Int.random(in: 1...3, using: &random)).map { number in
                Entry(
                    patterns: (0..<Int.random(in: 1...3, using: &random)).map { _ in
                        let names =
                            Int.random(in: 0..<10, using: &random) < exactInTen ? exactNames : otherNames
                        return names.randomElement(using: &random) ?? names[0]
                    },
                    providers: providers(number, pool, using: &random))
            }
            let configuration = ModelConfiguration(entries: entries)
            if let file = try? configuration.file() { return (configuration, file) }
        }
    }

    private static func providers(
        _ number: Int, _ pool: KeyPool, using random: inout SeededGenerator
    ) -> [ModelProvider] {
        var providers = (0..<Int.random(in: 1...3, using: &random)).map { _ -> ModelProvider in
            guard let cipher = ModelCipher.allCases.randomElement(using: &random) else { return .identity }
            return .keys(
                cipher, (0..<Int.random(in: 1...2, using: &random)).map { _ in pool.key(using: &random) })
        }
        switch Int.random(in: 0..<10, using: &random) {
        case 0...3: providers[providers.count - 1] = .identity
        case 4...5: providers[0] = .identity
        default: break
        }
        if Int.random(in: 0..<8, using: &random) == 0 {
            providers[Int.random(in: 0..<providers.count, using: &random)] = .kms("vault\(number)")
        }
        return providers
    }
}

/// The keys of one cluster: a few names, mostly with one secret each.
struct KeyPool {
    private let secrets: [[UInt8]]

    init(using random: inout SeededGenerator) { secrets = (0..<4).map { _ in random.bytes(32) } }

    func key(using random: inout SeededGenerator) -> ModelKey {
        let number = Int.random(in: 0..<ModelConfiguration.names.count, using: &random)
        // Rotations that keep the name of a key give it other bytes.
        let bytes = Int.random(in: 0..<5, using: &random) == 0 ? Int.random(in: 0..<4, using: &random) : number % 4
        return ModelKey(name: ModelConfiguration.names[number], bytes: secrets[bytes])
    }

    func bytes(using random: inout SeededGenerator) -> [UInt8] { secrets.randomElement(using: &random) ?? secrets[0] }
}
