public import Diagnostics
public import EncryptionConfig

/// Looks for what kube-apiserver accepts and an engineer would not want: the codes `ENC02xx`.
///
/// No finding is an error: the file works. The most serious ones are warnings, what depends on intentions that the
/// file does not show is a note.
public struct Linter: Sendable {
    /// The time, as seconds since 1970. Nil where ages are not to be judged.
    public var now: Int64?
    /// The age in seconds that a key may reach before it has to be replaced; nil for no limit.
    public var maxKeyAge: Int64?
    /// Whether the server has to do with FIPS 140 approved algorithms alone.
    public var fips: Bool
    /// Whether the resources of the file still have values in plaintext; nil if it was not checked.
    public var storedPlaintext: Bool?
    /// Returns whether a path has a socket. Nil if this is not the host of the server.
    public var socketExists: (@Sendable (String) -> Bool)?

    public init(
        now: Int64? = nil, maxKeyAge: Int64? = nil, fips: Bool = false,
        storedPlaintext: Bool? = nil, socketExists: (@Sendable (String) -> Bool)? = nil
    ) {
        self.now = now
        self.maxKeyAge = maxKeyAge
        self.fips = fips
        self.storedPlaintext = storedPlaintext
        self.socketExists = socketExists
    }

    /// Every rule, in the order of the codes.
    public static let rules: [LintRule] =
        LintRule.coverage + LintRule.entries + LintRule.keyIdentity + LintRule.weakKeys
        + LintRule.providers
        + LintRule.kms
        + LintRule.resourceNames + LintRule.keyAge + LintRule.ignoredFields

    /// All findings, in file order; of very many the last one counts those that are not listed.
    ///
    /// - Parameters:
    ///   - document: The parsed file, with the places of all nodes.
    ///   - configuration: The same document, checked.
    public func findings(
        in document: ConfigurationDocument, checked configuration: EncryptionConfiguration
    ) -> [Diagnostic] {
        let subject = LintSubject(document: document, configuration: configuration, linter: self)
        var seen: Set<Place> = []
        return Self.rules
            .flatMap { rule in rule.find(subject).map { $0.diagnostic(of: rule) } }
            // Aliases bring one key into several lists; it is still one place in the file.
            .filter { seen.insert(Place(code: $0.code, message: $0.message, position: $0.position)).inserted }
            .enumerated()
            .sorted { left, right in
                (left.element.position?.offset ?? 0, left.offset) < (right.element.position?.offset ?? 0, right.offset)
            }
            .map(\.element)
            .limited
    }

    private struct Place: Hashable {
        let code: String
        let message: String
        let position: SourcePosition?
    }
}
