/// What a code means, how to check that it applies, and what to do: the answer of `encconf explain`.
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
}
