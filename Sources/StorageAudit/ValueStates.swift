/// The values of a resource by what a reader of a report wants to know. Each value is in one of them.
public struct ValueStates: Equatable, Sendable {
    /// Decrypted with the write key to the object that the etcd key names.
    public var current = 0
    /// Decrypted with another key, or written with another one as far as was looked.
    public var stale = 0
    public var plaintext = 0
    /// Encrypted, and not readable, or not the object that the etcd key names.
    public var unreadable = 0
    /// Encrypted, and not judged.
    public var unknown = 0

    public init(current: Int = 0, stale: Int = 0, plaintext: Int = 0, unreadable: Int = 0, unknown: Int = 0) {
        self.current = current
        self.stale = stale
        self.plaintext = plaintext
        self.unreadable = unreadable
        self.unknown = unknown
    }

    public var total: Int { current + stale + plaintext + unreadable + unknown }

    public static func + (left: ValueStates, right: ValueStates) -> ValueStates {
        ValueStates(
            current: left.current + right.current, stale: left.stale + right.stale,
            plaintext: left.plaintext + right.plaintext, unreadable: left.unreadable + right.unreadable,
            unknown: left.unknown + right.unknown)
    }
}

extension ResourceCensus {
    /// The values by their state. Their sum is ``objects``.
    ///
    /// - Parameter isCensusOnly: Whether nothing was decrypted: then a value with the prefix of the write key is unknown.
    public func states(isCensusOnly: Bool) -> ValueStates {
        let unreadable = unreadable + archived + notObjects - unreadablePlaintext
        let unchecked = needsPlugin + uncertain - uncertainPlaintext
        let current = current - currentPlaintext
        let rest = objects - plaintext - unreadable - unchecked - current
        guard isCensusOnly else {
            return ValueStates(
                current: current, stale: rest, plaintext: plaintext, unreadable: unreadable, unknown: unchecked)
        }
        let stale = max(0, min(rest, stale - plaintext))
        return ValueStates(
            current: current, stale: stale, plaintext: plaintext, unreadable: unreadable,
            unknown: unchecked + rest - stale)
    }
}
