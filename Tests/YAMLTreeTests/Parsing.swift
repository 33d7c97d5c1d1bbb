import Foundation
import SecretMemory

@testable import YAMLTree

// Test files hold throw-away keys, so tests may turn secrets into text.

extension YAMLDocument {
    convenience init(_ text: String) throws { try self.init(bytes: Array(text.utf8)) }

    convenience init(bytes: [UInt8]) throws { try self.init(parsing: SecretBytes(copying: bytes.span.rawBytes)) }
}

extension SecretKey {
    var text: String { String(decoding: span.copiedToArray(), as: UTF8.self) }
}

extension YAMLValue {
    /// The value as compact JSON, with strings as they are.
    var json: String {
        switch kind {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let text): text.text
        case .string(let text): "\"\(text.text)\""
        case .array(let elements): "[" + elements.map(\.json).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\"\($0.key.text)\":\($0.value.json)" }.joined(separator: ",") + "}"
        }
    }
}

extension YAMLNode {
    /// The node and all below it, aliases not followed, in file order.
    var all: [YAMLNode] {
        switch content {
        case .scalar, .alias: [self]
        case .sequence(let elements): [self] + elements.flatMap(\.all)
        case .mapping(let entries): [self] + entries.flatMap { $0.key.all + $0.value.all }
        }
    }
}
