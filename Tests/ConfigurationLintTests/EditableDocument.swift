import Diagnostics
import Foundation
import SecretMemory
import YAMLTree

/// The value of a configuration file, in which a ``ProposedEdit`` can be made as its words say.
struct EditableDocument {
    private var root: Node

    indirect enum Node: Equatable, Sendable {
        case null, bool(Bool), number(String), text(String), list([Node])
        /// In file order. Of several with one name the last one counts.
        case object([Field])
    }

    struct Field: Equatable, Sendable {
        var name: String
        var value: Node
    }

    /// A step of a path.
    fileprivate enum Step {
        case field(String), item(Int)
    }

    struct NoSuchPlace: Error { let path: String }

    /// - Returns: Nil for what is no YAML.
    init?(_ bytes: [UInt8]) {
        guard let value = try? YAMLDocument(parsing: SecretBytes(bytes)).value() else { return nil }
        root = Node(value)
    }

    /// The document as JSON.
    var bytes: [UInt8] { Array(root.json.utf8) }

    mutating func apply(_ edit: ProposedEdit) throws {
        switch edit {
        case .remove(let path): try remove(path)
        // What was read is what the last of the fields says, and the first document.
        case .keepLast, .removeFurtherDocuments: break
        case .write(let text, let path): try set(.text(text), at: path)
        case .quote(let path): try set(.text(node(at: path).scalarText), at: path)
        case .rename(let path, let name): try rename(path, to: name)
        case .writeHeader: try writeHeader()
        case .splitProvider(let path): try splitProvider(path)
        case .appendIdentity(let entry): try append([.identity], to: "\(entry).providers")
        case .repeatProviders(let wildcard, let entry):
            try append(providers(of: wildcard), to: "\(entry).providers")
        case .join(let entry, let earlier, let names): try join(entry, into: earlier, names)
        case .moveKey(let path, let other, _): try moveKey(path, before: other, isCopy: false)
        case .repeatKey(let path, let other, _): try moveKey(path, before: other, isCopy: true)
        case .moveEntry(let path, let other): try moveEntry(path, before: other)
        case .addEntry(let resources):
            try append([.entry(resources, [.identity, .newProvider])], to: "resources")
        case .separate(let names, let entry): try separate(names, from: entry)
        }
    }
}

// MARK: - Edits

extension EditableDocument {
    private mutating func rename(_ path: String, to name: String) throws {
        let value = try node(at: path)
        try remove(path)
        let parent = path.split(separator: ".").dropLast().joined(separator: ".")
        try set(value, at: parent.isEmpty ? name : "\(parent).\(name)")
    }

    private mutating func writeHeader() throws {
        guard case .object(let fields) = root else { throw NoSuchPlace(path: "") }
        let rest = fields.filter { !["apiversion", "kind"].contains($0.name.lowercased()) }
        root = .object(
            [
                Field(name: "apiVersion", value: .text("apiserver.config.k8s.io/v1")),
                Field(name: "kind", value: .text("EncryptionConfiguration")),
            ] + rest)
    }

    private mutating func splitProvider(_ path: String) throws {
        guard case .object(let fields) = try node(at: path) else { throw NoSuchPlace(path: path) }
        try replaceItem(path, by: fields.filter { $0.value != .null }.map { .object([$0]) })
    }

    /// The resources of an entry, as texts.
    private func resources(of entry: Node) -> [String] {
        guard case .list(let items)? = entry["resources"] else { return [] }
        return items.map(\.scalarText)
    }

    private var entries: [Node] {
        if case .list(let entries)? = root["resources"] { entries } else { [] }
    }

    private func providers(of pattern: String) -> [Node] {
        entries.filter { resources(of: $0).contains(pattern) }.flatMap { entry -> [Node] in
            if case .list(let items)? = entry["providers"] { items } else { [] }
        }
    }

    private mutating func join(_ entry: String, into earlier: String, _ names: String) throws {
        guard case .list(let providers) = try node(at: "\(entry).providers") else { throw NoSuchPlace(path: entry) }
        let removed = names.replacingOccurrences(of: " and ", with: ", ").components(separatedBy: ", ")
        try append(providers, to: "\(earlier).providers")
        try removeResources(entry) { removed.contains($0) }
    }

    /// Removes resources of an entry, and the entry if none is left.
    private mutating func removeResources(_ entry: String, where isRemoved: (String) -> Bool) throws {
        let left = resources(of: try node(at: entry)).filter { !isRemoved($0) }
        if left.isEmpty { try remove(entry) } else { try set(.list(left.map(Node.text)), at: "\(entry).resources") }
    }

    /// The key goes in front of another one; a provider without keys goes with it.
    private mutating func moveKey(_ path: String, before other: String, isCopy: Bool) throws {
        let key = try node(at: path)
        let list = other.components(separatedBy: "[").dropLast().joined(separator: "[")
        guard case .item(let place)? = Self.steps(other).last, case .list(var keys) = try node(at: list) else {
            throw NoSuchPlace(path: other)
        }
        if !isCopy {
            let source = path.components(separatedBy: "[").dropLast().joined(separator: "[")
            guard case .item(let index)? = Self.steps(path).last, case .list(let all) = try node(at: source) else {
                throw NoSuchPlace(path: path)
            }
            if source == list {
                keys.remove(at: index)
            } else if all.count == 1 {
                // `resources[0].providers[1].aescbc.keys`
                try remove(source.components(separatedBy: ".").prefix(2).joined(separator: "."))
            } else {
                try remove(path)
            }
        }
        keys.insert(key, at: place)
        try set(.list(keys), at: list)
    }

    private mutating func moveEntry(_ path: String, before other: String) throws {
        let entry = try node(at: path)
        try remove(path)
        try replaceItem(other, by: [entry, node(at: other)])
    }

