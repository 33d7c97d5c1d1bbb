/// What a reader may see of an object: everything, or of each value only its length and a tag.
///
/// Names, labels and types are always seen, annotations that nothing speaks against too. Where values are not
/// revealed, an annotation is redacted like a value if it
///
/// - is one of those in which tools keep a copy of the object,
/// - begins, after white space, with `{` or `[`,
/// - is longer than 256 bytes, or
/// - contains one of the values of the object with 4 bytes or more, unchanged or in base64;
///
/// and so is each one if the object is too large to look for that (64 MiB of objects are looked through, all of the
/// object for each annotation).
public struct Disclosure {
    /// Whether values are shown unredacted.
    public let isRevealed: Bool
    /// Equal for equal values; it must not reveal anything else of them.
    let tag: (RawSpan) -> String

    /// - Parameters:
    ///   - isRevealed: Whether to show values unredacted.
    ///   - tag: A text that is equal for equal values of one run and reveals nothing else. Not a plain hash, which
    ///     lets anyone find a short value by trying. (This module knows no cryptography.)
    public init(isRevealed: Bool = false, tag: @escaping (RawSpan) -> String) {
        self.isRevealed = isRevealed
        self.tag = tag
    }

    /// The replacement of `value` in a redacted manifest.
    func redaction(of value: RawSpan) -> String {
        "<redacted: \(value.byteCount) \(value.byteCount == 1 ? "byte" : "bytes"), tag \(tag(value))>"
    }
}
