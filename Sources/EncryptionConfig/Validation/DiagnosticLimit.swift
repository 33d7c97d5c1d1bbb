public import Diagnostics

/// The maximum of listed findings. A malicious file can have a million.
public enum DiagnosticLimit {
    public static let count = 1000
}

extension [Diagnostic] {
    /// The first thousand, and one more that counts the rest.
    public var limited: [Diagnostic] {
        let rest = dropFirst(DiagnosticLimit.count)
        guard let first = rest.first else { return self }
        let severities = Set(rest.map(\.severity))
        return prefix(DiagnosticLimit.count) + [
            Diagnostic(
                code: RefusalCode.limit,
                severity: Diagnostic.Severity.allCases.first { severities.contains($0) } ?? .note,
                position: first.position, message: "\(rest.count) more findings are not listed",
                hint: "correct the listed findings, then check again")
        ]
    }
}
