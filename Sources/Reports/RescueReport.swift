public import EncryptionConfig
public import Explanations
internal import GoText
public import KeyRescue
internal import KubernetesResources
internal import KubernetesVersions
public import ShownText
internal import StorageAudit
internal import Transformers

/// The report of `rescue`.
public struct RescueReport {
    private let file: ConfigurationFile
    /// The archives, and further configurations.
    private let archives: [ConfigurationFile]
    private let plan: RescuePlan
    private let judgement: RescueJudgement
    /// The new file; nil if none is written.
    private let output: String?
    /// The hash of the new file.
    private let outputHash: String
    /// The options of a command that reads the files again.
    private let readingOptions: Phrase

    public init(
        _ file: ConfigurationFile, archives: [ConfigurationFile], _ plan: RescuePlan, _ judgement: RescueJudgement,
        output: String?, outputHash: String, readingOptions: [Phrase]
    ) {
        self.file = file
        self.archives = archives
        self.plan = plan
        self.judgement = judgement
        self.output = output
        self.outputHash = outputHash
        self.readingOptions = readingOptions.map { " \($0)" }.joined()
    }

    public var status: ExitStatus {
        switch judgement.verdict {
        case .complete: .success
        case .incomplete: .findings
        case .unproven: .unproven
        }
    }

    /// The path of the configuration that has a key.
    private func origin(_ key: KeyAtHand) -> String? {
        key.configuration.map { $0 == 0 ? file.path : archives[$0 - 1].path }
    }
}

extension RescueReport {
    /// The verdict first, then the added keys, what stays unreadable, what was not checked, and the next step.
    public func text() throws(CommandFailure) -> Phrase {
        var text: Phrase = "\(fileName(file.path)): \(verdict)\n"
        for source in judgement.sources {
            text +=
                "  \(source.name)  revision \(source.revision): \(source.unreadableBefore) unreadable before, "
                + "\(source.unreadableCount) after\n"
        }
        if !plan.added.isEmpty { text += "\nAdded\n" }
        for added in plan.added {
            text += "  \(try name(added.key)) for \(counted(added.values, "value"))\n"
            text += "    \(added.path)\(added.isInNewEntry ? " (new entry)" : "" as Phrase): "
            text += "\(TransitionReport.list(added.patterns))\n"
        }
        if !plan.refused.isEmpty { text += "\nNot added\n" }
        for refused in plan.refused {
            text += "  \(try name(refused.key)) for \(counted(refused.values, "value"))\n"
            text += "    \(TransitionReport.list(refused.patterns)): \(refused.obstacle.explanation)\n"
        }
        for source in judgement.sources {
            for group in source.unreadable { text += self.text(of: group, in: source.name) }
        }
        let doubts = judgement.sources.flatMap { source in
            source.doubts.map { "Not checked in \(source.name):\n  \($0.sentence(isAsked: true))\n" as Phrase }
        }
        if !doubts.isEmpty { text += "\n" + doubts.joined() }
        return text + "\n\(next.text)"
    }

    private func text(of group: UnreadableGroup, in source: String) -> Phrase {
        var text: Phrase =
            "\nStill unreadable in \(source): \(counted(group.count, "value")) of \(group.resource.description), "
            + "\(group.label.writer)\n"
        text += "  \(group.cause.sentence)\n"
        if group.isPluginMissing {
            text +=
                "  Cannot tell whether a KMS plugin decrypts \(group.pronoun): it did not answer, or was not asked.\n"
        } else if !group.isOpenable {
            text += "  No key at hand decrypts \(group.pronoun).\n"
        }
        for value in group.values { text += "    \(value.place)\n" }
        if group.count > group.values.count { text += "    and \(group.count - group.values.count) more (--limit)\n" }
        return text
    }

    /// The verdict with its numbers.
    private var verdict: Phrase {
        let before = judgement.sources.reduce(0) { $0 + $1.unreadableBefore }
        let after = judgement.sources.reduce(0) { $0 + $1.unreadableCount }
        let keys: Phrase = plan.added.isEmpty ? "no key was added" : "\(counted(plan.added.count, "key")) added"
        return switch judgement.verdict {
        case .complete:
            before == 0
                ? "nothing to rescue. Every stored value is readable."
                : "rescued. Every stored value is readable again; \(keys)."
        case .incomplete:
            "INCOMPLETE. \(counted(after, "value")) \(after == 1 ? "stays" : "stay" as Phrase) unreadable; \(keys)."
        case .unproven: "UNKNOWN. Not all values were checked; \(keys)."
        }
    }

