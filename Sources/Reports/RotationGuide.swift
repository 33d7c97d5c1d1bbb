internal import EncryptionConfig
internal import GoText
public import KeyRotation
public import KubernetesVersions
public import ShownText

/// What to do after a step of a rotation, exactly.
public struct RotationGuide {
    private let file: String
    private let hash: String
    private let plan: RotationPlan
    private let isSingleServer: Bool
    /// The options that have to be repeated, since the file does not show the intent.
    private let repeatedOptions: Phrase
    /// Where removed keys are kept.
    private let archive: String?
    /// What stands against the next step, as far as the file tells; nil if nothing does.
    private let obstacle: Phrase?
    /// The version of the servers.
    private let kubernetes: KubernetesVersion

    /// - Parameters:
    ///   - file: What the step wrote.
    ///   - hash: Its hash.
    public init(
        file: String, hash: String, plan: RotationPlan, isSingleServer: Bool, repeatedOptions: Phrase,
        archive: String?, obstacle: Phrase?, kubernetes: KubernetesVersion
    ) {
        self.kubernetes = kubernetes
        self.file = file
        self.hash = hash
        self.plan = plan
        self.isSingleServer = isSingleServer
        self.repeatedOptions = repeatedOptions
        self.archive = archive
        self.obstacle = obstacle
    }

    public var next: NextCommand {
        switch plan.step {
        case .add where !isSingleServer:
            return Self.next(
                Self.promotion(of: file, hash: hash, options: repeatedOptions), reason: Self.promotionReason,
                isSayable: isSayable, obstacle)
        case .add, .promote:
            guard hasOldKeys else { return NextCommand(reason: "no old key is left to retire") }
            return Self.retirement(file: file, hash: hash, options: repeatedOptions)
        case .retire where hasOldKeys:
            return NextCommand(reason: "further providers are still read; --to names the one that stays")
        case .retire: return NextCommand(reason: "the rotation is complete")
        case .abort: return NextCommand(reason: "the rotation is taken back")
        }
    }

    /// Whether the file encrypts nothing and reads nothing encrypted after the step.
    private var isDisabled: Bool {
        plan.intended.entries.allSatisfy { $0.providers.allSatisfy { $0.name == .identity } }
    }

    /// Whether keys besides the writing one are read after the step.
    private var hasOldKeys: Bool {
        plan.changes.contains { $0.after.dropFirst().contains { $0.provider != .identity } }
    }

    // MARK: The next step

    /// A command, or why there is none.
    ///
    /// - Parameters:
    ///   - isSayable: Whether all names in it can be printed.
    ///   - obstacle: What stands against it.
    static func next(_ command: Phrase, reason: Phrase, isSayable: Bool, _ obstacle: Phrase?) -> NextCommand {
        if let obstacle { return NextCommand(needs: [obstacle], reason: reason) }
        guard isSayable else {
            return NextCommand(needs: ["a command with names that hold control characters"], reason: reason)
        }
        return NextCommand(command: command, reason: reason)
    }

    /// Whether names can be printed as they are, so that a command with them runs as printed.
    private var isSayable: Bool {
        Self.isSayable(file) && plan.changes.allSatisfy { $0.after.allSatisfy { Self.isSayable($0.key?.text ?? "") } }
    }

