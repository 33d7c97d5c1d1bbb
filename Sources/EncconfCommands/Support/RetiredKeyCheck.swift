internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import KeyRotation
internal import KubernetesResources
internal import Reports
internal import SecretMemory
internal import StorageAudit
internal import Terminal
internal import Transformers

/// Shows by evidence that no stored value needs the keys that a step takes out of the file.
struct RetiredKeyCheck {
    private let retired: [RetiredProvider]
    private let old: ResourceResolution
    let new: ResourceResolution
    private let isDiscarded: Bool

    /// - Parameter isDiscarded: Whether the keys are kept nowhere.
    init(
        _ retired: [RetiredProvider], from old: EncryptionConfiguration, to new: EncryptionConfiguration,
        isDiscarded: Bool
    ) {
        self.retired = retired
        self.old = ResourceResolution(old)
        self.new = ResourceResolution(new)
        self.isDiscarded = isDiscarded
    }

    private var labels: [StoredKeyLabel] { retired.flatMap(\.labels).uniqued() }

    /// What the entries that lose a key name.
    private var patterns: [ResourcePattern] { retired.flatMap(\.resources).uniqued() }

    /// - Parameter acceptsGaps: Whether somebody says in so many words that what the evidence does not show is not there.
    /// - Throws: The values that would become unreadable, by resource; or what is missing to the proof that there are
    ///   none.
    /// - Returns: What must be known of what goes.
    func check(_ evidence: Evidence, acceptsGaps: Bool) throws(CommandFailure) -> [CommandFailure.Problem] {
        guard !labels.isEmpty else { return [] }
        var warnings: [CommandFailure.Problem] = []
        let problems = usedKeys(evidence, &warnings) + lostValues(evidence, &warnings)
        guard problems.isEmpty else { throw CommandFailure(problems) }
        let gaps = patterns.compactMap { pattern in
            evidence.gap(in: pattern).map { evidence.problem(with: pattern, $0) }
        }
        guard gaps.isEmpty || acceptsGaps else {
            let refusal = CommandFailure.Problem(
                message: "the evidence does not show all that may need what goes, so nothing is written",
                hint: "--without-evidence, beside it, says in so many words that nothing else does")
            throw CommandFailure(gaps + [refusal], status: .unproven)
        }
        warnings += gaps
        if isDiscarded, !evidence.isWholeStore {
            warnings.append(
                CommandFailure.Problem(
                    message:
                        "what goes is kept nowhere, and resources that the file does not name may need it in an etcd "
                        + "that was not read", hint: Self.keeping))
        }
        return warnings
    }

    /// Says what was proven, and of what.
    func tell(of evidence: Evidence, _ console: Console) {
        guard !labels.isEmpty else { return }
        for source in evidence.sources { tell(of: source, evidence, console) }
    }

    /// Stored values of the keys. All resources count, not only those of the entry: values of what is no longer listed
    /// need the key too.
    private func usedKeys(
        _ evidence: Evidence, _ warnings: inout [CommandFailure.Problem]
    ) -> [CommandFailure.Problem] {
        var problems: [CommandFailure.Problem] = []
        for label in labels {
            for (resource, count) in uses(of: label, in: evidence) where !Self.reads(label, new.rule(for: resource)) {
                if Self.reads(label, old.rule(for: resource)) {
                    problems.append(
                        CommandFailure.Problem(
                            message: "\(count) stored values of \(resource) still use \(label.text)",
                            hint: "rewrite the objects, take a new snapshot, and try again"))
                    continue
                }
                let orphans =
                    "\(count) stored values of \(resource), for which the file has no such key, use \(label.text)"
                if isDiscarded {
                    problems.append(
                        CommandFailure.Problem(
                            message: "\(orphans); without it nobody can read them", hint: Self.keeping))
                } else {
                    warnings.append(
                        CommandFailure.Problem(message: orphans, hint: "keep the archive until they are gone"))
                }
            }
        }
        return problems
    }

