public import ShownText

/// The next step: a command that runs as printed, or what is missing for one.
public struct NextCommand {
    /// Runs as printed, in the state that printed it; nil without a command, or if something is missing.
    public let command: Phrase?
    /// What the next step needs and encconf does not know. Empty if there is a command.
    public let needs: [Phrase]
    public let reason: Phrase
    /// Whether the step would fail now, for the reason in ``needs``.
    private(set) var isBlocked = false

    /// - Parameter command: Nil after the last step.
    public init(command: Phrase? = nil, reason: Phrase) {
        self.command = command
        needs = []
        self.reason = reason
    }

    /// A step that would fail now.
    public init(obstacle: Phrase, reason: Phrase) {
        self.init(needs: [obstacle], reason: reason)
        isBlocked = true
    }

    /// A step that needs more than the program knows.
    public init(needs: [Phrase], reason: Phrase) {
        command = nil
        self.needs = needs
        self.reason = reason
    }

    /// The end of the sentence before ``needs``.
    var listEnd: Phrase { isBlocked ? ". Not possible now:" : ". It needs:" }

    var value: ReportValue {
        ["command": .phrase(command), "needs": .array(needs.map { .phrase($0) }), "reason": .phrase(reason)]
    }

    /// The last block of a report.
    public var text: Phrase {
        if let command { return "Next: \(reason).\n  \(command)\n" }
        return "Next: \(reason)\(needs.isEmpty ? "." : listEnd)\n" + needs.map { "  \($0)\n" }.joined()
    }
}
