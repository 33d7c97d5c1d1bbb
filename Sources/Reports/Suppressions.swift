internal import ConfigurationLint
internal import Diagnostics
internal import EncryptionConfig
internal import SecretMemory

/// The codes whose findings are not reported: by option, or by a comment in the file
/// (`# encconf: ignore ENC0203 reason`). Errors of kube-apiserver cannot be suppressed.
struct Suppressions {
    private let codes: Set<String>

    /// - Parameters:
    ///   - options: Codes given on the command line.
    ///   - source: The bytes of the file.
    init(options: [String], source: consuming SecretBytes) {
        codes = Set(options.map { $0.uppercased() }).union(SuppressionComments.codes(in: source))
    }

    func cover(_ diagnostic: Diagnostic) -> Bool { diagnostic.severity != .error && codes.contains(diagnostic.code) }
}
