internal import Diagnostics
internal import EncryptionConfig
internal import GoText
internal import KubernetesVersions
internal import SecretMemory
internal import ShownText

/// What the rules look at: the checked configuration, each part of it with its place in the file.
struct LintSubject {
    let linter: Linter
    /// The version of kube-apiserver that reads the file.
    let kubernetes: KubernetesVersion
    /// What that version reads over.
    let ignored: [IgnoredField]
    let entries: [Entry]
    let resolution: ResourceResolution
    /// The place of the list of entries.
    let position: SourcePosition
    /// What serves each resource or wildcard that the file names.
    let rules: [ResourcePattern: ResourceResolution.Rule]
    private let redactor: Redactor

    /// An item of `resources`.
    struct Entry {
        let path: String
        let resources: [Resource]
        let providers: [Item]
        /// Those resources for which this entry's first provider writes: not those that an earlier entry has too.
        let written: [Resource]
    }

    /// A resource in the list of an entry.
    struct Resource {
        /// As in the file.
        let text: String
        let pattern: ResourcePattern
        let path: String
        let position: SourcePosition
    }

    /// A provider in the list of an entry.
    struct Item {
        let provider: Provider
        let keys: [Key]
        let kms: KMSConfiguration?
        /// Whether it is the one of its entry that writes, and there is something that it writes.
        let writes: Bool
    }

    /// A key in the list of a provider.
    struct Key {
        let key: EncryptionKey
        let provider: ProviderName
        /// The path of its entry.
        let entry: String
        let namePosition: SourcePosition
        let secretPosition: SourcePosition
        /// Whether new values are encrypted with it.
        let writes: Bool

        var namePath: String { "\(key.path).name" }
        var secretPath: String { "\(key.path).secret" }
    }

    init(document: ConfigurationDocument, configuration: EncryptionConfiguration, linter: Linter) {
        self.linter = linter
        kubernetes = document.kubernetes
        ignored = document.ignored
        position = document.position
        let resolution = ResourceResolution(configuration)
        self.resolution = resolution
        let rules = Dictionary(resolution.rules.map { ($0.pattern, $0) }, uniquingKeysWith: { first, _ in first })
        self.rules = rules
        entries = zip(document.resources, configuration.entries).enumerated().map { index, pair in
            Entry(pair.0, pair.1, path: "resources[\(index)]", document.kubernetes) {
                rules[$0]?.providers.first?.path
            }
        }
        redactor = Redactor(entries.flatMap(\.providers).flatMap(\.keys).map(\.key.secret))
    }

    /// Every resource in a list, in file order.
    var resources: [Resource] { entries.flatMap(\.resources) }

    func rule(of resource: Resource) -> ResourceResolution.Rule? { rules[resource.pattern] }

    /// Every key, in file order.
    var keys: [Key] { entries.flatMap(\.providers).flatMap(\.keys) }

    /// Whether the file names no resource that kube-apiserver itself stores: it may be that of another API server, such as an
    /// aggregated one, which stores no Secrets.
    var mayBeOfOtherServer: Bool {
        let patterns = resources.map(\.pattern)
        return !patterns.isEmpty && patterns.allSatisfy { !$0.isWildcard && ResourceSpelling.isCustom($0.name) }
    }

    /// A name of the file for people, unless it holds a piece of a key.
    func shown(_ name: String) -> String { mayShow(name) ? name : Redactor.mark }
    func shown(_ name: ByteName) -> String { shown(name.text) }

    /// Whether a name may be shown: it has no part of a key, and does not look like one.
    func mayShow(_ name: String) -> Bool { redactor.mayShow(name: name) }

    /// Whether a name has a part of a key of the file.
    func holdsKey(_ name: String) -> Bool { !redactor.sharesNothing(with: name) }

    /// Names in a sentence.
    func listed(_ resources: [Resource]) -> String { resources.map { shown($0.text) }.inSentence }
}

extension LintSubject.Entry {
    fileprivate init(
        _ document: ResourceConfiguration, _ entry: EncryptionConfiguration.Entry, path: String,
        _ kubernetes: KubernetesVersion, writer: (ResourcePattern) -> String?
    ) {
        self.path = path
        resources = document.resources.enumerated().map { index, resource in
            LintSubject.Resource(
                text: resource.value, pattern: ResourcePattern(parsing: resource.value, in: kubernetes),
                path: "\(path).resources[\(index)]", position: resource.position)
        }
        let first = entry.providers.first?.path
        let written = resources.filter { writer($0.pattern) == first }
        self.written = written
        providers = zip(document.providers, entry.providers).map { configuration, provider in
            let writes = provider.path == first && !written.isEmpty
            let texts = configuration.keys
            return LintSubject.Item(
                provider: provider,
                keys: provider.keys.enumerated().map { index, key in
                    let text = index < texts.count ? texts[index] : nil
                    return LintSubject.Key(
                        key: key, provider: provider.name, entry: path,
                        namePosition: text?.name?.position ?? key.position,
                        secretPosition: text?.secret?.position ?? key.position, writes: writes && index == 0)
                },
                kms: configuration.kms, writes: writes)
        }
    }
}

extension ProviderConfiguration {
    fileprivate var keys: [KeyConfiguration] { (aesgcm ?? aescbc ?? secretbox)?.keys ?? [] }
}

extension Sequence {
    /// The elements that share a key, in the order in which each key comes first; those without a key are left out.
    func grouped<Key: Hashable>(by key: (Element) -> Key?) -> [(key: Key, elements: [Element])] {
        var groups: [(key: Key, elements: [Element])] = []
        var places: [Key: Int] = [:]
        for element in self {
            guard let key = key(element) else { continue }
            if let place = places[key] {
                groups[place].elements.append(element)
            } else {
                places[key] = groups.count
                groups.append((key, [element]))
            }
        }
        return groups
    }
}

extension [String] {
    /// `a, b and c`
    var inSentence: String {
        guard count > 1, let last else { return first ?? "" }
        return "\(dropLast().joined(separator: ", ")) and \(last)"
    }
}
