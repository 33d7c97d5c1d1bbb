/// What to do about a finding, in words.
public struct Hint: Equatable, Sendable {
    public var text: String { parts.joined(separator: "FILE") }
    /// The words between the places where the path of the file stands.
    let parts: [String]
    /// The edit that the words propose; nil if they propose none that a machine could make.
    public let edit: ProposedEdit?
    /// Whether servers may be given the edited file as it is. Otherwise the words say how to get there.
    public let isImmediate: Bool

    public init(_ text: String) { self.init(aroundFile: [text]) }

    /// A hint with commands that name the file. The report, which knows the path, puts it in: see ``Diagnostic/naming(file:)``.
    ///
    /// - Parameter parts: The words between the places of the path.
    public init(aroundFile parts: [String]) {
        self.parts = parts
        edit = nil
        isImmediate = true
    }

    /// - Parameters:
    ///   - before: Words in front of those of the edit.
    ///   - after: Words behind them, such as a condition.
    public init(_ edit: ProposedEdit, before: String = "", after: String = "") {
        parts = [before + edit.words + after]
        self.edit = edit
        isImmediate = true
    }

    /// The hint at an edit that changes what is encrypted, so that servers get there by way of other files.
    ///
    /// - Parameter text: What may be meant.
    public init(inSteps edit: ProposedEdit, _ text: String) {
        parts = [
            text + "; if servers already run this file, `encconf diff` with the edited copy as NEW shows the steps"
        ]
        self.edit = edit
        isImmediate = false
    }
}

extension Hint: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.init(text) }
}
