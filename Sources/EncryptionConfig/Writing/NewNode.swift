internal import GoText
internal import SecretMemory

/// What an edit puts into a list.
enum NewItem {
    case key(NewKey)
    case provider(NewProvider)
    case entry([ByteName], NewProvider)

    /// The item without any style.
    var node: NewNode {
        switch self {
        case .key(let key): .mapping([("name", .text(key.name.text)), ("secret", .base64(key.secret))])
        case .provider(let provider): provider.node
        case .entry(let resources, let provider):
            .mapping([
                ("resources", .list(resources.map { .text($0.text) })), ("providers", .list([provider.node])),
            ])
        }
    }
}

extension NewProvider {
    fileprivate var node: NewNode { .mapping([(fieldName, fieldValue)]) }

    var fieldName: String {
        switch self {
        case .identity: "identity"
        case .keys(let kind, _): kind.rawValue
        case .kms: "kms"
        }
    }

    var fieldValue: NewNode {
        switch self {
        case .identity: .mapping([])
        case .keys(_, let key): .mapping([("keys", .list([NewItem.key(key).node]))])
        case .kms(let name, let endpoint):
            .mapping([("apiVersion", .word("v2")), ("name", .text(name.text)), ("endpoint", .text(endpoint.text))])
        }
    }
}

/// Structure that has no place in a text yet.
indirect enum NewNode {
    /// A word of the API, which no reader can take for anything else.
    case word(String)
    case text(String)
    /// The base64 of a secret.
    case base64(SecretKey)
    case list([NewNode])
    case mapping([(String, NewNode)])

    /// Whether block style has nothing to give each its line.
    fileprivate var fitsOneLine: Bool {
        switch self {
        case .word, .text, .base64: true
        case .list(let items): items.isEmpty
        case .mapping(let fields): fields.isEmpty
        }
    }
}

/// How new nodes are written between brackets and braces.
struct FlowStyle {
    let isJSON: Bool
    /// Without spaces behind colons and commas.
    var isCompact = false
    /// The line break with the indentation of the line that the node begins in, for one field to a line.
    var lineBreak: SecretKey?
    /// What each level is indented by.
    var unit = "  "

    var colon: String { isCompact ? ":" : ": " }

    func text(of node: NewNode) -> SecretKey {
        var output = SecretBuffer()
        write(node, to: &output, depth: 0)
        return SecretKey(output.finish())
    }

    private func write(_ node: NewNode, to output: inout SecretBuffer, depth: Int) {
        switch node {
        case .word(let word): output.append(isJSON ? "\"\(word)\"" : word)
        case .text(let text): output.append(isJSON ? ScalarText.quoted(text) : ScalarText.plainOrQuoted(text))
        case .base64(let secret):
            let base64 = SecretBase64.encode(secret.span)
            let quote = isJSON || !ScalarText.isPlain(base64.bytes) ? "\"" : ""
            output.append(quote)
            output.append(base64.bytes)
            output.append(quote)
        case .list(let items):
            output.append("[")
            for (index, item) in items.enumerated() {
                separate(index, to: &output, depth: depth + 1)
                write(item, to: &output, depth: depth + 1)
            }
            close("]", isEmpty: items.isEmpty, to: &output, depth: depth)
        case .mapping(let fields):
            output.append("{")
            for (index, field) in fields.enumerated() {
                separate(index, to: &output, depth: depth + 1)
                write(.word(field.0), to: &output, depth: depth + 1)
                output.append(colon)
                write(field.1, to: &output, depth: depth + 1)
            }
            close("}", isEmpty: fields.isEmpty, to: &output, depth: depth)
        }
    }

    private func separate(_ index: Int, to output: inout SecretBuffer, depth: Int) {
        if index > 0 { output.append(isCompact || lineBreak != nil ? "," : ", ") }
        breakLine(to: &output, depth: depth)
    }

    private func close(_ bracket: String, isEmpty: Bool, to output: inout SecretBuffer, depth: Int) {
        if !isEmpty { breakLine(to: &output, depth: depth) }
        output.append(bracket)
    }

    private func breakLine(to output: inout SecretBuffer, depth: Int) {
        guard let lineBreak else { return }
        output.append(lineBreak.span)
        for _ in 0..<depth { output.append(unit) }
    }
}

/// How new nodes are written line by line.
struct BlockStyle {
    let lineBreak: SecretKey
    /// The indentation of the dashes of a list from the key of the list.
    let dashOffset: Int
    /// The indentation of the fields of a mapping from its key.
    let fieldOffset: Int

    /// As the documentation of Kubernetes writes configurations.
    static var usual: BlockStyle { BlockStyle(lineBreak: joined("\n"), dashOffset: 2, fieldOffset: 2) }

    /// The text of the node after a dash or a colon; `column` is that of its fields.
    func write(_ node: NewNode, column: Int, to output: inout SecretBuffer) {
        switch node {
        case _ where node.fitsOneLine: output.append(FlowStyle(isJSON: false).text(of: node).span)
        case .word, .text, .base64: break
        case .list(let items):
            for (index, item) in items.enumerated() {
                if index > 0 { breakLine(column, to: &output) }
                output.append("- ")
                write(item, column: column + 2, to: &output)
            }
        case .mapping(let fields):
            for (index, (name, value)) in fields.enumerated() {
                if index > 0 { breakLine(column, to: &output) }
                output.append("\(name):")
                write(field: value, keyColumn: column, to: &output)
            }
        }
    }

    /// The value of a field from behind its colon on.
    func write(field value: NewNode, keyColumn: Int, to output: inout SecretBuffer) {
        guard !value.fitsOneLine else {
            output.append(" ")
            return write(value, column: keyColumn, to: &output)
        }
        let isList = if case .list = value { true } else { false }
        let column = keyColumn + (isList ? dashOffset : fieldOffset)
        breakLine(column, to: &output)
        write(value, column: column, to: &output)
    }

    private func breakLine(_ column: Int, to output: inout SecretBuffer) {
        output.append(lineBreak.span)
        for _ in 0..<column { output.append(" ") }
    }
}
