public import Explanations
public import NodePreflight
public import ShownText

/// The result of `preflight`: would this kube-apiserver start, and would everything stay readable?
public struct PreflightReport {
    /// The configuration; nil if none was found.
    let file: String?
    let hash: String?
    /// The manifest or unit of the server.
    let manifest: String?
    let checks: [PreflightCheck]
    /// Categories that were left out on request.
    let skipped: Set<CheckCategory>
    /// Without which it is not known whether the server starts.
    let needed: Set<CheckCategory>
    let isStrict: Bool

    public init(
        file: String?, hash: String?, manifest: String?, checks: [PreflightCheck], skipped: Set<CheckCategory>,
        needed: Set<CheckCategory>, isStrict: Bool
    ) {
        self.file = file
        self.hash = hash
        self.manifest = manifest
        // Whatever the order in which things became known.
        self.checks = CheckCategory.allCases.flatMap { category in checks.filter { $0.category == category } }
        self.skipped = skipped
        self.needed = needed
        self.isStrict = isStrict
    }

    /// Whether kube-apiserver would start and become ready.
    var starts: PreflightAnswer {
        var statuses = checks.filter { $0.stake == .start }.map(\.status)
        // With a value that it cannot read it starts, and does not become ready.
        if checks.contains(where: { $0.category == .stored && $0.status == .failed }) { statuses.append(.failed) }
        return answer(statuses, needing: needed)
    }

    /// Whether everything stored would be readable.
    var keepsReading: PreflightAnswer {
        answer(checks.filter { $0.stake == .reading }.map(\.status), needing: [.stored])
    }

    /// Yes only if nothing that is needed was left out.
    private func answer(_ statuses: [CheckStatus], needing categories: Set<CheckCategory>) -> PreflightAnswer {
        let answer = PreflightAnswer(statuses)
        guard answer == .yes || statuses.isEmpty else { return answer }
        let missing = categories.filter { category in !checks.contains { $0.category == category } }
        if missing.isEmpty { return answer }
        return missing.isSubset(of: skipped) ? .notChecked : .unknown
    }

    public var status: ExitStatus {
        let statuses = checks.map(\.status)
        if statuses.contains(.failed) || isStrict && statuses.contains(.warning) { return .findings }
        return statuses.contains(.unknown) || starts == .unknown || keepsReading == .unknown ? .unproven : .success
    }

    private func count(_ status: CheckStatus) -> Int { checks.count { $0.status == status } }

    /// The answer in one or two sentences.
    var conclusion: Phrase {
        let name: Phrase = file.map { " with \(fileName($0))" } ?? ""
        let start: Phrase =
            switch starts {
            case .yes: "kube-apiserver would start\(name)"
            case .no: "kube-apiserver would NOT start and become ready\(name)"
            case .unknown: "Cannot tell whether kube-apiserver would start\(name)"
            case .notChecked: "Not checked in full whether kube-apiserver would start\(name)"
            }
        let reading: Phrase =
            switch keepsReading {
            case .yes: "everything stored would stay readable"
            case .no: "stored values would become UNREADABLE"
            case .unknown: "cannot tell whether everything stored would stay readable"
            case .notChecked: "stored values were not checked"
            }
        return "\(start); \(reading)."
    }

    /// What no check was made of.
    private var notChecked: [CheckCategory] {
        CheckCategory.allCases.filter { category in !checks.contains { $0.category == category } }
    }

    private var counts: Phrase {
        let parts: [Phrase?] = [
            count(.failed) > 0 ? "\(count(.failed)) failed" : nil,
            count(.unknown) > 0 ? "\(count(.unknown)) unknown" : nil,
            count(.warning) > 0 ? counted(count(.warning), "warning") : nil, "\(count(.ok)) ok",
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    /// - Parameters:
    ///   - usesColor: Whether to color it for a terminal.
    ///   - isQuiet: Whether to leave out what is as it should be.
    public func text(usesColor: Bool, isQuiet: Bool) -> Phrase {
        var text = Phrase()
        for category in CheckCategory.allCases {
            let lines = checks.filter { $0.category == category && !(isQuiet && $0.status == .ok) }
            guard !lines.isEmpty else { continue }
            text += "\(category)\n"
            for check in lines {
                text += "  \(check.status.mark(usesColor)) \(check.text.message)\n"
                if check.status != .ok, let hint = check.text.hint { text += "    hint: \(hint)\n" }
            }
            text += "\n"
        }
        text += "\(conclusion)\nChecks: \(counts)."
        if !notChecked.isEmpty {
            text += " Not checked: \(notChecked.map { "\($0)" as Phrase }.joined(separator: ", "))."
        }
        return text + "\n"
    }

    public var value: ReportValue {
        .report(
            kind: "PreflightReport",
            [
                "file": .text(file), "hash": .text(hash), "manifest": .text(manifest),
                "starts": .word(starts), "staysReadable": .word(keepsReading),
                "conclusion": .phrase(conclusion), "checks": .array(checks.map(\.value)),
                "notChecked": .array(notChecked.map { .word($0) }),
                "skipped": .array(CheckCategory.allCases.filter(skipped.contains).map { .word($0) }),
            ])
    }
}

extension CheckStatus {
    /// The mark in front of a line, in a color of its own.
    fileprivate func mark(_ usesColor: Bool) -> Phrase {
        let (mark, color) =
            switch self {
            case .ok: ("✓", 32)
            case .warning: ("!", 33)
            case .failed: ("✗", 31)
            case .unknown: ("?", 33)
            }
        return usesColor ? "\u{1b}[\(color)m\(mark)\u{1b}[0m" : "\(mark)"
    }
}
