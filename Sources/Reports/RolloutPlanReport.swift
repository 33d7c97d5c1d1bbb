public import ShownText

/// All phases of a rollout, before it begins.
public struct RolloutPlanReport {
    /// One phase: what it does, and what must have been seen before it begins.
    struct Phase {
        let name: String
        let does: Phrase
        let demands: Phrase
    }

    let file: String
    let phases: [Phase]

    /// - Parameters:
    ///   - file: The file.
    ///   - delivery: How the file comes to the servers.
    ///   - archive: Where removed keys are kept; nil to destroy them.
    ///   - snapshots: Where snapshots are kept; nil for none.
    ///   - newKey: What is to write in the end.
    ///   - isKMSKeyChange: Whether the file stays as it is.
    public init(
        file: String, delivery: Phrase, archive: String?, snapshots: String?, newKey: Phrase, isKMSKeyChange: Bool
    ) {
        self.file = file
        let converge: Phrase = "every server is seen to run the file"
        func deliver(_ what: Phrase) -> Phase {
            Phase(name: "deliver", does: "\(delivery); wait until \(converge)", demands: what)
        }
        let rewrite = Phase(
            name: "rewrite", does: "have every stored value written anew that is stored with another key",
            demands: "\(converge), for longer than a request lasts")
        let audit = Phase(
            name: "audit", does: "read etcd at a later revision and open every value",
            demands: "the rewrite is over")
        let snapshot = snapshots.map { folder in
            Phase(name: "snapshot", does: "save etcd to \(folder)", demands: "every stored value can be read")
        }
        let lastSnapshot = snapshots.map { folder in
            Phase(
                name: "snapshot", does: "save etcd to \(folder)",
                demands: "every stored value is stored as the file says")
        }
        if isKMSKeyChange {
            phases =
                [
                    Phase(name: "servers", does: "ask every server what it runs", demands: "nothing"),
                    Phase(
                        name: "key-ids", does: "wait until every server uses the key ID that the plugin reports",
                        demands: "\(converge)"),
                ] + [snapshot].compactMap { $0 } + [rewrite, audit] + [lastSnapshot].compactMap { $0 }
            return
        }
        let away: Phrase = archive.map { "keep them in \($0)" } ?? "destroy them"
        phases =
            [
                Phase(name: "servers", does: "ask every server what it runs", demands: "nothing"),
                Phase(name: "audit", does: "read etcd and open every value", demands: "\(converge) as it is now"),
            ] + [snapshot].compactMap { $0 } + [
                Phase(name: "add", does: "put \(newKey) second in \(file)", demands: "every stored value can be read"),
                deliver("it is in \(file)"),
                Phase(
                    name: "promote", does: "make it write",
                    demands: "\(converge), so that each reads it"),
                deliver("it stands first in \(file)"), rewrite, audit,
                Phase(
                    name: "retire", does: "take the old keys out of \(file), and \(away)",
                    demands: "the audit proves that no stored value uses them"),
                deliver("the old keys are out of \(file)"), audit,
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
            "\(index + 1). \(phase.name): \(phase.does)\n   before: \(phase.demands)\n"
        }.joined()
    }
}
