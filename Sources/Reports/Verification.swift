public import ConfigurationLint
public import Diagnostics
public import DurableFiles
public import EncryptionConfig
internal import EnvelopeCrypto
public import Explanations
public import KubernetesVersions
internal import Glibc
internal import SecretMemory
public import ShownText

/// The result of `verify` for one file.
public struct Verification {
    /// As the person gave it; `-` is standard input.
    public let path: String
    public let hash: String
    /// The error text of kube-apiserver, secrets redacted; nil if it accepts the file.
    let apiserverError: String?
    /// The version of kube-apiserver.
    let kubernetes: KubernetesVersion
    /// Whether that text differs from start to start.
    let variesByStart: Bool
    /// Nil if the file is refused.
    public let configuration: EncryptionConfiguration?
    public let diagnostics: [Diagnostic]
    /// Findings that are not reported.
    let suppressed: [Diagnostic]
    let lines: QuotableLines
    /// The change from the file that servers run now, with `--against`.
    public var transition: TransitionReport?
    /// The effect of an upgrade or downgrade, with `--upgrade-to` or `--downgrade-to`.
    public var upgrade: UpgradeReport?
    /// The audits of the evidence under this file.
    public var evidence: [AuditReport] = []

    var isAccepted: Bool { configuration != nil }

    /// Judges a file.
    /// - Parameters:
    ///   - options: The flags of the kube-apiserver that would be started with it.
    ///   - kubernetes: Its version.
    ///   - linter: Finds settings that are valid but dangerous.
    ///   - suppressedCodes: Codes of findings that are not reported.
    public init(
        of path: String, _ file: InputFile, options: ServerOptions, kubernetes: KubernetesVersion, headerless: Bool,
        linter: Linter, suppressedCodes: [String]
    ) throws(CommandFailure) {
        let content = file.content
        self.path = path
        self.kubernetes = kubernetes
        hash = try fileHash(content)
        var found: [Diagnostic]
        switch try ServerVerdict(
            on: content, path: path, options: options, kubernetes: kubernetes, headerless: headerless)
        {
        case .accepted(let document, let configuration):
            found = linter.findings(in: document, checked: configuration)
            self.configuration = configuration
            apiserverError = nil
            variesByStart = false
        case .refused(let refused):
            found = refused.diagnostics
            configuration = nil
            apiserverError = refused.apiserverError
            variesByStart = refused.variesByStart
        }
        if let further = FileFinding.furtherDocument(in: SecretBytes(copying: content.span)) {
            found.append(further.diagnostic)
        }
        found += (file.attributes?.findings(holdsKeys: KeyPresence.isFound(in: content)) ?? []).map(\.diagnostic)
        let suppressions = Suppressions(options: suppressedCodes, source: SecretBytes(copying: content.span))
        let file = shellArgument(path)
        found = found.map { diagnostic in file.map { diagnostic.naming(file: $0) } ?? diagnostic }
        diagnostics = found.filter { !suppressions.cover($0) }
        suppressed = found.filter { suppressions.cover($0) }
        lines = QuotableLines(
            SecretBytes(copying: content.span), wanted: Set(diagnostics.compactMap(\.position?.line)))
    }

    /// The exit status for this file.
    public func status(isStrict: Bool) -> ExitStatus {
        let statuses =
            [isAccepted && !(isStrict && count(.warning) > 0) ? .success : .findings]
            + [transition?.status, upgrade?.status].compactMap { $0 } + evidence.map(\.status)
        return [.findings, .unproven].first { statuses.contains($0) } ?? .success
    }

    func count(_ severity: Diagnostic.Severity) -> Int { diagnostics.count { $0.severity == severity } }
}

extension Verification {
    /// The findings as a compiler prints them, then the verdict.
    public func text(usesColor: Bool) throws(CommandFailure) -> Phrase {
        let name = fileName(path)
        let quotable = lines
        // Findings and quoted lines have passed the redaction of their document.
        let findings = DiagnosticText(file: path == "-" ? "standard input" : path, usesColor: usesColor) {
            quotable.text(ofLine: $0)
        }.text(of: diagnostics)
        var text = Phrase(stringLiteral: findings)
        if let apiserverError {
            text += ServerVerdict.sentence(apiserverError, path: path, in: kubernetes) + "\n"
            if variesByStart { text += "0xADDR is a memory address, which differs at each start.\n" }
        }
        if let upgrade { text += "\n\(upgrade.text)\n" }
        if let transition { text += "\n\(transition.text(new: path))\n" }
        for report in evidence { text += "\n\(try report.text())\n" }
        let verdict: Phrase = isAccepted ? "accepted" : "rejected"
        var counts = [(count(.warning), "warning"), (count(.note), "note")].filter { $0.0 > 0 }
            .map { counted($0.0, $0.1) }
        if !suppressed.isEmpty { counts.append("\(suppressed.count) suppressed") }
        let details: Phrase = counts.isEmpty ? "" : ", with " + counts.joined(separator: ", ")
        // What the answer on the file alone does not say.
        var reservations: [Phrase] = []
        if let upgrade, upgrade.status != .success { reservations.append("the \(upgrade.way)") }
        if let transition, transition.status != .success { reservations.append("the change") }
        if evidence.contains(where: { $0.status != .success }) { reservations.append("the stored values") }
        let but: Phrase = reservations.isEmpty ? "" : ", but see above: " + reservations.joined(separator: ", ")
        return text + "\(name): \(verdict) by kube-apiserver \(kubernetes)\(details)\(but); \(hash)\n"
    }

    /// The report of the kind `VerifyReport`.
    public func value() throws(CommandFailure) -> ReportValue {
        .report(
            kind: "VerifyReport",
            [
                "file": .text(path), "hash": .text(hash), "kubernetes": .text(kubernetes.description),
                "verdict": isAccepted ? "accepted" : "rejected",
                "apiserverError": .text(apiserverError), "apiserverErrorVaries": .bool(variesByStart),
                "effective": configuration.map { EffectiveTable($0).value } ?? [],
                "diagnostics": .array(diagnostics.map(\.value)), "suppressed": .array(suppressed.map(\.value)),
                "upgrade": upgrade?.value ?? .null, "upgradeConclusion": .phrase(upgrade?.conclusion),
                "transition": transition?.members ?? .null,
                "evidence": try evidenceValue,
            ])
    }

    /// The audit of each source under this file; null without evidence.
    private var evidenceValue: ReportValue {
        get throws(CommandFailure) {
            guard !evidence.isEmpty else { return .null }
            var values: [ReportValue] = []
            for report in evidence { values.append(try report.members()) }
            return .array(values)
        }
    }
}

extension Diagnostic {
    /// A finding: `{code, severity, path, line, column, message, hint}`.
    fileprivate var value: ReportValue {
        [
            "code": .word(code), "severity": .word(severity), "path": .text(path), "line": .number(position?.line),
            "column": .number(position?.column), "message": .text(message), "hint": .text(hint),
        ]
    }
}

extension InputFile.Attributes {
    /// The dangers of the file itself.
    fileprivate func findings(holdsKeys: Bool) -> [FileFinding] {
        guard isRegular else { return [.notRegular] }
        var findings: [FileFinding] = []
        if holdsKeys, mode & 0o077 != 0 { findings.append(.readableByOthers(mode: mode)) }
        if isForeignToRoot { findings.append(.owner(userID: ownerID)) }
        return findings
    }
}
