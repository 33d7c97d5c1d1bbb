import Foundation
import TestSupport
import Testing

/// Bytes that tests of Kubernetes decode, and what comes of them. See testdata/objects/README.md.
struct CBORVector: Decodable, Sendable, CustomTestStringConvertible {
    enum Verdict: String, Decodable { case read, refused, unread }

    let hex: String
    let verdict: Verdict
    private let value: Literal?

    var testDescription: String { hex }

    static func all() throws -> [CBORVector] { try TestData.json("objects/cbor.json") }

    var bytes: [UInt8] { TestSupport.hex(hex) }
    /// Null where there is none.
    var expected: ReferenceCBOR { value?.value ?? .null }

    private struct Literal: Decodable, Sendable {
        let value: ReferenceCBOR

        private struct Wrapped: Decodable {
            let base64: String?
            let float: String?
            let map: [String: Literal]?
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                value = .null
            } else if let bool = try? container.decode(Bool.self) {
                value = .bool(bool)
            } else if let integer = try? container.decode(Int64.self) {
                value = .integer(integer)
            } else if let text = try? container.decode(String.self) {
                value = .text(text)
            } else if let elements = try? container.decode([Literal].self) {
                value = .array(elements.map(\.value))
            } else {
                let wrapped = try container.decode(Wrapped.self)
                if let base64 = wrapped.base64 {
                    value = .string([UInt8](try #require(Data(base64Encoded: base64))))
                } else if let float = wrapped.float {
                    value = .float(try #require(Double(float)))
                } else {
                    value = .map(
                        try #require(wrapped.map).map { ReferenceCBOR.Pair(Array($0.key.utf8), $0.value.value) })
                }
            }
        }
    }
}