    /// `aescbc key1 (fingerprint …) from FILE`, with the name in that file if it differs.
    private func name(_ key: KeyAtHand) throws(CommandFailure) -> Phrase {
        guard case .key(let secret, let provider) = key.key else {
            return key.storedName.map { "\(key.key.provider) \(name: $0)" } ?? "identity"
        }
        var text: Phrase = "\(provider) \(name: key.storedName ?? secret.name)\(try fingerprintNote(of: secret))"
        if let origin = origin(key) { text += " from \(fileName(origin))" }
        if secret.name != key.storedName { text += ", where its name is \(name: secret.name)" }
        return text
    }

    private var next: NextCommand {
        if plan.added.isEmpty {
            switch judgement.verdict {
            case .complete: return NextCommand(reason: "nothing")
            case .incomplete:
                return NextCommand(reason: "find the lost key, or restore these values from a backup")
            case .unproven: return NextCommand(reason: "close the gaps above, then run `encconf rescue` again")
            }
        }
        guard let output, file.path != "-" else {
            return NextCommand(
                needs: ["--output-file PATH"], reason: "write the new file, then roll it out on every server")
        }
        return NextCommand(
            command:
                "encconf diff \(ShellWord.quoted(file.path)) \(ShellWord.quoted(output))\(readingOptions)",
            reason: "prove the change again, then roll out \(output) on every control-plane node")
    }
}

extension RescueReport {
    public func value() throws(CommandFailure) -> ReportValue {
        var added: [ReportValue] = []
        for key in plan.added {
            added.append(
                try value(key.key) + [
                    "path": .text(key.path), "newEntry": .bool(key.isInNewEntry), "resources": value(key.patterns),
                    "values": .number(key.values),
                ])
        }
        var refused: [ReportValue] = []
        for key in plan.refused {
            refused.append(
                try value(key.key) + [
                    "resources": value(key.patterns), "values": .number(key.values),
                    "reason": .phrase(key.obstacle.explanation),
                ])
        }
        var unreadable: [ReportValue] = []
        for source in judgement.sources {
            for group in source.unreadable {
                unreadable.append(
                    ["source": .text(source.name)]
                        + group.members(in: plan.configuration.kubernetes)
                        + ["decryptable": group.isPluginMissing ? .null : .bool(group.isOpenable)])
            }
        }
        return .report(
            kind: "RescueReport",
            [
                "file": .text(file.path), "hash": .text(file.hash), "verdict": .word(judgement.verdict),
                "written": .text(output), "writtenHash": output == nil ? .null : .text(outputHash),
                "added": .array(added), "notAdded": .array(refused),
                "sources": .array(judgement.sources.map(\.value)), "unreadable": .array(unreadable),
                "next": next.value,
            ])
    }

    private func value(_ patterns: [ResourcePattern]) -> ReportValue {
        .array(patterns.map { .text($0.description) })
    }

    private func value(_ key: KeyAtHand) throws(CommandFailure) -> ReportValue {
        try key.members(from: origin(key))
    }
}

extension RescueJudgement.Source {
    fileprivate var value: ReportValue {
        [
            "path": .text(name), "revision": .number(revision), "unreadableBefore": .number(unreadableBefore),
            "unreadable": .number(unreadableCount),
            "doubts": .array(doubts.map { .phrase($0.sentence(isAsked: true)) }),
        ]
    }
}

extension KeyAtHand {
    /// The key as a report names it.
    ///
    /// - Parameter origin: The configuration that has it.
    func members(from origin: String?) throws(CommandFailure) -> ReportValue {
        var print: String?
        if case .key(let secret, _) = key { print = try fingerprint(of: secret) }
        return [
            "provider": .word(key.provider), "key": .name(storedName), "fingerprint": .text(print),
            "from": .text(origin), "nameThere": .name(key.name),
        ]
    }
}

extension UnreadableGroup {
    var pronoun: Phrase { count == 1 ? "it" : "them" }

    /// The group as a report shows it.
    func members(in kubernetes: KubernetesVersion) -> ReportValue {
        [
            "resource": .text(resource.description), "provider": .word(label.provider?.rawValue ?? "unknown"),
            "key": .name(label.key), "cause": .word(cause), "apiserverError": .text(apiserverText(in: kubernetes)),
            "message": .phrase(cause.sentence), "objects": .number(count),
            "listed": .array(
                values.map { ["etcdKey": .phrase($0.place), "revision": .number($0.revision)] }),
        ]
    }
}
