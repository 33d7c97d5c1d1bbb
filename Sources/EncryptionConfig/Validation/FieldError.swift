internal import Diagnostics

/// One violated rule, in the words of kube-apiserver and in ours.
struct FieldError {
    /// `PATH: Invalid value: …` or `PATH: Required value: …`, secrets redacted.
    let apiserverText: String
    let diagnostic: Diagnostic

    /// A value that a field may not have.
    /// - Parameters:
    ///   - value: The value as kube-apiserver quotes it.
    ///   - detail: What kube-apiserver says against it.
    static func invalid(
        _ path: String, _ value: String, _ detail: String, code: String, at position: SourcePosition,
        message: String? = nil, hint: Hint? = nil
    ) -> FieldError {
        FieldError(
            apiserverText: "\(path): Invalid value: \(value): \(detail)",
            diagnostic: Diagnostic(
                code: code, severity: .error, path: path, position: position, message: message ?? detail, hint: hint))
    }

    /// A field that must be there.
    static func required(
        _ path: String, _ detail: String, code: String, at position: SourcePosition, hint: Hint? = nil
    ) -> FieldError {
        FieldError(
            apiserverText: "\(path): Required value: \(detail)",
            diagnostic: Diagnostic(
                code: code, severity: .error, path: path, position: position, message: detail, hint: hint))
    }
}