    private mutating func separate(_ names: [String], from entry: String) throws {
        var rules: [Node] = []
        for name in names {
            let group = name.split(separator: ".").dropFirst().joined(separator: ".")
            let lists = [name, "*.\(group)", "*.*"].map { self.providers(of: $0) }
            rules += lists.first { !$0.isEmpty } ?? []
        }
        var providers: [Node] = [.identity]
        for item in rules where !providers.contains(item) { providers.append(item) }
        let own = Node.entry(names, providers)
        for index in entries.indices.reversed() where resources(of: entries[index]).contains(where: names.contains) {
            try removeResources("resources[\(index)]") { names.contains($0) }
        }
        guard case .item(let place)? = Self.steps(entry).last else { throw NoSuchPlace(path: entry) }
        var all = entries
        all.insert(own, at: min(place, all.count))
        try set(.list(all), at: "resources")
    }
}

// MARK: - Places

extension EditableDocument {
    private static func steps(_ path: String) -> [Step] {
        path.split(separator: ".").flatMap { part -> [Step] in
            let parts = part.split(separator: "[")
            return parts.enumerated().map { index, part in
                part.last == "]" && (index > 0 || part.first?.isNumber == true)
                    ? .item(Int(part.dropLast()) ?? -1) : .field(String(part))
            }
        }
    }

    private func node(at path: String) throws -> Node {
        var node = root
        for step in Self.steps(path) {
            guard let next = node[step] else { throw NoSuchPlace(path: path) }
            node = next
        }
        return node
    }

    private mutating func set(_ value: Node, at path: String) throws {
        root = try root.setting(Self.steps(path)[...], to: [value], path)
    }

    private mutating func remove(_ path: String) throws { try replaceItem(path, by: []) }

    /// Puts any number of items in place of one.
    private mutating func replaceItem(_ path: String, by items: [Node]) throws {
        _ = try node(at: path)
        root = try root.setting(Self.steps(path)[...], to: items, path)
    }

    private mutating func append(_ items: [Node], to path: String) throws {
        guard case .list(let list) = try node(at: path) else { throw NoSuchPlace(path: path) }
        try set(.list(list + items), at: path)
    }
}

extension EditableDocument.Node {
    static let identity = Self.object([.init(name: "identity", value: .object([]))])
    /// As `encconf init` makes it, with a key of this test.
    static let newProvider = Self.object([
        .init(
            name: "secretbox",
            value: .object([
                .init(
                    name: "keys",
                    value: .list([
                        .object([
                            .init(name: "name", value: .text("key-20260101t000000z-7d1c")),
                            .init(name: "secret", value: .text("7nF1O0zq2m9kq5o3kJ6c1m4n3l8eYl5T0d2vT4kqB1E=")),
                        ])
                    ]))
            ]))
    ])

    static func entry(_ resources: [String], _ providers: [Self]) -> Self {
        .object([
            .init(name: "resources", value: .list(resources.map(Self.text))),
            .init(name: "providers", value: .list(providers)),
        ])
    }

    fileprivate init(_ value: YAMLValue) {
        self =
            switch value.kind {
            case .null: .null
            case .bool(let bool): .bool(bool)
            case .number(let text): .number(text.revealedText())
            case .string(let text): .text(text.revealedText())
            case .array(let items): .list(items.map(Self.init))
            case .object(let members):
                .object(members.map { .init(name: $0.key.revealedText(), value: Self($0.value)) })
            }
    }

    fileprivate subscript(name: String) -> Self? {
        guard case .object(let fields) = self else { return nil }
        return fields.last { $0.name == name }?.value
    }

    fileprivate subscript(step: EditableDocument.Step) -> Self? {
        switch (step, self) {
        case (.field(let name), _): self[name]
        case (.item(let index), .list(let items)) where items.indices.contains(index): items[index]
        default: nil
        }
    }

    /// The same with other values at a place: none removes it, several are items of a list.
    fileprivate func setting(
        _ steps: ArraySlice<EditableDocument.Step>, to values: [Self], _ path: String
    ) throws -> Self {
        guard let step = steps.first else { return values.first ?? .null }
        let rest = steps.dropFirst()
        switch (step, self) {
        case (.field(let name), .object(var fields)):
            let index = fields.lastIndex { $0.name == name }
            if rest.isEmpty {
                fields.removeAll { $0.name == name }
                if let value = values.first {
                    fields.insert(.init(name: name, value: value), at: min(index ?? fields.count, fields.count))
                }
                return .object(fields)
            }
            guard let index else { throw EditableDocument.NoSuchPlace(path: path) }
            fields[index].value = try fields[index].value.setting(rest, to: values, path)
            return .object(fields)
        case (.item(let index), .list(var items)) where items.indices.contains(index):
            if rest.isEmpty {
                items.replaceSubrange(index...index, with: values)
            } else {
                items[index] = try items[index].setting(rest, to: values, path)
            }
            return .list(items)
        default: throw EditableDocument.NoSuchPlace(path: path)
        }
    }

    fileprivate var scalarText: String {
        switch self {
        case .text(let text), .number(let text): text
        case .bool(let bool): "\(bool)"
        default: ""
        }
    }

    fileprivate var json: String {
        switch self {
        case .null: "null"
        case .bool(let bool): "\(bool)"
        case .number(let text): text
        case .text(let text): Self.quoted(text)
        case .list(let items): "[\(items.map(\.json).joined(separator: ","))]"
        case .object(let fields):
            "{\(fields.map { "\(Self.quoted($0.name)):\($0.value.json)" }.joined(separator: ","))}"
        }
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.value < 0x20: "\\u" + String(format: "%04x", scalar.value)
            default: String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