    /// Stored values of the ciphers in question that no key of the file opens, of whatever resource. One that goes may be
    /// theirs by its bytes, if names were changed or a name has other bytes now. With a plugin no key is lost.
    private func lostValues(
        _ evidence: Evidence, _ warnings: inout [CommandFailure.Problem]
    ) -> [CommandFailure.Problem] {
        var problems: [CommandFailure.Problem] = []
        let ciphers = Set(labels.map(\.provider)).intersection([.aescbc, .aesgcm, .secretbox])
        for (resource, census) in evidence.census.sorted(by: { $0.key < $1.key }) {
            let lost = census.byLabel.reduce(0) { sum, entry in
                guard let provider = entry.key.provider, ciphers.contains(provider) else { return sum }
                let label = StoredKeyLabel(provider: provider, key: entry.key.key)
                // These have been told of by the name of their key.
                guard !labels.contains(label) || Self.reads(label, new.rule(for: resource)) else { return sum }
                return sum + entry.value.objects - entry.value.opened
            }
            guard lost > 0 else { continue }
            let message =
                "\(lost) stored values of \(resource.description.printable) cannot be read under the file as it is, or are "
                + "not what their etcd keys name"
            if isDiscarded {
                problems.append(
                    CommandFailure.Problem(
                        message: "\(message); what goes may be what they need", hint: Self.keeping))
            } else {
                warnings.append(
                    CommandFailure.Problem(message: message, hint: "`encconf audit` lists them; keep the archive"))
            }
        }
        return problems
    }

    private static let keeping = "--archive FILE keeps it"

    /// How many values need a key, by resource.
    private func uses(of label: StoredKeyLabel, in evidence: Evidence) -> [(resource: GroupResource, count: Int)] {
        let found = evidence.uses(of: label)
        guard let name = label.key, let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")) else { return found }
        // Where the file has no such key, a value tells its name only up to the first colon.
        let beginning = StoredKeyLabel(provider: label.provider, key: ByteName(name.text[..<colon]))
        return found
            + evidence.uses(of: beginning).filter { resource, _ in
                let rule = old.rule(for: resource)
                return !Self.reads(label, rule) && !Self.reads(beginning, rule)
            }
    }

    private func tell(of source: EvidenceSource, _ evidence: Evidence, _ console: Console) {
        let report = source.report
        let seen = patterns.flatMap { evidence.resources(servedBy: $0) }.uniqued()
            .map { ($0, report.result.live.resources[$0]?.objects ?? 0) }.filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
        let names = TransitionReport.list(seen.map { .exact($0.0) })
        guard !seen.isEmpty else {
            let all = patterns.map(\.description.printable).sorted().joined(separator: ", ")
            return console.note("\(source.name): holds no object of \(all)")
        }
        console.note(
            "\(source.name): none of \(seen.reduce(0) { $0 + $1.1 }) objects of \(names) uses what is retired, as of "
                + "revision \(report.result.source.revision); that proves it if every server ran the file as it is "
                + "before then")
        let past = report.result.history?.resources.values.reduce(0) { sum, census in
            sum
                + census.byLabel.reduce(0) { sum, entry in
                    guard let provider = entry.key.provider else { return sum }
                    let label = StoredKeyLabel(provider: provider, key: entry.key.key)
                    return sum + (labels.contains(label) ? entry.value.objects : 0)
                }
        }
        guard let past, past > 0 else { return }
        console.note(
            "\(source.name): \(past) old revisions use it: until etcd compacts them, watches and lists that go back so far "
                + "fail")
    }

    private static func reads(_ label: StoredKeyLabel, _ rule: ResourceResolution.Rule?) -> Bool {
        guard let rule else { return false }
        return StorageKey.list(of: rule.providers).contains { $0.label == label }
    }
}

extension Sequence where Element: Hashable {
    /// Each once, in order.
    fileprivate func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
