/// What a code means, how to check that it applies, and what to do: the answer of `encconf explain CODE`.
public struct Explanation: Equatable, Sendable {
    /// Such as `ENC0201`; never used for anything else.
    public let code: String
    /// The finding in a few words.
    public let title: String
    public let meaning: String
    public let check: String
    public let remedy: String

    public init(_ code: String, _ title: String, meaning: String, check: String, remedy: String) {
        self.code = code
        self.title = title
        self.meaning = meaning
        self.check = check
        self.remedy = remedy
    }

    /// Every code there is, in the order of the codes.
    public static let all: [Explanation] =
        (refusals + Linter.rules.map(\.explanation) + FileFinding.explanations).sorted { $0.code < $1.code }

    /// The explanation of a code, in whatever case it is written.
    public static func of(_ code: String) -> Explanation? {
        let code = code.uppercased()
        return all.first { $0.code == code }
    }
}
