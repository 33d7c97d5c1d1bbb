public import ClusterRollout
public import Explanations
public import KubernetesAPI
internal import KubernetesVersions
internal import SecretMemory
public import ShownText
internal import Transformers

/// Which kube-apiservers there are, and whether each of them runs a file.
public struct ServerReport {
    /// The file that is asked about; nil to compare the servers alone.
    let file: String?
    let hash: String?
    public let census: ServerCensus
    /// Why the Leases or the addresses could not be read.
    let failures: [APIFailure]
    /// The UID of the namespace `kube-system`.
    public var clusterUID: String?
    public var etcdClusterID: UInt64?
    /// Of etcd, read after the last server was seen to run the file, when what began before had ended.
    public var revision: Int64?
    /// Why there is no revision though all servers run the file; nil if there is one, or nobody can know it.
    public var revisionGap: Phrase?

    public init(file: String?, hash: String?, census: ServerCensus, failures: [APIFailure]) {
        self.file = file
        self.hash = hash
        self.census = census
        // Both questions mostly fail for one reason.
        self.failures = failures.reduce(into: []) { list, failure in
            if !list.contains(where: { $0.explanation == failure.explanation }) { list.append(failure) }
        }
    }

    public var status: ExitStatus {
        switch census.converged {
        case .yes: .success
        case .no: .findings
        case .unknown: .unproven
        }
    }

    // MARK: JSON

    public var value: ReportValue {
        .report(
            kind: "ServerReport",
            [
                "file": .text(file), "hash": .text(hash), "servers": .array(census.servers.map(value)),
                "converged": .word(census.converged), "writesAsFile": hash == nil ? .null : .bool(census.writesAsFile),
                "clusterUID": .text(clusterUID), "etcdClusterID": .text(etcdClusterID.map { String($0, radix: 16) }),
                "revision": .number(revision), "revisionGap": .phrase(revisionGap),
                "leases": .number(census.leaseCount),
                "endpoints": .number(census.endpointCount),
                "gaps": .array((census.gaps.map(\.explanation) + failures.map(\.sentence)).map { .phrase($0) }),
            ])
    }

    private func value(_ server: ServerStanding) -> ReportValue {
        let metrics = server.sighting?.metrics
        let kubernetes = server.sighting?.kubernetes
        // A version that does not tell of reloads may have loaded the file after its start.
        let tellsReloads = kubernetes?.tellsReloads ?? true
        return [
            "id": .text(server.id), "host": .text(server.host), "address": .text(server.address),
            "version": .text(server.sighting?.version), "hash": .text(server.hash), "loaded": .word(server.loaded),
            "ready": server.sighting?.readiness.map { .bool($0.isReady) } ?? .null,
            "startedAt": .text(metrics?.startTime.map { UTCTime.rfc3339(Int64($0)) }),
            "loadedAt": !tellsReloads
                ? .null
                : .text(
                    [metrics?.startTime, metrics?.lastReload].compactMap { $0 }.max().map { UTCTime.rfc3339(Int64($0)) }
                ),
            "automaticReload": server.sighting?.reloadsAutomatically.map { .bool($0) } ?? .null,
            "reloadTrigger": kubernetes.map { $0.reloadTrigger == .polling ? "polling" : "fileEvents" } ?? .null,
            "failedReloads": tellsReloads ? .number(metrics?.failedReloads) : .null, "writesAs": writesAs(server),
            "usesOfSecrets": .array(
                (metrics?.uses(of: "secrets") ?? []).map {
                    ["prefix": .name($0.prefix), "reads": .count($0.reads), "writes": .count($0.writes)]
                }),
            "seenAt": .text(server.sighting.map { UTCTime.rfc3339($0.seenAt) }),
            "problems": .array(server.problems.map { .phrase($0.explanation) }),
        ]
    }

    /// What a canary showed.
    private func writesAs(_ server: ServerStanding) -> ReportValue {
        guard case .wrote(let label, _)? = server.sighting?.canary else { return .null }
        return ["provider": .word(label.provider), "key": .name(label.key)]
    }

    /// The receipt of kind `ConvergenceReceipt`; nil unless every server runs the file.
    ///
    /// - Parameter time: Seconds since 1970.
    public func receipt(time: Int64) -> ReportValue? {
        guard let file, let hash, census.converged == .yes else { return nil }
        return .report(
            kind: "ConvergenceReceipt",
            [
                "file": .text(file), "hash": .text(hash),
                "servers": .array(
                    census.servers.map {
                        [
                            "id": .text($0.id), "host": .text($0.host), "hash": .text($0.hash),
                            "seenAt": .text($0.sighting.map { UTCTime.rfc3339($0.seenAt) }),
                        ]
                    }),
                "clusterUID": .text(clusterUID), "etcdClusterID": .text(etcdClusterID.map { String($0, radix: 16) }),
                "revision": .number(revision), "time": .text(UTCTime.rfc3339(time)),
            ])
    }

