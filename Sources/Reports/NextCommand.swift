public import ShownText

/// What comes next: a command that runs as it stands, or what is missing for one.
public struct NextCommand {
    /// Runs as printed, in the state that printed it; nil if there is none, or something is missing.
    public let command: Phrase?
    /// What the next step needs and this program does not know. Not empty only without a command.
    public let needs: [Phrase]
    public let reason: Phrase

    /// - Parameter command: Nil after the last step.
    public init(command: Phrase? = nil, reason: Phrase) {
        self.command = command
        needs = []
        self.reason = reason
    }

    /// A step that needs more than the program knows.
    public init(needs: [Phrase], reason: Phrase) {
        command = nil
        self.needs = needs
        self.reason = reason
    }

    var value: ReportValue {
        ["command": .phrase(command), "needs": .array(needs.map { .phrase($0) }), "reason": .phrase(reason)]
    }

    /// A line of the command and when to run it, or of what is missing.
    public var text: Phrase {
        if let command { return "next, \(reason):\n  \(command)\n" }
        return "next: \(reason)\n" + needs.map { "  needs \($0)\n" }.joined()
    }
}
