public import ConfigurationLint
public import Diagnostics
public import DurableFiles
public import EncryptionConfig
internal import EnvelopeCrypto
public import Explanations
internal import Glibc
public import JSONText
public import SecretMemory

/// What `verify` finds out about one file.
public struct Verification {
    /// As the person gave it; `-` is standard input.
    public let path: String
    public let hash: String
    /// What kube-apiserver would print, secrets redacted; nil if it accepts the file.
    let apiserverError: String?
    /// Nil if the file is refused.
    public let configuration: EncryptionConfiguration?
    public let diagnostics: [Diagnostic]
    /// What a person does not want to hear of.
    let suppressed: [Diagnostic]
    let lines: QuotableLines
    /// The change from the file that servers run now, if that was asked.
    public var transition: TransitionReport?
    /// What snapshots hold, read under this file, if that was asked.
    public var evidence: [AuditReport] = []

    var isAccepted: Bool { configuration != nil }

    /// Judges a file.
    /// - Parameters:
    ///   - options: The kube-apiserver that would be started with it.
    ///   - linter: Looks for what is legal but dangerous.
    ///   - suppressedCodes: Codes of findings that are not wanted.
    public init(
        of path: String, _ file: InputFile, options: ServerOptions, headerless: Bool, linter: Linter,
        suppressedCodes: [String]
    ) throws(CommandFailure) {
        let content = file.content
        self.path = path
        hash = try fileHash(content)
        var found: [Diagnostic]
        switch try ServerVerdict(on: content, path: path, options: options, headerless: headerless) {
        case .accepted(let document, let configuration):
            found = linter.findings(in: document, checked: configuration)
            self.configuration = configuration
            apiserverError = nil
        case .refused(let text, let diagnostics):
            found = diagnostics
            configuration = nil
            apiserverError = text
        }
        if let further = FileFinding.furtherDocument(in: SecretBytes(copying: content.span)) {
            found.append(further.diagnostic)
        }
        found += (file.attributes?.findings ?? []).map(\.diagnostic)
        let suppressions = Suppressions(options: suppressedCodes, source: SecretBytes(copying: content.span))
        diagnostics = found.filter { !suppressions.cover($0) }
        suppressed = found.filter { suppressions.cover($0) }
        lines = QuotableLines(SecretBytes(copying: content.span))
    }

    /// What the exit status tells of this file.
    public func status(isStrict: Bool) -> ExitStatus {
        let statuses =
            [isAccepted && !(isStrict && count(.warning) > 0) ? .success : .findings]
            + [transition?.status].compactMap { $0 } + evidence.map(\.status)
        return [.findings, .unproven].first { statuses.contains($0) } ?? .success
    }

    func count(_ severity: Diagnostic.Severity) -> Int { diagnostics.count { $0.severity == severity } }
}

extension Verification {
    /// The findings as a compiler prints them, and the verdict in one sentence.
    public func text(usesColor: Bool, kubernetes: KubernetesVersion) throws(CommandFailure) -> String {
        let name = fileName(path)
        let quotable = lines
        let findings = DiagnosticText(file: name, usesColor: usesColor) { quotable.text(ofLine: $0) }
            .text(of: diagnostics)
        var text = findings
        if let apiserverError { text += ServerVerdict.sentence(apiserverError, path: path) + "\n" }
        if let transition { text += "\n\(transition.text)\n" }
        for report in evidence { text += "\n\(try report.text())\n" }
        let verdict = isAccepted ? "accepted" : "rejected"
        var counts = [(count(.warning), "warning"), (count(.note), "note")].filter { $0.0 > 0 }
            .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        if !suppressed.isEmpty { counts.append("\(suppressed.count) suppressed") }
        let details = counts.isEmpty ? "" : ", with " + counts.joined(separator: ", ")
        return text + "\(name): \(verdict) by kube-apiserver \(kubernetes)\(details); \(hash)\n"
    }

    /// The report of the kind `VerifyReport`.
    public func json(kubernetes: KubernetesVersion) throws(CommandFailure) -> SecretBytes {
        var json = JSONWriter()
        try json.object { json throws(CommandFailure) in
            json.reportHeader(kind: "VerifyReport")
            json.member("file", path)
            json.member("hash", hash)
            json.member("kubernetes", kubernetes.description)
            json.member("verdict", isAccepted ? "accepted" : "rejected")
            json.optionalMember("apiserverError", apiserverError)
            json.key("effective")
            if let configuration {
                EffectiveTable(configuration).write(to: &json)
            } else {
                json.array { _ in }
            }
            json.key("diagnostics")
            json.array { json in
                for diagnostic in diagnostics { json.diagnostic(diagnostic) }
            }
            json.key("suppressed")
            json.array { json in
                for diagnostic in suppressed { json.diagnostic(diagnostic) }
            }
            json.key("transition")
            if let transition { json.object { transition.write(to: &$0) } } else { json.null() }
            json.key("evidence")
            try writeEvidence(to: &json)
        }
        return json.finishLine()
    }
}

extension Verification {
    /// One audit as an object, several as a list of them.
    private func writeEvidence(to json: inout JSONWriter) throws(CommandFailure) {
        guard let first = evidence.first else { return json.null() }
        guard evidence.count > 1 else {
            return try json.object { json throws(CommandFailure) in try first.writeMembers(to: &json) }
        }
        try json.array { json throws(CommandFailure) in
            for report in evidence {
                try json.object { json throws(CommandFailure) in try report.writeMembers(to: &json) }
            }
        }
    }
}

extension JSONWriter {
    /// A finding: `{code, severity, path, line, column, message, hint}`.
    mutating func diagnostic(_ diagnostic: Diagnostic) {
        object { json in
            json.member("code", diagnostic.code)
            json.member("severity", diagnostic.severity.rawValue)
            json.optionalMember("path", diagnostic.path)
            json.optionalMember("line", diagnostic.position?.line)
            json.optionalMember("column", diagnostic.position?.column)
            json.member("message", diagnostic.message)
            json.optionalMember("hint", diagnostic.hint)
        }
    }

    /// A number, or null.
    public mutating func optionalMember(_ name: String, _ value: Int?) {
        if let value {
            member(name, value)
        } else {
            key(name)
            null()
        }
    }
}

extension InputFile.Attributes {
    /// What is dangerous about the file.
    fileprivate var findings: [FileFinding] {
        guard isRegular else { return [.notRegular] }
        var findings: [FileFinding] = []
        if mode & 0o077 != 0 { findings.append(.readableByOthers(mode: mode)) }
        if isForeignToRoot { findings.append(.owner(userID: ownerID)) }
        return findings
    }
}
