internal import GoText
public import SecretMemory

/// Writes whole configurations, for new files.
public enum ConfigurationText {
    /// The file in YAML, with `apiVersion` and `kind` unless they are left out.
    public static func write(
        _ entries: [(patterns: [ResourcePattern], providers: [Provider.Kind])], hasHeader: Bool = true
    ) -> SecretBytes {
        let resources = entries.map { entry in
            NewNode.mapping([
                ("resources", .list(entry.patterns.map { .text($0.description) })),
                ("providers", .list(entry.providers.map(\.node))),
            ])
        }
        let header: [(String, NewNode)] = [
            ("apiVersion", .word("apiserver.config.k8s.io/v1")), ("kind", .word("EncryptionConfiguration")),
        ]
        let document = NewNode.mapping((hasHeader ? header : []) + [("resources", .list(resources))])
        var output = SecretBuffer()
        BlockStyle.usual.write(document, column: 0, to: &output)
        output.append("\n")
        return output.finish()
    }
}

extension Provider.Kind {
    /// The field of an item of `providers`.
    public var fieldName: String {
        switch self {
        case .identity: "identity"
        case .aescbc: "aescbc"
        case .aesgcm: "aesgcm"
        case .secretbox: "secretbox"
        case .kms: "kms"
        }
    }

    fileprivate var node: NewNode {
        let value: NewNode =
            switch self {
            case .identity: .mapping([])
            case .aescbc(let keys), .aesgcm(let keys), .secretbox(let keys):
                .mapping([
                    ("keys", .list(keys.map { NewItem.key(NewKey(name: $0.name, secret: $0.secret)).node }))
                ])
            case .kms(let plugin):
                .mapping([
                    ("apiVersion", .text(plugin.version.rawValue)), ("name", .text(plugin.name.text)),
                    ("endpoint", .text(plugin.endpoint.text)), ("timeout", .text(GoDuration.text(plugin.timeout))),
                ])
            }
        return .mapping([(fieldName, value)])
    }
}
