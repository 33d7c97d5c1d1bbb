internal import Diagnostics
internal import GoText
internal import SecretMemory
internal import YAMLTree

/// One file, decoded as client-go does (tools/clientcmd/loader.go, `Load`): as YAML, which includes JSON, and
/// completely: an error in an unused entry counts too.
struct KubeconfigFile {
    private(set) var currentContext: String?
    private(set) var clusters: [ByteName: ClusterEntry] = [:]
    private(set) var users: [ByteName: UserEntry] = [:]
    private(set) var contexts: [ByteName: ContextEntry] = [:]

    init(_ content: SecretKey, path: String) throws(KubeconfigError) {
        let value: YAMLValue
        do {
            value = try YAMLDocument(parsing: SecretBytes(copying: content.span), as: .yaml).value()
        } catch {
            throw KubeconfigError(.notYAML(error), file: path, at: error.position)
        }
        // A file without anything says nothing.
        if case .null = value.kind { return }
        let root = KubeconfigField(value: value, path: "", file: path, budget: KubeconfigBudget())
        guard case .object = value.kind, try root.text("kind") ?? "Config" == "Config",
            try root.text("apiVersion") ?? "v1" == "v1"
        else { throw KubeconfigError(.notKubeconfig, file: path) }
        currentContext = try root.text("current-context")
        clusters = try Self.entries("cluster", of: root) { field, origin throws(KubeconfigError) in
            try ClusterEntry(field, origin)
        }
        users = try Self.entries("user", of: root) { field, origin throws(KubeconfigError) in
            try UserEntry(field, origin)
        }
        contexts = try Self.entries("context", of: root) { field, origin throws(KubeconfigError) in
            try ContextEntry(field, origin)
        }
    }

    /// The entries of a list by their names, of which none may come twice
    /// (tools/clientcmd/api/v1/conversion.go, `Convert_Slice_v1_NamedCluster_To_Map` and its like).
    private static func entries<Entry>(
        _ kind: String, of root: KubeconfigField,
        _ make: (KubeconfigField, EntryOrigin) throws(KubeconfigError) -> Entry
    ) throws(KubeconfigError) -> [ByteName: Entry] {
        var entries: [ByteName: Entry] = [:]
        for item in try root.list("\(kind)s") {
            if case .null = item.value.kind { continue }
            let name = try item.text("name") ?? ""
            guard entries[ByteName(name)] == nil else { throw item.error(.duplicateName) }
            let origin = EntryOrigin(name: name, file: item.file, position: item.value.node.start)
            entries[ByteName(name)] = try make(try item.field(kind) ?? item.empty, origin)
        }
        return entries
    }
}
