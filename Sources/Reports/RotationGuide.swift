internal import EncryptionConfig
internal import GoText
public import KeyRotation
public import KubernetesVersions
public import ShownText

/// The exact actions after a step of a rotation.
public struct RotationGuide {
    private let file: String
    private let hash: String
    private let plan: RotationPlan
    private let isSingleServer: Bool
    /// Options to repeat in the next command; the file does not record them.
    private let repeatedOptions: Phrase
    /// The file of removed keys; nil without one.
    private let archive: String?
    /// The obstacle to the next step that the file shows; nil if there is none.
    private let obstacle: Phrase?
    /// The version of the servers.
    private let kubernetes: KubernetesVersion

    /// - Parameters:
    ///   - file: The file that the step wrote.
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
            guard hasOldKeys else { return NextCommand(reason: "nothing: no old key is left to retire") }
            return Self.retirement(file: file, hash: hash, options: repeatedOptions)
        case .retire where hasOldKeys:
            return NextCommand(reason: "choose with --to which provider stays: the file still reads several")
        case .retire: return NextCommand(reason: "nothing: the rotation is complete")
        case .abort: return NextCommand(reason: "nothing: the rotation is undone")
        }
    }

    /// Whether the file encrypts nothing and reads nothing encrypted after the step.
    private var isDisabled: Bool {
        plan.intended.entries.allSatisfy { $0.providers.allSatisfy { $0.name == .identity } }
    }

    /// Whether the file has read keys after the step.
    private var hasOldKeys: Bool {
        plan.changes.contains { $0.after.dropFirst().contains { $0.provider != .identity } }
    }

    // MARK: The next step

    /// A command, or why there is none.
    ///
    /// - Parameters:
    ///   - isSayable: Whether all names in it can be printed.
    ///   - obstacle: Why it would fail.
    static func next(_ command: Phrase, reason: Phrase, isSayable: Bool, _ obstacle: Phrase?) -> NextCommand {
        if let obstacle { return NextCommand(obstacle: obstacle, reason: reason) }
        guard isSayable else {
            return NextCommand(
                needs: ["a command with names that cannot be printed: they contain control characters"], reason: reason)
        }
        return NextCommand(command: command, reason: reason)
    }

    /// Whether all names can be printed unchanged, so that a command with them runs as printed.
    private var isSayable: Bool {
        Self.isSayable(file) && plan.changes.allSatisfy { $0.after.allSatisfy { Self.isSayable($0.key?.text ?? "") } }
    }

    /// Whether a name has no control characters, which are shown as escapes.
    static func isSayable(_ name: String) -> Bool {
        name != "-" && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    static let promotionReason: Phrase = "promote when every server runs this file"

    /// - Parameter options: Options to repeat.
    static func promotion(of file: String, hash: String, options: Phrase) -> Phrase {
        "encconf rotate \(argument(file)) --step promote --servers-loaded \(short(hash))\(options.isEmpty ? "" : " ")\(options)"
    }

    static func retirement(file: String, hash: String, options: Phrase) -> NextCommand {
        let repeated: [Phrase] = options.isEmpty ? [] : ["the same options again: \(options)"]
        return NextCommand(
            needs: [
                "proof that nothing uses the old keys: --etcd, --discover-from, or --evidence NEW-SNAPSHOT",
                "proof that every server runs this file: --servers, or --servers-loaded \(short(hash))",
                "a file for the old keys: --archive \(argument(file + ".retired"))",
            ] + repeated, reason: "retire when every value is re-encrypted")
    }

    /// The start of a hash, enough to tell files apart by eye and for `--servers-loaded`.
    static func short(_ hash: String) -> String { String(hash.prefix("sha256:".count + 8)) }

    // MARK: The guide

    /// The goal in one sentence, then the actions in order, each numbered.
    public var text: Phrase {
        var number = 0
        return "Next: \(goal).\n"
            + lines.map { line in
                guard !line.startsWithBlank else { return "  \(line)\n" }
                number += 1
                return "  \(number). \(line)\n"
            }.joined()
    }

    /// What the actions lead to.
    private var goal: Phrase {
        let delivery: Phrase = isSingleServer ? "restart kube-apiserver with \(file)" : "roll out \(file)"
        return switch plan.step {
        case .add where !isSingleServer: "\(delivery), then promote"
        case .add, .promote:
            hasOldKeys
                ? "\(delivery), re-encrypt every object, then retire" : "\(delivery), then re-encrypt every object"
        case .retire: hasOldKeys ? "\(delivery), then choose a provider" : "\(delivery). Then the rotation is complete"
        case .abort: "\(delivery). Then the rotation is undone"
        }
    }

    /// The actions in order. A line that begins with a blank belongs to the action before.
    public var lines: [Phrase] {
        var lines = rolloutLines
        if !plan.rewritten.isEmpty, plan.step == .promote || isSingleServer {
            lines += [
                "Wait 60 s for running requests. Then note the revision that `etcdctl endpoint status -w json`",
                "   shows: the next step needs it as --after-revision, if its proof is a snapshot.",
                "Re-encrypt every object, with `encconf rewrite` or with kubectl (repeat it after a conflict):",
            ]
            lines += rewriteCommands.map { "     \($0)" }
            if !hasOldKeys { lines += ["Check the result with `encconf audit`."] + identityLines }
        }
        switch plan.step {
        case .retire:
            lines += ["Check the result with `encconf audit`."]
            if isDisabled { lines += ["Then remove --encryption-provider-config from every server."] }
            if let archive { lines += ["Keep \(archive) until every backup from before this step is deleted."] }
            lines += identityLines
        case .abort:
            if let archive { lines += ["Keep \(archive) until no value and no backup can need the removed key."] }
        case .add, .promote: break
        }
        let next = next
        if let command = next.command {
            lines += ["Then \(next.reason):", "     \(command)"]
        } else if !next.needs.isEmpty {
            lines += ["Then \(next.reason)\(next.listEnd)"] + next.needs.map { "   \($0)" }
        }
        return lines
    }

    /// How the file comes to every server, and how to see that it did.
    private var rolloutLines: [Phrase] {
        var lines: [Phrase] = []
        switch plan.step {
        case .add: lines += ["Back up \(file) outside the cluster, but not next to the etcd backups."]
        case .retire:
            lines += [
                "Wait until etcd has compacted the old revisions (kube-apiserver compacts every 5 minutes):",
                "   watches and lists from old revisions fail without the removed keys.",
            ]
        case .promote, .abort: break
        }
        if !plan.plugins.isEmpty { lines += ["Make sure that the KMS plugin runs on every control-plane node."] }
        if !isSingleServer { lines += ["Copy \(file) to every control-plane node, byte for byte."] }
        lines +=
            isSingleServer
            ? ["Restart kube-apiserver (\(reload))."]
            : [
                "Restart kube-apiserver on one node after the other, each when the previous one is ready",
                "   (\(reload)).",
            ]
        let check: Phrase = isSingleServer ? "Check the server" : "Check each server itself, not the load balancer"
        if kubernetes.tellsConfigurationHash {
            return lines + [
                "\(check): it is ready and runs \(Self.short(hash)).",
                "   Use `encconf servers`, or the metric apiserver_encryption_config_controller_last_config_info.",
            ]
        }
        return lines + [
            "\(check): it is ready. Kubernetes \(kubernetes) does not",
            "   show which file it runs: check that the file "
                + "on each node is \(Self.short(hash)), and that each",
            "   server was restarted after the copy.",
        ]
    }

    /// How automatic reload finds the file.
    private var reload: Phrase {
        switch kubernetes.reloadTrigger {
        case .polling: "or wait 60 s with automatic reload"
        case .fileEvents: "not needed with automatic reload, which loads the file at once"
        }
    }

    /// What to do about identity as a read-only provider.
    private var identityLines: [Phrase] {
        let readsPlaintext = plan.changes.contains { $0.after.dropFirst().contains { $0.provider == .identity } }
        return readsPlaintext
            ? ["When no value is plaintext, remove identity too: --step retire with --remove-identity."] : []
    }

    private var rewriteCommands: [Phrase] {
        // A version without wildcards stores nothing by one.
        let resources = plan.rewritten.map(\.text).filter { kubernetes.hasWildcards || !$0.hasPrefix("*") }
        let exact = resources.filter { !$0.hasPrefix("*") }
        let wildcards = resources.filter { $0.hasPrefix("*") }
        return exact.map { "kubectl get \(ShellWord.quoted($0)) -A -o json | kubectl replace -f -" }
            + wildcards.flatMap { wildcard -> [Phrase] in
                let group: Phrase =
                    wildcard == "*.*" ? "" : " --api-group=\(ShellWord.quoted(String(wildcard.dropFirst(2))))"
                return [
                    "kubectl api-resources --verbs=list,update\(group) -o name |",
                    "  while read -r name; do kubectl get \"$name\" -A -o json | kubectl replace -f -; done",
                ]
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
