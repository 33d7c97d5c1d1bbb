public import EncryptionConfig
internal import Explanations
internal import GoText
public import KeyRescue
internal import KubernetesResources
public import SecretMemory
public import ShownText
public import StorageAudit
internal import Transformers

/// What to do about the values that kube-apiserver cannot read: the choices, the safest first.
public struct AuditTriage: Sendable {
    private let groups: [UnreadableGroup]
    /// The one in force, then archives.
    private let configurations: [ConfigurationFile]
    /// The source, if a command can read it by its path alone.
    private let snapshot: String?
    private let copies: [[UInt8]: [ReadableCopy]]
    /// The options of a command that reads the files again.
    private let readingOptions: Phrase
    private let plan: RescuePlan?
    /// The edit, without secrets.
    private let diff: String?

    /// - Parameters:
    ///   - configurations: The one in force, then archives.
    ///   - snapshot: The path of the source; nil for etcd and a data directory.
    ///   - copies: Values of the objects that still decrypt.
    ///   - text: The file in force; nil if it cannot be read twice.
    ///   - rules: How it is read.
    ///   - readingOptions: The options that say so.
    public init(
        _ groups: [UnreadableGroup], _ configurations: [ConfigurationFile], snapshot: String?,
        copies: [ReadableCopy], text: SecretKey?, _ rules: RescuePlan.Rules, readingOptions: [Phrase]
    ) {
        self.groups = groups
        self.configurations = configurations
        self.snapshot = snapshot
        self.readingOptions = readingOptions.map { " \($0)" }.joined()
        self.copies = Dictionary(grouping: copies, by: \.etcdKey)
        guard let text, groups.contains(where: \.isOpenable) else {
            plan = nil
            diff = nil
            return
        }
        let path = configurations[0].path
        let plan = RescuePlan(of: [groups], for: configurations[0].configuration, text: text, rules)
        diff =
            plan.isEmpty
            ? nil
            : UnifiedDiff(
                from: text.bytes, to: plan.text.bytes, oldName: path, newName: "\(path).rescued", context: 1
            ).text
        self.plan = plan
    }
}

extension AuditTriage {
    /// The command that makes the new file; nil if it needs more than the program knows.
    private var command: Phrase? {
        guard let snapshot, let plan, !plan.isEmpty, configurations[0].path != "-" else { return nil }
        let file = configurations[0].path
        let archives = configurations.count > 1 ? configurations.dropFirst().map(\.path) : [file]
        let from = archives.map { " --from \(ShellWord.quoted($0))" as Phrase }.joined()
        return "encconf rescue \(ShellWord.quoted(file))\(from) \(ShellWord.quoted(snapshot)) "
            + "--output-file \(ShellWord.quoted("\(file).rescued"))\(readingOptions)"
    }

    /// The command that shows a saved value.
    private func command(for copy: ReadableCopy) -> Phrase {
        let files = configurations.map { " --config \(ShellWord.quoted($0.path))" as Phrase }.joined()
        let key = ShellWord.quoted(String(decoding: copy.etcdKey, as: UTF8.self))
        return "encconf decrypt-secret\(files) --snapshot \(ShellWord.quoted(copy.snapshot)) "
            + "--revision \(copy.revision) --etcd-key \(key)\(readingOptions)"
    }

    /// Whether the edit of the plan is for a group.
    private func adds(_ group: UnreadableGroup) -> Bool {
        guard let plan, let key = group.keys.first else { return false }
        return plan.added.contains {
            $0.key.storedName == key.storedName && $0.key.key.provider == key.key.provider
        }
    }

    private static let gate = "AllowUnsafeMalformedObjectDeletion"
    private static let verb = "unsafe-delete-ignore-read-errors"

    /// What the values block.
    private func blocked(_ group: UnreadableGroup) -> Phrase {
        "lists of \(group.resource.description) answer 429 and do not recover; a server that restarts does not become "
            + "ready"
    }

    public var text: Phrase {
        guard !groups.isEmpty else { return "\nTriage: kube-apiserver can read every value that was checked.\n" }
        var text: Phrase = ""
        for group in groups {
            text +=
                "\nTriage: \(counted(group.count, "value")) of \(group.resource.description), \(group.label.writer)\n"
            text += "  why      \(group.cause.sentence)\n"
            text += "  answer   \(group.answer(in: configurations[0].configuration.kubernetes))\n"
            text += "  blocks   \(blocked(group))\n"
            for key in group.keys { text += "  key      \(name(key))\n" }
            if group.isPluginMissing {
                text += "  key      Cannot tell: a KMS plugin did not answer, or was not asked.\n"
            }
            if group.keys.isEmpty, !group.isPluginMissing { text += "  key      none at hand\n" }
            text += choices(for: group)
        }
        if let diff {
            text += "\nThe edit (secrets are hidden):\n\(Phrase(stringLiteral: diff))"
            text += "Proven: what is readable stays readable, and the write keys stay.\n"
            if let command {
                text += "\nWrite and prove the new file:\n  \(command)\n"
                let file = configurations[0].path
                text +=
                    "  encconf diff \(ShellWord.quoted(file)) \(ShellWord.quoted("\(file).rescued"))\(readingOptions)\n"
            } else {
                text += "\nWrite the new file with `encconf rescue` and the same source.\n"
            }
        }
        return text
    }

