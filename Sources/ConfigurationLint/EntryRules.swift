internal import Diagnostics
internal import EncryptionConfig
internal import GoText
internal import KubernetesResources
internal import SecretMemory

/// Entries of one file that affect each other.
extension LintRule {
    static let entries: [LintRule] = [
        LintRule(
            "ENC0206", .warning, "a resource is in two entries",
            meaning: "kube-apiserver joins the providers of all entries that list a resource, in file order. The "
                + "first provider of the first entry writes; the later entry only adds read keys.",
            check: "`encconf show` shows the joined list.",
            remedy: "Append the providers of the later entry to those of the earlier one, and remove the resource from "
                + "the later one: nothing changes by that. For another order prove the change with `encconf diff`. A KMS "
                + "provider cannot be repeated, so an entry that has one and other resources stays unchanged."
        ) { subject in
            var first: [ResourcePattern: String] = [:]
            return subject.entries.flatMap { entry in
                let groups = entry.resources.filter { !$0.text.isEmpty }.grouped { first[$0.pattern] }
                let canRepeat = !entry.providers.contains(where: \.provider.isPlugin)
                for resource in entry.resources { first[resource.pattern] = first[resource.pattern] ?? entry.path }
                return groups.compactMap { earlier, resources in
                    resources.first.map {
                        LintFinding(
                            path: $0.path, position: $0.position,
                            message: "\(earlier) covers \(subject.listed(resources)) too; the providers of this "
                                + "entry only decrypt",
                            hint: subject.joining(resources, of: entry, into: earlier, canRepeat: canRepeat))
                    }
                }
            }
        },
        LintRule(
            "ENC0207", .warning, "an exact entry lacks keys of the wildcard",
            meaning: "Only one entry serves a resource: its exact entry, otherwise the wildcard of its group, "
                + "otherwise `*.*`. When a resource gets its own entry, objects that were written under the "
                + "wildcard become unreadable unless the entry repeats the keys of the wildcard.",
            check: "`encconf diff` checks a change; `encconf audit` checks the stored values.",
            remedy: "Repeat the keys of the wildcard after those of the entry, and remove them when the objects are "
                + "re-encrypted. An entry that has always existed beside the wildcard needs none of them, so "
                + "without a common key it is a note."
        ) { subject in
            var search = LackSearch(subject)
            return subject.entries.flatMap { entry -> [LintFinding] in
                let groups = entry.written.grouped { resource -> Lack? in
                    subject.comparison(of: resource).flatMap { search.lack($0) }
                }
                return groups.compactMap { lack, resources in
                    resources.first.map { lack.finding(subject, entry.path, $0, resources) }
                }
            }
        },
    ]
}

/// The entry of a resource, and the wildcard that would serve it otherwise.
private struct Comparison: Hashable {
    let own: [Provider]
    let wildcard: ResourcePattern

    static func == (left: Self, right: Self) -> Bool {
        left.wildcard == right.wildcard && left.own.elementsEqual(right.own) { $0.path == $1.path }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(wildcard)
        for provider in own { hasher.combine(provider.path) }
    }
}

/// The keys that an exact entry does not repeat.
private struct Lack: Hashable {
    let wildcard: ResourcePattern
    /// The first keys, in words.
    let keys: [ByteName]
    let count: Int
    /// Whether there is no key in common.
    let isAll: Bool
    /// Whether the wildcard has KMS providers, whose names may stand in a file only once.
    let hasPlugin: Bool

    static let listedCount = 10

    func finding(
        _ subject: LintSubject, _ entry: String, _ first: LintSubject.Resource, _ resources: [LintSubject.Resource]
    ) -> LintFinding {
        let wildcard = subject.shown(wildcard.description)
        let keys = self.keys.map(\.text) + (count > keys.count ? ["\(count - keys.count) more"] : [])
        return LintFinding(
            path: first.path, position: first.position,
            message: "\(subject.listed(resources)) written under `\(wildcard)` are unreadable: this entry does not "
                + "repeat \(keys.inSentence)",
            hint: hasPlugin
                ? "a KMS provider cannot be repeated: prove with `encconf audit` that no value needs it"
                : Hint(.repeatProviders(ofWildcard: wildcard, entry: entry), after: " until everything is rewritten"),
            severity: isAll ? .note : nil)
    }
}

