public import SecretMemory

/// What changes between two texts of a configuration, as `diff -u` would print it, without their secrets.
///
/// Lines are compared unredacted and shown redacted: each character of a secret is a `*`, so a changed secret of the
/// same length is shown as a removed and an added line. See ``Redaction`` for what counts as a secret.
public struct UnifiedDiff: Sendable {
    /// The hunks; empty if the texts are the same.
    public let text: String

    /// - Parameters:
    ///   - oldName: What the first header names, `newName` what the second.
    ///   - context: How many unchanged lines are shown around a change.
    public init(
        from old: borrowing SecretBytes, to new: borrowing SecretBytes, oldName: String, newName: String,
        context: Int = 3
    ) {
        let old = Redaction.Parsed(SecretKey(SecretBytes(copying: old.bytes)))
        let new = Redaction.Parsed(SecretKey(SecretBytes(copying: new.bytes)))
        let redaction = Redaction(old, new)
        let sides = [old, new].map { DiffSide($0.text, redacted: redaction.redacted($0)) }
        let hunks = LineDiff(sides[0], sides[1]).hunks(context: context)
        guard !hunks.isEmpty else {
            text = ""
            return
        }
        text = (["--- \(oldName)", "+++ \(newName)"] + hunks).map { $0 + "\n" }.joined()
    }
}

/// The lines of one text.
struct DiffSide {
    let bytes: SecretKey
    let lines: [Range<Int>]
    private let redacted: SecretKey

    /// - Parameter redacted: The text with its secrets masked, byte for byte.
    init(_ bytes: SecretKey, redacted: SecretKey) {
        self.bytes = bytes
        self.redacted = redacted
        var lines: [Range<Int>] = []
        var start = 0
        for offset in bytes.span.byteOffsets where bytes.span[offset] == UInt8(ascii: "\n") {
            lines.append(start..<offset + 1)
            start = offset + 1
        }
        if start < bytes.bytes.count { lines.append(start..<bytes.bytes.count) }
        self.lines = lines
    }

