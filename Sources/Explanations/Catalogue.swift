internal import ConfigurationLint
public import Diagnostics

extension Explanation {
    /// Every code that a configuration can get, in the order of the codes.
    public static let ofConfigurations: [Explanation] =
        (refusals + Linter.rules.map(\.explanation) + FileFinding.explanations).sorted { $0.code < $1.code }

    /// The explanation of a code of a configuration, in whatever case it is written.
    public static func ofConfiguration(_ code: String) -> Explanation? {
        let code = code.uppercased()
        return ofConfigurations.first { $0.code == code }
    }
}
