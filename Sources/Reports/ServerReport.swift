public import ClusterRollout
public import Explanations
public import KubernetesAPI
internal import KubernetesVersions
internal import SecretMemory
public import ShownText
internal import Transformers

/// The kube-apiservers of a cluster, and whether each runs a file.
public struct ServerReport {
    /// The file in question; nil to compare only the servers.
    let file: String?
    let hash: String?
    public let census: ServerCensus
    /// Why the Leases or the addresses could not be read.
    let failures: [APIFailure]
    /// The UID of the namespace `kube-system`.
    public var clusterUID: String?
    public var etcdClusterID: UInt64?
    /// The etcd revision after convergence, when all earlier requests had ended.
    public var revision: Int64?
    /// Why there is no revision although all servers run the file; nil if there is one, or it cannot be known.
    public var revisionGap: Phrase?

    public init(file: String?, hash: String?, census: ServerCensus, failures: [APIFailure]) {
        self.file = file
        self.hash = hash
        self.census = census
        // Both requests usually fail for the same reason.
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
        // A version that does not report reloads may have loaded the file after its start.
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

    /// The write key that a canary showed.
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

    /// The reasons why a server does not run the file, or why this is unknown, for another command.
    public var problems: [CommandFailure.Problem] {
        let ofServers = census.servers.filter { $0.loaded != .yes }.flatMap { server in
            server.problems.map { problem in
                CommandFailure.Problem(
                    message: "\(server.host ?? server.id): \(problem.explanation)", hint: problem.hint(lease: server.id)
                )
            }
        }
        // The cause before what follows from it.
        let ofAll =
            failures.map { CommandFailure.Problem(message: $0.sentence, hint: $0.hint) }
            + census.gaps.map { CommandFailure.Problem(message: $0.explanation, hint: $0.hint) }
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
        var lines = conclusion
        if !census.servers.isEmpty { lines += "\n\(Phrase(table))" }
        for server in census.servers {
            for problem in server.problems {
                lines += "\(server.host ?? server.id): \(problem.explanation)\n"
                if let hint = problem.hint(lease: server.id) { lines += "  hint: \(hint)\n" }
            }
            if server.hash == nil { lines += uses(server) }
        }
        for failure in failures { lines += "\(failure.sentence)\n" }
        for gap in census.gaps { lines += "\(gap.explanation)\n  hint: \(gap.hint)\n" }
        return lines
    }

    /// The keys that a server without a hash has used for Secrets since its start: not a proof, but useful for a diagnosis.
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
            ? "" : "  since its start it wrote Secrets with \(names(\.writes)) and read them with \(names(\.reads))\n"
    }

    private func runs(_ server: ServerStanding) -> Phrase {
        guard hash != nil else { return "-" }
        return switch server.loaded {
        case .yes: "this file"
        case .no: "another file"
        case .unknown: server.writesAsFile ? "same write key" : "unknown"
        }
    }

    private var doubt: Phrase {
        let name = fileName(file ?? "the file")
        return census.converged == .no
            ? "Not all servers run \(name)." : "Cannot tell whether all servers run \(name)."
    }

    /// The verdict, and what it means for stored values.
    private var conclusion: Phrase {
        let count = census.servers.count
        var text: Phrase
        switch census.converged {
        case .yes:
            let all = counted(count, "server")
            text =
                file.map {
                    "\($0): converged. \(count == 1 ? "The only server runs" : "All \(all) run" as Phrase) it.\n"
                }
                ?? "converged. \(count == 1 ? "There is only 1 server" : "All \(all) run the same file" as Phrase).\n"
            if let hash { text += "  file  \(hash)\n" }
        case .no:
            text =
                file.map { "\($0): NOT CONVERGED. Not all servers run it.\n" }
                ?? "NOT CONVERGED. The servers run different files.\n"
        case .unknown:
            text =
                file.map { "\($0): UNKNOWN. Cannot tell whether all servers run it.\n" }
                ?? "UNKNOWN. Cannot tell what all servers run.\n"
        }
        if let revision {
            text += "  etcd  revision \(revision): from here on, only servers with this file write values\n"
        }
        if let revisionGap { text += "  etcd  \(revisionGap)\n" }
        return text
    }

    /// The start of a hash, enough to identify a file.
    private static func short(_ hash: String) -> String { String(hash.dropFirst(7).prefix(12)) }
}

extension APIFailure {
    fileprivate var sentence: Phrase { "Cannot list the servers of the cluster: \(explanation)" }
}
