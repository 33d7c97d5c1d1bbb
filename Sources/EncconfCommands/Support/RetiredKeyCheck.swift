internal import EncryptionConfig
internal import KubernetesResources
internal import StorageAudit
internal import Transformers

/// Shows by snapshots that no stored value needs the keys that a step takes out of the file.
struct RetiredKeyCheck {
    private let retired: [RetiredProvider]
    private let old: ResourceResolution
    private let new: ResourceResolution
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

    /// - Throws: The values that would become unreadable, by resource. All resources count, not only those of the entry:
    ///   values of what is no longer listed need the key too.
    func check(
        _ stored: SnapshotEvidence, _ reports: [AuditReport], _ console: Console
    ) throws(CommandFailure) {
        guard !labels.isEmpty else { return }
        var (problems, warnings): ([CommandFailure.Problem], [String]) = ([], [])
        for label in labels {
            for (resource, count) in uses(of: label, in: stored) where !Self.reads(label, new.rule(for: resource)) {
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
                            message: "\(orphans); without it nobody can read them", hint: "--archive FILE keeps it"))
                } else {
                    warnings.append(orphans)
                }
            }
        }
        guard problems.isEmpty else { throw CommandFailure(problems) }
        guard reports.contains(where: { concernedCount(in: $0) > 0 }) else {
            throw CommandFailure(
                "\(reports.map(\.path.printable).joined(separator: ", ")): shows nothing: it holds no object of \(names)",
                hint:
                    "is it the right cluster, and all of it? --without-evidence says in so many words that none is needed",
                status: .unproven)
        }
        for warning in warnings { console.warning(warning, hint: "keep the archive until they are gone") }
        for report in reports { note(report, console) }
    }

    /// How many values need a key, by resource.
    private func uses(
        of label: StoredKeyLabel, in stored: SnapshotEvidence
    ) -> [(resource: GroupResource, count: Int)] {
        let found = stored.uses(of: label)
        guard let name = label.key, let colon = name.firstIndex(of: ":") else { return found }
        // Where the file has no such key, a value tells its name only up to the first colon.
        let beginning = StoredKeyLabel(provider: label.provider, key: String(name[..<colon]))
        return found
            + stored.uses(of: beginning).filter { resource, _ in
                let rule = old.rule(for: resource)
                return !Self.reads(label, rule) && !Self.reads(beginning, rule)
            }
    }

    /// The objects of the resources for which the file has a retired key.
    private func concernedCount(in report: AuditReport) -> Int {
        let concerned = report.result.live.resources.filter { resource, _ in
            labels.contains { Self.reads($0, old.rule(for: resource)) }
        }
        return concerned.values.reduce(0) { $0 + $1.objects }
    }

    private var names: String {
        Set(retired.flatMap(\.resources)).map(\.description.printable).sorted().joined(separator: ", ")
    }

    /// Says what was proven, and of what.
    private func note(_ report: AuditReport, _ console: Console) {
        let count = concernedCount(in: report)
        guard count > 0 else {
            return console.warning(
                "\(report.path.printable): holds no object of \(names)",
                hint: "is it the snapshot of the right cluster?")
        }
        console.note(
            "\(report.path.printable): none of \(count) objects of \(names) uses what is retired, as of revision "
                + "\(report.result.source.revision); that proves it if every server ran the file as it is before then")
        if case .etcd(let etcd) = report.result.source.origin, let prefix = etcd.onlyPrefix {
            console.warning(
                "\(report.path.printable): keys that do not begin with \(prefix)/ were not read, and may need it",
                hint: "leave --etcd-prefix out, if you may read everything")
        }
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
            "\(report.path.printable): \(past) old revisions use it: until etcd compacts them, watches and lists that go "
                + "back so far fail")
    }

    private static func reads(_ label: StoredKeyLabel, _ rule: ResourceResolution.Rule?) -> Bool {
        guard let rule else { return false }
        return StorageKey.list(of: rule.providers).contains { $0.label == label }
    }
}

extension [StoredKeyLabel] {
    /// Each once, in order.
    fileprivate func uniqued() -> [StoredKeyLabel] {
        var seen: Set<StoredKeyLabel> = []
        return filter { seen.insert($0).inserted }
    }
}
