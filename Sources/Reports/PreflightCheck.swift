internal import ClusterRollout
internal import Diagnostics
internal import EncryptionConfig
public import Explanations
internal import KMSPlugin
internal import KeyTransition
internal import KubernetesAPI
public import NodePreflight
public import ShownText
internal import StorageAudit
internal import Transformers

/// One line of a preflight.
public struct PreflightCheck: Sendable {
    let id: String
    let category: CheckCategory
    /// What it is about, where there are several of one kind: a plugin, a source, a server.
    let subject: Phrase?
    let status: CheckStatus
    let stake: CheckStake
    let text: CheckText

    public init(
        _ id: String, _ category: CheckCategory, subject: Phrase? = nil, _ status: CheckStatus,
        stake: CheckStake = .other, _ text: CheckText
    ) {
        self.id = id
        self.category = category
        self.subject = subject
        self.status = status
        self.stake = stake
        self.text = text
    }

    public init(_ check: FileCheck, of path: String) {
        self.init(check.id, .file, check.status, stake: check.stake, check.text(of: path))
    }

    public init(_ check: MountCheck) {
        self.init(
            check.id, .mount, subject: check.plugin.map { Phrase(name: $0) }, check.status, stake: check.stake,
            check.text)
    }

    public init(_ check: FlagCheck) { self.init(check.id, .flags, check.status, stake: check.stake, check.text) }

    public init(_ scope: StoredScope) {
        self.init("stored-source", .stored, scope.status, stake: .reading, scope.text)
    }

    public init(_ place: ArchivePlace, of path: String) {
        self.init("backup-archive", .backup, subject: fileName(path), place.status, place.text(of: path))
    }

    /// Something that could not be looked at.
    public init(
        _ id: String, _ category: CheckCategory, subject: Phrase? = nil, stake: CheckStake = .other,
        unknown failure: CommandFailure
    ) {
        let problem = failure.problems.first
        self.init(
            id, category, subject: subject, .unknown, stake: stake,
            CheckText(problem?.message ?? "Cannot be checked.", hint: problem?.hint))
    }

    /// Whether it says that the configuration could not be read.
    public var isOfUnreadableFile: Bool { id == "file-accepted" && status == .unknown }

    var value: ReportValue {
        [
            "id": .word(id), "category": .word(category), "subject": .phrase(subject), "status": .word(status),
            "message": .phrase(text.message), "hint": .phrase(text.hint),
        ]
    }
}

extension Verification {
    /// What the attributes of the file say is judged with the server's user, in checks of their own.
    private static let attributeCodes: Set = ["ENC0260", "ENC0261", "ENC0262"]

    /// Whether kube-apiserver accepts the file, and one check for each warning.
    public var preflightChecks: [PreflightCheck] {
        guard isAccepted, apiserverError == nil else {
            let hint = diagnostics.first { $0.severity == .error }?.hint
            return [
                PreflightCheck(
                    "file-accepted", .file, .failed, stake: .start,
                    CheckText(
                        ServerVerdict.sentence(apiserverError ?? "", path: path, in: kubernetes),
                        hint: hint.map { Phrase(foreign: $0) }))
            ]
        }
        let accepted = PreflightCheck(
            "file-accepted", .file, .ok, stake: .start,
            CheckText("kube-apiserver \(kubernetes) accepts \(fileName(path)); \(hash)"))
        let warnings = diagnostics.filter { $0.severity == .warning && !Self.attributeCodes.contains($0.code) }
        return [accepted]
            + warnings.map { diagnostic in
                let line: Phrase = diagnostic.position.map { "line \($0.line): " } ?? ""
                return PreflightCheck(
                    diagnostic.code, .file, .warning,
                    CheckText(
                        "\(line)\(Phrase(foreign: diagnostic.message))",
                        hint: diagnostic.hint.map { Phrase(foreign: $0) }))
            }
    }
}

extension UpgradeReport {
    /// What the next version of Kubernetes makes of the file.
    public var preflightCheck: PreflightCheck {
        PreflightCheck(
            "flag-upgrade", .flags, status == .success ? .ok : .warning,
            CheckText(
                conclusion,
                hint: status == .success ? nil : "before an upgrade, see encconf verify with --upgrade-to"))
    }
}

extension KMSStatusReport {
    /// The calls of one examination: Status or Version, Encrypt, Decrypt.
    private static let callsOfExamination = 3.0