    /// Whether a name has no control characters, which are shown as escapes.
    static func isSayable(_ name: String) -> Bool {
        name != "-" && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    static let promotionReason: Phrase = "when every server runs this file"

    /// - Parameter options: What has to be repeated.
    static func promotion(of file: String, hash: String, options: Phrase) -> Phrase {
        "encconf rotate \(argument(file)) --step promote --servers-loaded \(hash)\(options.isEmpty ? "" : " ")\(options)"
    }

    static func retirement(file: String, hash: String, options: Phrase) -> NextCommand {
        let repeated: Phrase = options.isEmpty ? "" : ", and again \(options)"
        return NextCommand(
            needs: [
                "proof that no stored value uses the old keys: --discover-from with the manifest of kube-apiserver, --etcd, or "
                    + "--evidence with a snapshot and its --after-revision",
                "the word that every server runs this file: --servers-loaded \(hash)",
                "a place for the old keys: --archive \(argument(file + ".retired"))\(repeated)",
            ], reason: "--step retire, when every value is written anew")
    }

    // MARK: The guide

    /// The steps in order, one to a line.
    public var text: Phrase {
        var number = 0
        return lines.map { line in
            guard !line.startsWithBlank else { return "  \(line)\n" }
            number += 1
            return "  \(number). \(line)\n"
        }.joined()
    }

    /// The steps in order; what belongs to the one before begins with a blank.
    public var lines: [Phrase] {
        var lines: [Phrase] = []
        switch plan.step {
        case .add:
            lines += [
                "keep a copy of \(file) where no backup of etcd is kept: without the new key, what it encrypts is lost"
            ]
        case .retire:
            lines += [
                "wait until etcd has compacted what was stored before the rewrite (kube-apiserver compacts every 5 minutes): "
                    + "watches and lists of old revisions fail without the removed keys"
            ]
        case .promote, .abort: break
        }
        if !plan.plugins.isEmpty { lines += ["see to it that the KMS plugin runs on every control-plane node"] }
        if !isSingleServer { lines += ["copy \(file) to every control-plane node, byte for byte"] }
        let restart: Phrase =
            isSingleServer
            ? "restart kube-apiserver"
            : "restart one kube-apiserver after the other, each when the one before is ready again"
        let ask: Phrase =
            isSingleServer ? "ask the server" : "ask each server itself, not through a load balancer"
        lines += [
            "\(restart); or, with automatic reload, wait until it has \(reload)",
            kubernetes.tellsConfigurationHash
                ? "\(ask): /readyz answers ok, and the metric apiserver_encryption_config_controller_last_config_info shows "
                    + "hash=\"\(hash)\""
                : "\(ask): /readyz answers ok. Kubernetes \(kubernetes) does not show which file it runs: check that the file "
                    + "of each node has the hash \(hash) and that each server was restarted after it was copied",
        ]
        if !plan.rewritten.isEmpty, plan.step == .promote || isSingleServer {
            lines += [
                "wait for requests under way (60 s), and note the revision of etcd (header.revision of etcdctl get x -w json): a "
                    + "snapshot is a proof from it on", "rewrite every object:",
            ]
            lines += rewriteCommands.map { "    \($0)" }
            lines += ["    (again until there is no conflict)"]
            if !hasOldKeys { lines += ["look at what is stored with `encconf audit`"] + identityLines }
        }
        switch plan.step {
        case .retire:
            lines += ["look at what is stored a last time with `encconf audit`"]
            if isDisabled { lines += ["then --encryption-provider-config may go from every server"] }
            if let archive { lines += ["keep \(archive) as long as a backup needs the removed keys"] }
            lines += identityLines
        case .abort:
            if let archive { lines += ["keep \(archive) as long as a value or a backup may need the removed keys"] }
        case .add, .promote: break
        }
        let next = next
        if let command = next.command {
            lines += ["then run:\n     \(command)"]
        } else if !next.needs.isEmpty {
            lines += ["then \(next.reason); it needs"] + next.needs.map { "    \($0)" }
        }
        return lines
    }

    /// How automatic reload finds the file.
    private var reload: Phrase {
        switch kubernetes.reloadTrigger {
        case .polling: "polled the file (60 s)"
        case .fileEvents: "seen that the file has changed (at once)"
        }
    }

    /// What to do about identity that is read and does not write, in what the step is about.
    private var identityLines: [Phrase] {
        let readsPlaintext = plan.changes.contains { $0.after.dropFirst().contains { $0.provider == .identity } }
        return readsPlaintext
            ? ["once nothing is stored as plaintext, identity may go as well: --step retire with --remove-identity"]
            : []
    }

    private var rewriteCommands: [Phrase] {
        // A version without wildcards stores nothing by one.
        let resources = plan.rewritten.map(\.text).filter { kubernetes.hasWildcards || !$0.hasPrefix("*") }
        let exact = resources.filter { !$0.hasPrefix("*") }
        let wildcards = resources.filter { $0.hasPrefix("*") }
        return exact.map { "kubectl get \(ShellWord.quoted($0)) --all-namespaces -o json | kubectl replace -f -" }
            + wildcards.map { wildcard in
                let group: Phrase =
                    wildcard == "*.*" ? "" : " --api-group=\(ShellWord.quoted(String(wildcard.dropFirst(2))))"
                return "for r in $(kubectl api-resources --verbs=list,update\(group) -o name); do "
                    + "kubectl get \"$r\" --all-namespaces -o json | kubectl replace -f -; done"
            }
    }

    // MARK: Words for the shell

    /// A path as an argument: one that begins with a dash would be taken for an option.
    static func argument(_ path: String) -> String { ShellWord.quoted(path.hasPrefix("-") ? "./\(path)" : path) }

    /// An option with its value, which may begin with a dash.
    public static func option(_ name: Phrase, _ value: String) -> Phrase {
        "\(name)\(value.hasPrefix("-") ? "=" : " ")\(ShellWord.quoted(value))"
    }
}
