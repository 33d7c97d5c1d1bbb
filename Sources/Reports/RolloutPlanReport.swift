public import ShownText

/// All phases of a rollout, before it starts.
public struct RolloutPlanReport {
    /// One phase: its action, and the condition that must be proven before it starts.
    struct Phase {
        let name: String
        let does: Phrase
        let demands: Phrase
    }

    let file: String
    let phases: [Phase]

    /// - Parameters:
    ///   - file: The file.
    ///   - delivery: How the file is copied to the servers.
    ///   - archive: The file of removed keys; nil to destroy them.
    ///   - snapshots: The folder of snapshots; nil for none.
    ///   - newKey: The new write key.
    ///   - isKMSKeyChange: Whether the file stays unchanged.
    public init(
        file: String, delivery: Phrase, archive: String?, snapshots: String?, newKey: Phrase, isKMSKeyChange: Bool
    ) {
        self.file = file
        let converge: Phrase = "every server runs the file"
        func deliver(_ what: Phrase) -> Phase {
            Phase(name: "deliver", does: "\(delivery); wait until \(converge)", demands: what)
        }
        let rewrite = Phase(
            name: "rewrite", does: "re-encrypt every value that does not use the write key",
            demands: "\(converge), and older requests have ended")
        let audit = Phase(
            name: "audit", does: "read etcd at a later revision and decrypt every value", demands: "the rewrite is done"
        )
        let snapshot = snapshots.map { folder in
            Phase(name: "snapshot", does: "save a snapshot in the folder \(folder)", demands: "every value is readable")
        }
        let lastSnapshot = snapshots.map { folder in
            Phase(
                name: "snapshot", does: "save a snapshot in the folder \(folder)",
                demands: "every value uses the write key")
        }
        if isKMSKeyChange {
            phases =
                [
                    Phase(name: "servers", does: "ask every server which file it runs", demands: "nothing"),
                    Phase(
                        name: "key-ids", does: "wait until every server uses the key ID of the plugin",
                        demands: "\(converge)"),
                ] + [snapshot].compactMap { $0 } + [rewrite, audit] + [lastSnapshot].compactMap { $0 }
            return
        }
        let away: Phrase = archive.map { "keep them in \($0)" } ?? "destroy them"
        phases =
            [
                Phase(name: "servers", does: "ask every server which file it runs", demands: "nothing"),
                Phase(
                    name: "audit", does: "read etcd and decrypt every value",
                    demands: "every server runs the present file"),
            ] + [snapshot].compactMap { $0 } + [
                Phase(
                    name: "add", does: "add \(newKey) as a read key to \(file)", demands: "every value is readable"),
                deliver("the new key is in \(file)"),
                Phase(
                    name: "promote", does: "make it the write key", demands: "\(converge), so each can decrypt with it"),
                deliver("it is the write key in \(file)"), rewrite, audit,
                Phase(
                    name: "retire", does: "remove the old keys from \(file), and \(away)",
                    demands: "the audit proves that no value uses them"),
                deliver("the old keys are removed from \(file)"), audit,
            ] + [lastSnapshot].compactMap { $0 }
    }

    public var value: ReportValue {
        .report(
            kind: "RolloutPlan",
            [
                "file": .text(file),
                "phases": .array(
                    phases.map { ["phase": .word($0.name), "does": .phrase($0.does), "demands": .phrase($0.demands)] }),
            ])
    }

    public var text: Phrase {
        phases.enumerated().map { index, phase in
            "\(index + 1). \(phase.name): \(phase.does)\n   requires: \(phase.demands)\n"
        }.joined()
    }
}