extension LintSubject {
    /// The hint at one entry in place of two. The list that serves the resources stays what it is.
    ///
    /// - Parameter canRepeat: Whether the providers of the entry may stand in two entries.
    fileprivate func joining(
        _ resources: [Resource], of entry: Entry, into earlier: String, canRepeat: Bool
    ) -> Hint {
        guard canRepeat || resources.count == entry.resources.count else {
            return "check with `encconf show` that the joined list is meant: a KMS provider cannot be repeated"
        }
        return Hint(.join(entry: entry.path, into: earlier, resources: listed(resources)))
    }

    fileprivate func comparison(of resource: Resource) -> Comparison? {
        let name = resource.pattern.name
        let wider: [ResourcePattern] = [.all(of: name.group), .everything].filter { $0 != resource.pattern }
        guard resource.pattern != .everything, let own = rules[resource.pattern]?.providers,
            // Excluded from the wildcard on purpose; see ENC0241.
            !(LintRule.isChurn(name) && own.allSatisfy { $0.name == .identity }),
            let wildcard = wider.first(where: { rules[$0] != nil })
        else { return nil }
        return Comparison(own: own, wildcard: wildcard)
    }
}

/// Compares lists with those of wildcards, each two of them once.
private struct LackSearch {
    private let subject: LintSubject
    private var lacks: [Comparison: Lack?] = [:]
    private var written: [ResourcePattern: Forms] = [:]

    /// The forms of values under a wildcard, each once.
    private struct Forms {
        let all: Set<StoredForm>
        let inOrder: [StoredForm]
        let hasPlugin: Bool

        init(_ providers: [Provider]) {
            var all: Set<StoredForm> = []
            inOrder = providers.flatMap(StoredForm.all).filter { all.insert($0).inserted }
            self.all = all
            hasPlugin = providers.contains(where: \.isPlugin)
        }
    }

    init(_ subject: LintSubject) { self.subject = subject }

    mutating func lack(_ comparison: Comparison) -> Lack? {
        if let known = lacks[comparison] { return known }
        let lack = find(comparison)
        lacks[comparison] = .some(lack)
        return lack
    }

    private mutating func find(_ comparison: Comparison) -> Lack? {
        let wildcard = written[comparison.wildcard] ?? Forms(subject.rules[comparison.wildcard]?.providers ?? [])
        written[comparison.wildcard] = wildcard
        let own = Set(comparison.own.flatMap(StoredForm.all))
        let missingCount = wildcard.all.count - own.count { wildcard.all.contains($0) }
        guard missingCount > 0 else { return nil }
        // Passes over its own forms only: a wildcard can have far more keys than the message lists.
        let missing = wildcard.inOrder.lazy.filter { !own.contains($0) }.prefix(Lack.listedCount)
        return Lack(
            wildcard: comparison.wildcard,
            keys: missing.map { ByteName("\($0.provider.rawValue) \(subject.shown($0.name))") }, count: missingCount,
            isAll: missingCount == wildcard.all.count, hasPlugin: wildcard.hasPlugin)
    }
}

/// Provider, name in the value prefix, and key bytes: they decide whether a stored value is readable.
private struct StoredForm: Hashable {
    let provider: ProviderName
    let name: ByteName
    let key: EncryptionKey?

    /// All forms that a provider can have written; plaintext has no key.
    static func all(of provider: Provider) -> [StoredForm] {
        if case .kms(let plugin) = provider.kind {
            return [StoredForm(provider: provider.name, name: plugin.name, key: nil)]
        }
        return provider.keys.map { StoredForm(provider: provider.name, name: $0.name, key: $0) }
    }

    static func == (left: Self, right: Self) -> Bool {
        left.provider == right.provider && left.name == right.name
            && left.key.map { SecretHash($0.secret) } == right.key.map { SecretHash($0.secret) }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(provider)
        hasher.combine(name)
        if let key { hasher.combine(SecretHash(key.secret)) }
    }
}

extension Provider {
    fileprivate var isPlugin: Bool { if case .kms = kind { true } else { false } }
}
