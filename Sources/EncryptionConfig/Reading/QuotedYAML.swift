internal import Diagnostics
internal import GoText
internal import KubernetesVersions
internal import SecretMemory
internal import YAMLTree

/// Puts back into a text about YAML the part of the file that kube-apiserver quotes in it, secrets replaced.
struct QuotedYAML {
    let root: YAMLNode?
    let redactor: SecretRedactor
    let kubernetes: KubernetesVersion

    /// What kube-apiserver prints; nil for limits that it does not have.
    func text(of error: YAMLError) -> String? {
        guard let text = upstreamText(of: error), let root, let offset = error.position?.offset else {
            return upstreamText(of: error)
        }
        switch error.reason {
        case .tagMismatch(let found, let wanted):
            guard
                case .scalar(let scalar) = Self.first(in: root, where: { $0.start.offset == offset && $0.isTagged })?
                    .content
            else { return text }
            return "yaml: cannot decode \(found) `\(redactor.shown(scalar.text.revealedText()))` as a \(wanted)"
        case .collectionAsKey:
            guard let entry = Self.entry(at: offset, in: root), let key = goSyntax(entry.key) else { return text }
            return "yaml: invalid map key: \(key)"
        case .unsupportedKey(let type):
            guard let entry = Self.entry(at: offset, in: root), let value = goSyntax(entry.value),
                let key = goSyntax(entry.key)
            else { return text }
            let name = type == "nil" ? "%!s(<nil>)" : type
            return mapKeyText("unsupported map key of type: \(name), key: \(key), value: \(value)")
        default: return text
        }
    }

    private func upstreamText(of error: YAMLError) -> String? {
        guard case .unsupportedKey = error.reason else { return error.upstreamText }
        return error.upstreamText.map(mapKeyText)
    }

    /// A text on a key of a mapping, in the writing of the version.
    private func mapKeyText(_ text: String) -> String {
        kubernetes.writesMapKeyErrorSmall ? text : text.prefix(1).uppercased() + text.dropFirst()
    }

    // MARK: Places

    private static func first(in node: YAMLNode, where fits: (YAMLNode) -> Bool) -> YAMLNode? {
        if fits(node) { return node }
        switch node.content {
        case .scalar, .alias: return nil
        case .sequence(let elements): return first(among: elements, where: fits)
        case .mapping(let entries): return first(among: entries.flatMap { [$0.key, $0.value] }, where: fits)
        }
    }

    private static func first(among nodes: [YAMLNode], where fits: (YAMLNode) -> Bool) -> YAMLNode? {
        for node in nodes { if let found = first(in: node, where: fits) { return found } }
        return nil
    }

    /// The pair whose key, which is no ordinary one, begins at a place.
    private static func entry(at offset: Int, in root: YAMLNode) -> YAMLEntry? {
        func fits(_ entry: YAMLEntry) -> Bool { entry.key.start.offset == offset }
        let mapping = first(in: root) { node in
            guard case .mapping(let entries) = node.content else { return false }
            return entries.contains(where: fits)
        }
        guard case .mapping(let entries) = mapping?.content else { return nil }
        return entries.first(where: fits)
    }

    // MARK: How Go prints it

    /// `%#v` of what go-yaml decodes.
    private func goSyntax(_ node: YAMLNode) -> String? {
        do {
            let value = try node.value()
            if case .null = value.kind { return "<nil>" }
            return goSyntax(value)
        } catch {
            return nil
        }
    }

    private func goSyntax(_ value: YAMLValue) -> String {
        switch value.kind {
        case .null: "interface {}(nil)"
        case .bool(let value): "\(value)"
        case .number(let text): goSyntax(number: redactor.shown(text.revealedText()))
        case .string(let text): goQuoted(redactor.shown(text.revealedText()))
        case .array(let elements): "[]interface {}{\(elements.map(goSyntax).joined(separator: ", "))}"
        case .object(let members): "map[interface {}]interface {}{\(members.map(goSyntax).joined(separator: ", "))}"
        }
    }

    private func goSyntax(_ member: YAMLMember) -> String {
        goQuoted(redactor.shown(member.key.revealedText())) + ":" + goSyntax(member.value)
    }

    /// Unsigned numbers, which go-yaml has only beyond the signed ones, are printed in base 16.
    private func goSyntax(number text: String) -> String {
        guard let number = UInt64(text), Int64(exactly: number) == nil else { return text }
        return "0x" + String(number, radix: 16)
    }
}

extension YAMLNode {
    fileprivate var isTagged: Bool {
        guard case .scalar = content else { return false }
        return tag != nil
    }
}