    /// What keeps it from being known that every server runs the file, for another command.
    public var problems: [CommandFailure.Problem] {
        let ofServers = census.servers.filter { $0.loaded != .yes }.flatMap { server in
            server.problems.map { problem in
                CommandFailure.Problem(
                    message: "\(server.host ?? server.id): \(problem.explanation)", hint: problem.hint(lease: server.id)
                )
            }
        }
        let ofAll =
            census.gaps.map { CommandFailure.Problem(message: $0.explanation, hint: $0.hint) }
            + failures.map { CommandFailure.Problem(message: $0.sentence, hint: $0.hint) }
        return ofServers + ofAll + [CommandFailure.Problem(message: doubt)]
    }

    // MARK: Text

    public var text: Phrase {
        var table = TextTable(header: ["SERVER", "ADDRESS", "VERSION", "READY", "RUNS", "HASH"])
        for server in census.servers {
            table.append([
                "\(server.host ?? server.id)", "\(server.address ?? "-")", "\(server.sighting?.version ?? "-")",
                server.sighting?.readiness.map { $0.isReady ? "yes" : "no" } ?? "-", runs(server),
                "\(server.hash.map(Self.short) ?? "-")",
            ])
        }
        var lines: Phrase = census.servers.isEmpty ? "" : Phrase(table)
        for server in census.servers {
            for problem in server.problems {
                lines += "\(server.host ?? server.id): \(problem.explanation)\n"
                if let hint = problem.hint(lease: server.id) { lines += "  \(hint)\n" }
            }
            if server.hash == nil { lines += uses(server) }
        }
        for failure in failures { lines += "\(failure.sentence)\n" }
        for gap in census.gaps { lines += "\(gap.explanation)\n  \(gap.hint)\n" }
        return lines + conclusion
    }

    /// What a server that shows no hash has done with Secrets since its start: no proof, and often enough to see what is wrong.
    private func uses(_ server: ServerStanding) -> Phrase {
        let uses = server.sighting?.metrics?.uses(of: "secrets") ?? []
        func names(_ count: (ServerMetrics.Use) -> Double) -> Phrase {
            let used = uses.filter { count($0) > 0 && !$0.prefix.hasPrefix("k8s:enc:") }
            return used.isEmpty
                ? "nothing"
                : used.map {
                    $0.prefix.isEmpty || $0.prefix == "identity" ? "plaintext" : "\(name: $0.prefix)" as Phrase
                }
                .joined(separator: ", ")
        }
        return uses.isEmpty
            ? "" : "  since its start it wrote Secrets with \(names(\.writes)), and read them with \(names(\.reads))\n"
    }

    private func runs(_ server: ServerStanding) -> Phrase {
        guard hash != nil else { return "-" }
        return switch server.loaded {
        case .yes: "this file"
        case .no: "another"
        case .unknown: server.writesAsFile ? "writes alike" : "unknown"
        }
    }

    private var doubt: Phrase {
        let name = fileName(file ?? "the file")
        return census.converged == .no
            ? "not all servers run \(name)" : "whether all servers run \(name) is not known"
    }

    private var conclusion: Phrase {
        let count = census.servers.count
        var text: Phrase
        switch census.converged {
        case .yes:
            text =
                file.map { "All \(count) servers run \($0), \(hash ?? "").\n" }
                ?? "All \(count) servers run one file.\n"
        case .no:
            text = file.map { "Not all servers run \($0).\n" } ?? "The servers run different files.\n"
        case .unknown:
            text =
                file.map { "Whether all servers run \($0) is not known.\n" } ?? "What all servers run is not known.\n"
        }
        if let revision {
            text += "What is stored at revision \(revision) of etcd, or later, is stored by servers that run it.\n"
        }
        if let revisionGap { text += "\(revisionGap)\n" }
        return text
    }

    /// Enough of a hash to tell files apart.
    private static func short(_ hash: String) -> String { String(hash.dropFirst(7).prefix(12)) }
}

extension APIFailure {
    fileprivate var sentence: Phrase { "the cluster could not be asked for its servers: \(explanation)" }
}
