public import ClusterRollout
internal import JSONText
public import SecretMemory

extension RolloutRecord {
    /// Reads a document of the kind `RolloutRecord`; nil for anything else.
    public init?(json: SecretKey) {
        guard let tree = try? JSONTree(parsing: json.span) else { return nil }
        let text = json
        func member(_ name: String, of node: JSONTree.Node) -> JSONTree.Node? {
            guard node.kind == .object, let member = tree.member(name, of: node, in: text.span), member.kind != .null
            else { return nil }
            return member
        }
        func string(_ name: String, of node: JSONTree.Node) -> String? {
            guard let value = member(name, of: node), value.kind == .string else { return nil }
            return String(decoding: tree.string(value, in: text.span).bytes.copiedToArray(), as: UTF8.self)
        }
        func version(_ name: String) -> Version? {
            guard let node = member(name, of: tree.root), let hash = string("hash", of: node),
                let position = string("position", of: node).flatMap({ RolloutPosition(rawValue: $0) })
            else { return nil }
            return Version(hash: hash, position: position)
        }
        guard string("apiVersion", of: tree.root) == "encconf/v1", string("kind", of: tree.root) == "RolloutRecord",
            let goal = string("goal", of: tree.root), let original = string("originalHash", of: tree.root),
            (member("current", of: tree.root) == nil) == (version("current") == nil),
            (member("pending", of: tree.root) == nil) == (version("pending") == nil)
        else { return nil }
        var besides: [String] = []
        if let list = member("besides", of: tree.root) {
            for node in tree.elements(of: list) {
                guard node.kind == .string else { return nil }
                besides.append(String(decoding: tree.string(node, in: text.span).bytes.copiedToArray(), as: UTF8.self))
            }
        }
        self.init(
            goal: goal, originalHash: original, previousKey: string("previousKey", of: tree.root),
            newKey: string("newKey", of: tree.root),
            current: version("current"), pending: version("pending"), besides: besides,
            isGoingBack: member("isGoingBack", of: tree.root)?.kind == .bool(true),
            finished: member("finished", of: tree.root).flatMap { tree.integer($0, in: text.span) })
    }

    public var value: ReportValue {
        func version(_ version: Version?) -> ReportValue {
            guard let version else { return .null }
            return ["hash": .text(version.hash), "position": .word(version.position)]
        }
        return .report(
            kind: "RolloutRecord",
            [
                "goal": .text(goal), "originalHash": .text(originalHash), "current": version(current),
                "pending": version(pending), "besides": .array(besides.map { .text($0) }),
                "isGoingBack": .bool(isGoingBack), "previousKey": .text(previousKey), "newKey": .text(newKey),
                "finished": .number(finished),
            ])
    }
}