    /// A line as it may be shown, on a terminal too, with its sign and without its line break.
    func shown(_ line: Int, sign: String) -> String {
        let range = lines[line]
        let isEnded = redacted.span[range.upperBound - 1] == UInt8(ascii: "\n")
        let content = range.lowerBound..<(isEnded ? range.upperBound - 1 : range.upperBound)
        var text = sign
        for scalar in String(decoding: redacted.span.extracting(content).copiedToArray(), as: UTF8.self).unicodeScalars
        {
            // Carriage returns as `^M`, other controls in the same way: none of them reaches the terminal.
            if scalar.value < 0x20, scalar != "\t" {
                text += "^\(Character(UnicodeScalar(UInt8(scalar.value) + 0x40)))"
            } else if (0x7f..<0xa0).contains(scalar.value) {
                text += "\u{fffd}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return isEnded ? text : text + "\n\\ No newline at end of file"
    }

    /// A number for each line, which is the same for lines of the same bytes.
    func numbers(of range: Range<Int>, _ known: inout [SecretHash: Int]) -> [Int] {
        range.map { line in
            let text = SecretHash(SecretKey(SecretBytes(copying: bytes.span.extracting(lines[line]))))
            let number = known[text] ?? known.count
            known[text] = number
            return number
        }
    }

    func isSame(_ line: Int, _ other: DiffSide, _ otherLine: Int) -> Bool {
        let (left, right) = (lines[line], other.lines[otherLine])
        guard left.count == right.count else { return false }
        return left.indices.allSatisfy { bytes.span[$0] == other.bytes.span[$0 - left.lowerBound + right.lowerBound] }
    }
}

/// The longest common lines of two texts, between their common beginning and end.
struct LineDiff {
    private enum Step { case same, removed, added }

    private let old: DiffSide
    private let new: DiffSide
    private let steps: [Step]

    init(_ old: DiffSide, _ new: DiffSide) {
        self.old = old
        self.new = new
        let (oldCount, newCount) = (old.lines.count, new.lines.count)
        var head = 0
        while head < min(oldCount, newCount), old.isSame(head, new, head) { head += 1 }
        var tail = 0
        while tail < min(oldCount, newCount) - head, old.isSame(oldCount - 1 - tail, new, newCount - 1 - tail) {
            tail += 1
        }
        steps =
            Array(repeating: .same, count: head)
            + Self.middle(old, head..<oldCount - tail, new, head..<newCount - tail)
            + Array(repeating: .same, count: tail)
    }

    /// More pairs than this are not compared: the lines are shown as removed and added.
    private static let maximumPairCount = 4_000_000

    private static func middle(
        _ old: DiffSide, _ oldLines: Range<Int>, _ new: DiffSide, _ newLines: Range<Int>
    ) -> [Step] {
        let (rows, columns) = (oldLines.count, newLines.count)
        guard rows * columns <= maximumPairCount else {
            return Array(repeating: .removed, count: rows) + Array(repeating: .added, count: columns)
        }
        var numbers: [SecretHash: Int] = [:]
        let (left, right) = (old.numbers(of: oldLines, &numbers), new.numbers(of: newLines, &numbers))
        var lengths = Array(repeating: Array(repeating: 0, count: columns + 1), count: rows + 1)
        for row in (0..<rows).reversed() {
            for column in (0..<columns).reversed() {
                lengths[row][column] =
                    left[row] == right[column]
                    ? lengths[row + 1][column + 1] + 1 : max(lengths[row + 1][column], lengths[row][column + 1])
            }
        }
        var steps: [Step] = []
        var (row, column) = (0, 0)
        while row < rows || column < columns {
            if row < rows, column < columns, left[row] == right[column] {
                steps.append(.same)
                (row, column) = (row + 1, column + 1)
            } else if row < rows, column == columns || lengths[row + 1][column] >= lengths[row][column + 1] {
                steps.append(.removed)
                row += 1
            } else {
                steps.append(.added)
                column += 1
            }
        }
        return steps
    }

    /// The changes with lines around them; changes whose surroundings touch are one hunk.
    func hunks(context: Int) -> [String] {
        let changed = steps.indices.filter { steps[$0] != .same }
        var ranges: [Range<Int>] = []
        for index in changed {
            let range = max(0, index - context)..<min(steps.count, index + context + 1)
            if let last = ranges.last, range.lowerBound <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
            } else {
                ranges.append(range)
            }
        }
        var hunks: [String] = []
        var (position, oldLine, newLine) = (0, 0, 0)
        for range in ranges {
            // The lines between two hunks are the same on both sides.
            let gap = range.lowerBound - position
            hunks += hunk(range, oldLine + gap, newLine + gap)
            oldLine += gap + steps[range].count { $0 != .added }
            newLine += gap + steps[range].count { $0 != .removed }
            position = range.upperBound
        }
        return hunks
    }

    /// - Parameters:
    ///   - oldStart: The number of the first line in the old text, from 0.
    ///   - newStart: The same in the new text.
    private func hunk(_ range: Range<Int>, _ oldStart: Int, _ newStart: Int) -> [String] {
        var (oldLine, newLine) = (oldStart, newStart)
        let oldCount = steps[range].count { $0 != .added }
        let newCount = steps[range].count { $0 != .removed }
        let header =
            "@@ -\(Self.extent(oldLine, oldCount)) +\(Self.extent(newLine, newCount)) @@"
        return [header]
            + range.map { index in
                switch steps[index] {
                case .same:
                    defer { (oldLine, newLine) = (oldLine + 1, newLine + 1) }
                    return old.shown(oldLine, sign: " ")
                case .removed:
                    defer { oldLine += 1 }
                    return old.shown(oldLine, sign: "-")
                case .added:
                    defer { newLine += 1 }
                    return new.shown(newLine, sign: "+")
                }
            }
    }

    /// Lines count from 1; an empty extent names the line before it.
    private static func extent(_ start: Int, _ count: Int) -> String {
        switch count {
        case 0: "\(start),0"
        case 1: "\(start + 1)"
        default: "\(start + 1),\(count)"
        }
    }
}
