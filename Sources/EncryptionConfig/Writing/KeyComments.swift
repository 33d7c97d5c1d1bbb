internal import SecretMemory
internal import YAMLTree

/// Comments that may hold a key, for example one that was commented out: it may be the last copy.
struct KeyComments {
    private let text: SourceLines
    /// All comments of the text, from `#` to the end of the line, in order.
    private let comments: [Range<Int>]

    init(of text: SourceLines) {
        self.text = text
        comments = text.isJSON ? [] : text.comments
    }

    /// The comments that may hold a key.
    var contents: [SecretKey] { comments.filter { text.mayHoldKey($0) }.map { text.copy($0) } }

    /// A removal that leaves the comments in it where they are, if one of them may hold a key.
    func kept(in patch: Patch) -> Patch {
        guard patch.replacement.bytes.count == 0, !patch.range.isEmpty else { return patch }
        let first = comments.partitioningIndex { $0.lowerBound >= patch.range.lowerBound }
        let inside = comments[first...].prefix { $0.upperBound <= patch.range.upperBound }
        guard let start = inside.first?.lowerBound, inside.contains(where: { text.mayHoldKey($0) }) else {
            return patch
        }
        let line = text.lineStart(of: start)
        let newLine = joined(text.lineBreak(near: start), text.copy(line..<text.skipBlanks(from: line)))
        var output = SecretBuffer()
        for (number, comment) in inside.enumerated() {
            if number > 0 || !text.isFirstInLine(patch.range.lowerBound) { output.append(newLine.span) }
            output.append(text.copy(comment).span)
        }
        let end = patch.range.upperBound
        if end < text.count, !text.isBreak(at: end) { output.append(newLine.span) }
        return Patch(patch.range, SecretKey(output.finish()))
    }
}

extension SourceLines {
    /// From `#` to the end of the line. A `#` in a scalar does not start a comment.
    fileprivate var comments: [Range<Int>] {
        let scalars = (document.root?.descendants ?? []).compactMap { node -> Range<Int>? in
            guard case .scalar(let scalar) = node.content else { return nil }
            // Behind its tag, its anchor and the header of a block comments may stand.
            let isBlock = scalar.style == .literal || scalar.style == .folded
            let start = isBlock ? lineEnd(of: scalar.contentOffset) : scalar.contentOffset
            return start < node.range.upperBound ? start..<node.range.upperBound : nil
        }.sorted { $0.lowerBound < $1.lowerBound }
        var comments: [Range<Int>] = []
        var (offset, next) = (0, 0)
        while offset < count {
            while next < scalars.count, scalars[next].upperBound <= offset { next += 1 }
            if next < scalars.count, scalars[next].contains(offset) {
                offset = scalars[next].upperBound
            } else if isCharacter("#", at: offset), offset == 0 || isBlank(at: offset - 1) || isBreak(at: offset - 1) {
                let end = lineEnd(of: offset)
                comments.append(offset..<end)
                offset = end
            } else {
                offset += 1
            }
        }
        return comments
    }

    /// Whether a text has a word as long as a key of 16 bytes in base64, or says that it is a secret.
    fileprivate func mayHoldKey(_ range: Range<Int>) -> Bool {
        var length = 0
        for offset in range {
            let byte = self[offset]
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            length = isDigit || isLetter || "+/=_-".utf8.contains(byte) ? length + 1 : 0
            if length >= Self.shortestKey { return true }
        }
        return contains("secret:", in: range) || hexDigits(in: range) >= Self.shortestHexadecimal
    }

    /// The hexadecimal digits of words that consist of them, such as bytes that a dump shows in groups.
    private func hexDigits(in range: Range<Int>) -> Int {
        var (sum, word, isHexadecimal) = (0, 0, true)
        for offset in range.lowerBound...range.upperBound {
            let byte = offset < range.upperBound ? self[offset] : UInt8(ascii: " ")
            guard !" \t:-#".utf8.contains(byte) else {
                if isHexadecimal, word % 2 == 0 { sum += word }
                (word, isHexadecimal) = (0, true)
                continue
            }
            word += 1
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            isHexadecimal = isHexadecimal && (isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20))
        }
        return sum
    }

    /// 16 bytes in hexadecimal.
    private static var shortestHexadecimal: Int { 32 }

    /// 16 bytes in base64 without padding.
    private static var shortestKey: Int { 22 }

    private func contains(_ word: StaticString, in range: Range<Int>) -> Bool {
        let count = word.utf8CodeUnitCount
        guard range.count >= count else { return false }
        return (range.lowerBound...range.upperBound - count).contains { start in
            (0..<count).allSatisfy { unsafe self[start + $0] | 0x20 == word.utf8Start[$0] | 0x20 }
        }
    }
}

extension Array {
    /// The first index from which on a condition holds, which holds for no element before it.
    fileprivate func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
