internal import Diagnostics
internal import GoText
public import SecretMemory
internal import YAMLTree

/// OpenShift's file of flags, the KubeAPIServerConfig that `--openshift-config` names.
///
/// (github.com/openshift/api, kubecontrolplane/v1; github.com/openshift/kubernetes,
/// openshift-kube-apiserver/openshiftkubeapiserver/flags.go, `ConfigToFlags`.)
public struct OpenShiftConfig: Sendable {
    private struct Argument {
        let flag: String
        let value: CommandWord
        /// Whether a relative path starts from the folder of the file.
        let isBeside: Bool

        func text(besideFileAt path: String) -> String {
            guard isBeside, value.text.utf8.first != UInt8(ascii: "/") else { return value.text }
            return path.pieces(between: "/").dropLast().map { $0 + "/" }.joined() + value.text
        }
    }

    private var arguments: [Argument] = []

    static let kind = "KubeAPIServerConfig"

    /// - Parameter bytes: YAML or JSON.
    public init(parsing bytes: consuming SecretBytes) throws(APIServerFlagsError) {
        var budget = TextBudget()
        let root = DocumentField(value: try APIServerCommand.document(bytes), path: "")
        let kind = try root.kind(&budget)
        guard kind == Self.kind else { throw APIServerFlagsError(.noOpenShiftConfig(kind: kind), at: root.position) }
        try self.init(root, &budget)
    }

    init(_ root: DocumentField, _ budget: inout TextBudget) throws(APIServerFlagsError) {
        let given = try root["apiServerArguments"]
        var seen: Set<ByteName> = []
        for flag in try given?.names(&budget) ?? [] where seen.insert(ByteName(flag)).inserted {
            for value in try given?[flag]?.list() ?? [] { try add(flag, value, isBeside: false, &budget) }
        }
        // The first versions of OpenShift 4 took from here what no argument says.
        let storage = try root["storageConfig"]
        for (flag, field) in [
            (Flag.etcdCAFile, "ca"), (.etcdCertFile, "certFile"), (.etcdKeyFile, "keyFile"),
            (.etcdPrefix, "storagePrefix"),
        ] where given?.has(flag.rawValue) != true {
            guard let value = try storage?[field] else { continue }
            try add(flag.rawValue, value, isBeside: flag != .etcdPrefix, &budget)
        }
        guard given?.has(Flag.etcdServers.rawValue) != true else { return }
        for value in try storage?["urls"]?.list() ?? [] {
            try add(Flag.etcdServers.rawValue, value, isBeside: false, &budget)
        }
    }

    private mutating func add(
        _ flag: String, _ value: DocumentField, isBeside: Bool, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) {
        let word = CommandWord(try value.text(&budget), at: value.position)
        if isBeside, word.text.isEmpty { return }
        arguments.append(Argument(flag: flag, value: word, isBeside: isBeside))
    }

    /// The arguments, without positions: those are of another file than the command line's.
    ///
    /// - Parameter path: Where the server finds the file.
    func arguments(inFileAt path: String) -> [CommandWord] {
        arguments.map { CommandWord("--\($0.flag)=\($0.text(besideFileAt: path))", at: nil) }
    }

    /// The command of a server of which only this file is known.
    func command() throws(APIServerFlagsError) -> APIServerCommand {
        let words = arguments.map { CommandWord("--\($0.flag)=\($0.value.text)", at: $0.value.position) }
        return try APIServerCommand(ServerCall(arguments: words), paths: UnknownContainer())
    }
}
