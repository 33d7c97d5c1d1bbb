import EncryptionConfig
import Foundation
import SecretMemory

/// Writes random configurations in random styles.
public struct StyledConfiguration {
    private var random: SeededGenerator
    private let isJSON: Bool
    private let step: Int
    private let lessIndented: Bool
    private let lineBreak: String
    private let hasComments: Bool
    private let hasBlankLines: Bool
    private let mostlyFlow: Bool
    public private(set) var text = ""

    public init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        isJSON = Int.random(in: 0..<4, using: &random) == 0
        step = Int.random(in: 1...4, using: &random)
        lessIndented = Bool.random(using: &random)
        lineBreak = Int.random(in: 0..<4, using: &random) == 0 ? "\r\n" : "\n"
        hasComments = Bool.random(using: &random)
        hasBlankLines = Int.random(in: 0..<3, using: &random) == 0
        mostlyFlow = Int.random(in: 0..<3, using: &random) == 0
        write()
    }

    indirect enum Node {
        case text(String)
        case list([Node])
        case mapping([(String, Node)])
    }

    private mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

    // MARK: Content

    private mutating func key(_ number: Int) -> Node {
        let name = ("name", Node.text(chance(2) ? "key\(number)" : "key-2026010\(number)t000000z"))
        let secret = ("secret", Node.text(Data(random.bytes(32)).base64EncodedString()))
        return .mapping(chance(3) ? [secret, name] : [name, secret])
    }

    private mutating func provider(_ number: Int) -> Node {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return .mapping([("identity", .mapping([]))])
        case 1:
            return .mapping([
                (
                    "kms",
                    .mapping([
                        ("apiVersion", .text("v2")),
                        ("name", .text("plugin\(number)\(Int.random(in: 0..<99, using: &random))")),
                        ("endpoint", .text("unix:///run/kms.sock")),
                    ])
                )
            ])
        default:
            let kind = ["aescbc", "aesgcm", "secretbox"].randomElement(using: &random) ?? "aescbc"
            let keys = (1...Int.random(in: 1...3, using: &random)).map { key($0) }
            return .mapping([(kind, .mapping([("keys", .list(keys))]))])
        }
    }

    private mutating func entry(_ number: Int) -> (String, Node) {
        let providers = (0..<Int.random(in: 1...4, using: &random)).map { provider(number * 4 + $0) }
        let fields: [(String, Node)] = [
            ("resources", .list([.text("resource\(number)"), .text("*.group\(number)")])),
            ("providers", .list(providers)),
        ]
        return ("", .mapping(chance(3) ? fields.reversed() : fields))
    }

    private mutating func write() {
        let entries = (0..<Int.random(in: 1...3, using: &random)).map { entry($0).1 }
        let fields: [(String, Node)] = [
            ("apiVersion", .text("apiserver.config.k8s.io/v1")), ("kind", .text("EncryptionConfiguration")),
            ("resources", .list(entries)),
        ]
        if isJSON {
            let isPretty = chance(2)
            text = flow(.mapping(fields.shuffled(using: &random)), indent: isPretty ? 0 : nil)
        } else {
            if chance(6) { text += "\u{feff}" }
            if chance(4) { text += "---" + lineBreak }
            comment(0)
            block(.mapping(fields), column: 0)
        }
        if !chance(3) { text += lineBreak }
    }

    // MARK: Style

    private mutating func flow(_ node: Node, indent: Int?) -> String {
        let inner = indent.map { lineBreak + String(repeating: " ", count: $0 + step) } ?? ""
        let outer = indent.map { lineBreak + String(repeating: " ", count: $0) } ?? ""
        let comma = indent == nil ? (step > 2 || !isJSON ? ", " : ",") : ","
        let colon = step > 2 || !isJSON || indent != nil ? ": " : ":"
        switch node {
        case .text(let text): return isJSON ? "\"\(text)\"" : scalar(text)
        case .list(let items) where items.isEmpty: return "[]"
        case .mapping(let fields) where fields.isEmpty: return "{}"
        case .list(let items):
            let texts = items.map { flow($0, indent: indent.map { $0 + step }) }
            return "[" + inner + texts.joined(separator: comma + inner) + outer + "]"
        case .mapping(let fields):
            let texts = fields.map { field in
                (isJSON ? "\"\(field.0)\"" : field.0) + colon + flow(field.1, indent: indent.map { $0 + step })
            }
            return "{" + inner + texts.joined(separator: comma + inner) + outer + "}"
        }
    }

    private mutating func scalar(_ text: String) -> String {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: "\"\(text)\""
        case 1: "'\(text)'"
        default: text.hasPrefix("*") ? "'\(text)'" : text
        }
    }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

    private mutating func comment(_ column: Int) {
        guard hasComments, chance(3) else { return }
        text +=
            spaces(column) + "# \(["about it", "- name: x", "{[", "old: key"].randomElement(using: &random) ?? "")"
            + lineBreak
        if chance(5) { text += lineBreak }
    }

    private mutating func endLine() {
        if hasComments, chance(4) { text += "  # here" }
        text += lineBreak
        if hasBlankLines, chance(3) { text += lineBreak }
    }

    /// Writes the node from the current place on, which is in `column`, and ends its last line.
    private mutating func block(_ node: Node, column: Int) {
        switch node {
        case .text(let value):
            text += scalar(value)
            endLine()
        case .list(let items):
            for (index, item) in items.enumerated() {
                if index > 0 {
                    comment(column)
                    text += spaces(column)
                }
                text += "-" + spaces(max(step - 1, 1))
                blockOrFlow(item, column: column + 1 + max(step - 1, 1))
            }
        case .mapping(let fields):
            for (index, (name, value)) in fields.enumerated() {
                if index > 0 {
                    comment(column)
                    text += spaces(column)
                }
                text += "\(name):"
                switch value {
                case .list(let items) where !items.isEmpty && !(mostlyFlow && chance(2)):
                    endLine()
                    let column = lessIndented ? column : column + step
                    comment(column)
                    text += spaces(column)
                    block(value, column: column)
                case .mapping(let inner) where !inner.isEmpty && !(mostlyFlow && chance(2)):
                    endLine()
                    comment(column + step)
                    text += spaces(column + step)
                    block(value, column: column + step)
                default:
                    text += " "
                    blockOrFlow(value, column: column, flowOnly: true)
                }
            }
        }
    }

    private mutating func blockOrFlow(_ node: Node, column: Int, flowOnly: Bool = false) {
        if case .text = node { return block(node, column: column) }
        guard flowOnly || (mostlyFlow && chance(2)) else { return block(node, column: column) }
        text += flow(node, indent: chance(2) ? column + 1 : nil)
        endLine()
    }
}
