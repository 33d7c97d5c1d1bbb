internal import SecretMemory

/// A name that is compared byte by byte, as Go, etcd and kube-apiserver do.
///
/// Swift compares strings by Unicode equivalence: `é` as one scalar equals `e` followed by an accent. As names, these are
/// two keys, two providers or two objects. Names from a configuration, from etcd or from a stored value have this type, so
/// that an accidental string comparison does not compile.
public struct ByteName: Sendable {
    /// The name as text, for output. To compare names, compare the `ByteName` values, not the texts.
    public let text: String

    public init(_ text: String) { self.text = text }
    public init(_ text: Substring) { self.text = String(text) }

    public var utf8: String.UTF8View { text.utf8 }
    public var isEmpty: Bool { text.isEmpty }

    /// Whether the name contains `byte`.
    public func contains(_ byte: UInt8) -> Bool { utf8.contains(byte) }

    /// Whether the name begins with the bytes of `prefix`.
    public func starts(with prefix: ByteName) -> Bool { utf8.starts(with: prefix.utf8) }

    /// The parts between the bytes `separator`, empty ones included.
    public func split(at separator: UInt8) -> [ByteName] {
        utf8.split(separator: separator, omittingEmptySubsequences: false).map { ByteName(Substring($0)) }
    }
}

extension ByteName: Hashable {
    public static func == (left: ByteName, right: ByteName) -> Bool { left.utf8.elementsEqual(right.utf8) }

    public func hash(into hasher: inout Hasher) {
        for byte in utf8 { hasher.combine(byte) }
        // This byte does not occur in UTF-8, so it marks the end of the name.
        hasher.combine(UInt8(0xff))
    }
}

extension ByteName: Comparable {
    /// In the order of bytes, as Go sorts.
    public static func < (left: ByteName, right: ByteName) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }
}

extension ByteName: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self.text = text }
}

extension ByteName: CustomStringConvertible {
    public var description: String { text }

    /// The name for a terminal, see `String.printable`.
    public var printable: String { text.printable }
}
