import PastedValues
import SecretMemory

/// A pasted value with its bytes in the open, to compare.
struct Found: Equatable {
    var key: String?
    var value: [UInt8]
    var alternatives: [[UInt8]] = []
    var revision: Int64?
    var format: PasteFormat

    static func all(in input: [UInt8], as format: PasteFormat = .auto) throws(PasteError) -> [Found] {
        try PastedValue.parse(input.span.rawBytes, format: format).map { pasted in
            Found(
                key: pasted.etcdKey.map { String(decoding: $0, as: UTF8.self) }, value: open(pasted.value),
                alternatives: pasted.alternatives.map(open), revision: pasted.modRevision, format: pasted.format)
        }
    }

    static func all(in input: String, as format: PasteFormat = .auto) throws(PasteError) -> [Found] {
        try all(in: Array(input.utf8), as: format)
    }

    private static func open(_ key: SecretKey) -> [UInt8] { copy(key.bytes) }
    private static func copy(_ bytes: borrowing SecretBytes) -> [UInt8] { bytes.bytes.copiedToArray() }
}

/// The UTF-8 of `text`.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// `text` with one byte for each character, which its number is. Such bytes from 80 on are no UTF-8.
func latin1(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8($0.value) } }

/// `text` as a terminal or Windows writes it.
func withCRLF(_ text: [UInt8]) -> [UInt8] {
    text.flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }
}
