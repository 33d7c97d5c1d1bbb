public import ShownText

/// One line of what a rollout does: a phase begins or ends, with the facts that let it go on.
public struct RolloutEvent {
    public enum State: String, Sendable { case begins, ends, stops }

    /// Seconds since 1970.
    let time: Int64
    let phase: String
    let state: State
    let message: Phrase
    let facts: [(name: String, value: ReportValue)]

    /// - Parameter phase: A word such as `promote`.
    public init(
        time: Int64, phase: String, _ state: State, _ message: Phrase, facts: [(name: String, value: ReportValue)] = []
    ) {
        self.time = time
        self.phase = phase
        self.state = state
        self.message = message
        self.facts = facts
    }

    public var value: ReportValue {
        .report(
            kind: "RolloutEvent",
            [
                "time": .text(UTCTime.rfc3339(time)), "phase": .word(phase), "state": .word(state),
                "message": .phrase(message), "facts": .object(facts),
            ])
    }

    /// `18:45:01 promote: …`
    public var text: Phrase { "\(UTCTime.rfc3339(time).dropFirst(11).prefix(8)) \(phase): \(message)\n" }
}
