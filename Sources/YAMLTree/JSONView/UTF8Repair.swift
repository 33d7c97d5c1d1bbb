internal import SecretMemory

/// Puts U+FFFD in place of each byte that is not UTF-8, as Go's `encoding/json` does when it writes a string.
///
/// Text of a YAML file is UTF-8; only the content of `!!binary` can be anything else.
enum UTF8Repair {
    static func repair(_ bytes: RawSpan) -> SecretBytes {
        var repaired = SecretBuffer(capacity: bytes.byteCount)
        var rest = bytes
        while let bad = firstBadRange(in: rest) {
            repaired.append(rest.extracting(first: bad.lowerBound))
            for _ in bad { repaired.append("\u{fffd}") }
            rest = rest.extracting(droppingFirst: bad.upperBound)
        }
        repaired.append(rest)
        return repaired.finish()
    }

    private static func firstBadRange(in bytes: RawSpan) -> Range<Int>? {
        do {
            _ = try UTF8Span(validating: Span<UInt8>(_bytes: bytes))
            return nil
        } catch {
            return error.byteOffsets
        }
    }
}
