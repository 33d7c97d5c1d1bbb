/// Distinguishes text that looks like the base64 of a key, in either alphabet, from words, names and paths.
///
/// Chance lets a key pass: of 16 bytes 2 in 100, of 24 bytes 2 in 1,000, of 32 bytes 5 in 10,000; with a blank, a dot
/// or the like in its middle 12, 3 and 0.1 in 100. A piece of fewer than 18 digits in a text of its own looks like a
/// name and is shown. Hidden are some names that mix letters of both cases with digits.
public enum KeyLikeness {
    /// Whether a part of the text looks like a key.
    public static func holds(_ text: [UInt8]) -> Bool {
        if holdsChangingRun(text) { return true }
        let runs = text.split { CharacterClass($0) == nil }
        return runs.contains { holdsMixture($0, count: 18, changes: 6, changesWithoutDigit: 8) }
            || holdsMixture(text[...], count: 19, changes: 8, changesWithoutDigit: nil)
    }

    /// Whether there is a run of letters, digits, `+` and `/` that is as long as the shortest key and changes class as
    /// often as random ones.
    private static func holdsChangingRun(_ text: [UInt8]) -> Bool {
        // 22 digits of base64 are 16 bytes.
        let shortest = 22
        let runs = text.split { byte in CharacterClass(byte).map { $0 == .filler } ?? true }
        return runs.contains { run in
            guard run.count >= shortest else { return false }
            // Among random digits two neighbours are of different classes in two cases of three; in `camelCaseWords`
            // and `/paths/of/words` in one of five.
            let classes = run.map { CharacterClass($0) }
            let changes = zip(classes, classes.dropFirst()).count { $0 != $1 }
            return changes * 3 >= run.count
        }
    }

    /// Whether `count` consecutive letters and digits, ignoring other characters, have letters of both cases and
    /// enough changes between neighbors. Ignored characters are not a change: `2026-01-31T12` has two.
    /// - Parameter changesWithoutDigit: How many it takes where there is no digit, as in `camelCaseWords`; nil if no
    ///   number is enough.
    private static func holdsMixture(
        _ text: ArraySlice<UInt8>, count: Int, changes: Int, changesWithoutDigit: Int?
    ) -> Bool {
        guard text.count >= count else { return false }
        var window = Mixture()
        var (entering, leaving) = (Letters(text), Letters(text))
        while let letter = entering.next() {
            window.add(letter)
            guard window.count >= count else { continue }
            if window.isMixed, window.changes >= changes,
                window.digits > 0 || changesWithoutDigit.map({ window.changes >= $0 }) ?? false
            {
                return true
            }
            if let first = leaving.next() { window.remove(first, next: leaving.peek) }
        }
        return false
    }

    /// A letter or digit, and whether it is of another class than the character right before it.
    private struct Letter {
        let kind: CharacterClass
        let isChange: Bool
    }

    private struct Letters {
        private var rest: ArraySlice<UInt8>
        private var previous: CharacterClass?

        init(_ text: ArraySlice<UInt8>) { rest = text }

        var peek: Letter? {
            var copy = self
            return copy.next()
        }

        mutating func next() -> Letter? {
            while let byte = rest.popFirst() {
                guard let kind = CharacterClass(byte), kind.isLetterOrDigit else {
                    previous = nil
                    continue
                }
                defer { previous = kind }
                return Letter(kind: kind, isChange: previous.map { $0 != kind } ?? false)
            }
            return nil
        }
    }

    /// What some letters in a row are made of.
    private struct Mixture {
        private(set) var (lower, upper, digits, changes) = (0, 0, 0, 0)

        var count: Int { lower + upper + digits }
        var isMixed: Bool { lower > 0 && upper > 0 }

        mutating func add(_ letter: Letter) {
            count(letter.kind, by: 1)
            // The first one has none before it.
            if count > 1, letter.isChange { changes += 1 }
        }

        mutating func remove(_ letter: Letter, next: Letter?) {
            count(letter.kind, by: -1)
            if next?.isChange == true { changes -= 1 }
        }

        private mutating func count(_ kind: CharacterClass, by amount: Int) {
            switch kind {
            case .lower: lower += amount
            case .upper: upper += amount
            case .digit: digits += amount
            case .sign, .filler: break
            }
        }
    }

    private enum CharacterClass {
        case lower, upper, digit
        /// What standard base64 has besides.
        case sign
        /// Its replacement in the alphabet for URLs, and the padding; both also occur between words.
        case filler

        init?(_ byte: UInt8) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): self = .lower
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): self = .upper
            case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .digit
            case UInt8(ascii: "+"), UInt8(ascii: "/"): self = .sign
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "="): self = .filler
            default: return nil
            }
        }

        var isLetterOrDigit: Bool { self == .lower || self == .upper || self == .digit }
    }
}