    /// Whether each plugin answers, and how long it takes.
    ///
    /// - Parameter isElsewhere: Whether a plugin was asked at another socket than the one of the server. Then its answer
    ///   does not show what the server would get.
    public func preflightChecks(isElsewhere: Bool) -> [PreflightCheck] {
        guard !rows.isEmpty else {
            return [PreflightCheck("plugin-answer", .plugin, .ok, CheckText("The file needs no KMS plugin."))]
        }
        return rows.flatMap { row -> [PreflightCheck] in
            let name = Phrase(name: row.plugin.name)
            let status: CheckStatus =
                switch row.verdict {
                case .healthy: isElsewhere ? .unknown : .ok
                case .unhealthy: .failed
                case .unreachable: .unknown
                }
            let answer = PreflightCheck(
                "plugin-answer", .plugin, subject: name, status, stake: .start,
                CheckText(
                    row.examination.problem.map(\.sentence)
                        ?? "\(name) encrypts and decrypts a random key at \(name: row.endpoint)"
                        + (isElsewhere ? ", which is not the socket of the server (--kms-endpoint)." : "."),
                    hint: status == .ok ? nil : "see encconf kms status, and the log of the plugin"))
            guard row.verdict == .healthy else { return [answer] }
            let milliseconds = row.elapsedSeconds / Self.callsOfExamination * 1000
            let limit = Double(row.plugin.timeout) / 1e6
            let isSlow = milliseconds * 2 > limit
            return [
                answer,
                PreflightCheck(
                    "plugin-latency", .plugin, subject: name, isSlow ? .warning : .ok,
                    CheckText(
                        "A call of \(name) takes about \(Int(milliseconds.rounded(.up))) ms; its timeout is "
                            + "\(Int(limit)) ms.",
                        hint: isSlow ? "set a longer timeout, or find out why the plugin is slow" : nil)),
            ]
        }
    }
}

extension AuditReport {
    /// The distinct keys that a plugin would have to decrypt, and did not.
    public var openPluginCalls: Int { result.live.pluginCalls.count }

    /// Whether everything stored is readable, and which keys it needs.
    ///
    /// - Parameter id: `stored-readable` or `backup-readable`.
    public func preflightChecks(id: String, _ category: CheckCategory) throws(CommandFailure) -> [PreflightCheck] {
        let name = Phrase(foreign: path)
        let isStored = category == .stored
        let status: CheckStatus =
            switch judgement.verdict {
            case .clean: .ok
            case .findings: .failed
            case .unknown: .unknown
            }
        let message: Phrase =
            status == .ok
            ? "Every value of \(name) is readable: \(counted(judgement.coverage.records.judged, "value")) at revision "
                + "\(result.source.revision)." : "\(name): \(verdictSentence)"
        let hint: Phrase? =
            switch status {
            case .failed where isStored:
                "a restarted kube-apiserver would not become ready; find the keys with encconf audit and --triage"
            case .failed: "add the archive that has the keys with --archive"
            case .unknown: "see encconf audit with the same source"
            default: nil
            }
        var checks = [
            PreflightCheck(
                id, category, subject: name, status, stake: isStored ? .reading : .other,
                CheckText(message, hint: hint))
        ]
        guard isStored else { return checks }
        let keys = try keyRows(of: result.live).map { row in
            "\(row.label.provider.map { "\($0)" } ?? "unknown" as Phrase)\(row.label.key.map { " \(name: $0)" } ?? "") (\(row.objects))"
                as Phrase
        }
        if !keys.isEmpty {
            checks.append(
                PreflightCheck(
                    "stored-keys", category, subject: name, .ok,
                    CheckText("Its values need: \(keys.joined(separator: ", "))")))
        }
        return checks
    }
}

extension ServerReport {
    /// Whether every server runs the file in force, and is ready.
    public var preflightChecks: [PreflightCheck] {
        let status: CheckStatus =
            switch census.converged {
            case .yes: .ok
            case .no: .failed
            case .unknown: .unknown
            }
        let problem = status == .ok ? nil : problems.first
        let runs: Phrase = "\(counted(census.servers.count, "server")) run\(census.servers.count == 1 ? "s" : "")"
        var checks = [
            PreflightCheck(
                "servers-file", .servers, status,
                CheckText(
                    problem?.message ?? "\(runs) \(file.map { fileName($0) } ?? "the same file").", hint: problem?.hint)
            )
        ]
        for server in census.servers {
            guard let readiness = server.sighting?.readiness else { continue }
            checks.append(
                PreflightCheck(
                    "servers-ready", .servers, subject: "\(server.host ?? server.id)",
                    readiness.isReady ? .ok : .warning,
                    CheckText(
                        "\(server.host ?? server.id) is \(readiness.isReady ? "ready" : "not ready" as Phrase).",
                        hint: readiness.isReady ? nil : "restart no other server until this one is ready")))
        }
        return checks
    }
}

extension TransitionReport {
    /// Whether the new file can replace the one in force.
    ///
    /// - Parameters:
    ///   - new: The new file.
    ///   - old: The file in force.
    ///   - options: What `diff` needs to see the same evidence.
    public func preflightCheck(new: String, old: String, options: [String]) -> PreflightCheck {
        let check: CheckStatus =
            switch status {
            case .success: .ok
            case .unproven: .unknown
            default: .failed
            }
        let command =
            [old, new].compactMap { shellArgument($0) }.joined(separator: " ") + options.map { " \($0)" }.joined()
        return PreflightCheck(
            "servers-change", .servers, check, stake: .reading,
            CheckText(
                "\(fileName(new)): \(Self.verdict(safe: proof.safe, rolling: proof.rolling))",
                hint: check == .ok ? nil : "see the reasons with `encconf diff \(command)`"))
    }
}