    private func choices(for group: UnreadableGroup) -> Phrase {
        var steps: [Phrase] = []
        if group.isOpenable {
            steps.append(
                adds(group)
                    ? "add the key under this name again (the edit is below)" : "add the key by hand: \(obstacle)")
        }
        let saved = group.values.flatMap { copies[$0.etcdKey] ?? [] }
        if let first = saved.first {
            let objects = Set(saved.map(\.etcdKey)).count
            steps.append(
                "restore from a backup: \(counted(objects, "value")) listed here \(objects == 1 ? "has" : "have" as Phrase) "
                    + "a readable copy, for example revision \(first.revision) of \(first.snapshot):\n"
                    + "         \(command(for: first))")
        }
        if !group.isOpenable, !group.isPluginMissing {
            steps.append(
                "last: delete the object without reading it. Its data is lost, and finalizers and admission are skipped.\n"
                    + "         Needs the gate \(Self.gate) on every server; without it the option is ignored.\n"
                    + "         Needs the verb \(Self.verb) on \(group.resource.description).")
        }
        var text: Phrase = steps.isEmpty ? "" : "  choices, the safest first\n"
        for (number, step) in steps.enumerated() { text += "    \(number + 1). \(step)\n" }
        for value in group.values {
            text += "  \(value.place)\n"
            if !group.isOpenable, !group.isPluginMissing, let request = value.unsafeDelete {
                text += "    DELETE \(request)\n"
            }
        }
        if group.count > group.values.count { text += "  and \(group.count - group.values.count) more (--limit)\n" }
        return text
    }

    private var obstacle: Phrase { plan?.refused.first?.obstacle.explanation ?? "encconf makes no edit here" }

    /// `aescbc key1 of FILE`.
    private func name(_ key: KeyAtHand) -> Phrase {
        guard let index = key.configuration else { return "identity reads it" }
        let origin = fileName(configurations[index].path)
        let stored: Phrase = key.storedName.map { "\(key.key.provider) \(name: $0)" } ?? ""
        return key.key.name == key.storedName
            ? "\(stored) of \(origin)" : "\(stored): it is \(name: key.key.name ?? "") of \(origin)"
    }

    /// The members of the array `triage`.
    func value() throws(CommandFailure) -> ReportValue {
        var values: [ReportValue] = []
        for group in groups {
            var keys: [ReportValue] = []
            for key in group.keys {
                keys.append(try key.members(from: key.configuration.map { configurations[$0].path }))
            }
            let isDeletable = !group.isOpenable && !group.isPluginMissing
            values.append(
                group.members(in: configurations[0].configuration.kubernetes) + [
                    "keys": .array(keys), "pluginMissing": .bool(group.isPluginMissing),
                    "blocks": .phrase(blocked(group)), "addKey": .phrase(adds(group) ? command : nil),
                    "backups": .array(
                        group.values.flatMap { copies[$0.etcdKey] ?? [] }.map { copy in
                            [
                                "etcdKey": Phrase(foreign: String(decoding: copy.etcdKey, as: UTF8.self)).value,
                                "snapshot": .text(copy.snapshot), "revision": .number(copy.revision),
                                "command": .phrase(command(for: copy)),
                            ]
                        }),
                    "unsafeDelete": isDeletable
                        ? [
                            "gate": .word(Self.gate), "verb": .word(Self.verb),
                            // A program must not send a request with a gap.
                            "requests": .array(
                                group.values.map { value in
                                    value.isVersionKnown ? .phrase(value.unsafeDelete.map { "DELETE \($0)" }) : .null
                                }),
                        ] : .null,
                ])
        }
        return .array(values)
    }
}

extension Phrase {
    fileprivate var value: ReportValue { .phrase(self) }
}

extension UnreadableGroup.Value {
    /// Whether the version of the API is known: the core group has one.
    fileprivate var isVersionKnown: Bool { registryKey?.resource.group.isEmpty ?? false }

    /// The path and query of the API's unsafe delete; nil if the etcd key does not name an object. The version of a group is
    /// not known from etcd.
    fileprivate var unsafeDelete: Phrase? {
        guard let key = registryKey else { return nil }
        let group = key.resource.group
        let root: Phrase = group.isEmpty ? "/api/v1" : "/apis/\(name: group)/VERSION"
        let namespace: Phrase = key.namespace.map { "/namespaces/\(name: $0)" } ?? ""
        return "\(root)\(namespace)/\(name: key.resource.resource)/\(name: key.name)"
            + "?ignoreStoreReadErrorWithClusterBreakingPotential=true"
    }
}
