internal import EncryptionConfig
public import KeyRotation
internal import SecretMemory

/// What to do after a step of a rotation, exactly.
public struct RotationGuide {
    let file: String
    let hash: String
    let step: RotationRequest.Step
    /// Resources of the entries that the step changes.
    let resources: [String]
    /// Whether keys besides the writing one are read after the step.
    let hasOldKeys: Bool
    /// Whether the step was the last one of those that disable encryption.
    let isDisabled: Bool
    /// The options that have to be repeated, since the file does not show the intent.
    let repeatedOptions: String
    let isSingleServer: Bool
    /// Where retired keys are kept.
    let archive: String?

    public init(
        file: String, hash: String, step: RotationRequest.Step, resources: [String], hasOldKeys: Bool, isDisabled: Bool,
        repeatedOptions: String, isSingleServer: Bool, archive: String?
    ) {
        self.file = file
        self.hash = hash
        self.step = step
        self.resources = resources
        self.hasOldKeys = hasOldKeys
        self.isDisabled = isDisabled
        self.repeatedOptions = repeatedOptions
        self.isSingleServer = isSingleServer
        self.archive = archive
    }

    /// The next command, or nil after the last step.
    public var command: String? {
        let prefix = "encconf rotate \(Self.quoted(file))"
        let target = repeatedOptions.isEmpty ? "" : " \(repeatedOptions)"
        switch step {
        case .add where isSingleServer, .promote:
            guard hasOldKeys else { return nil }
            return "\(prefix) --step retire --evidence SNAPSHOT --archive \(Self.archive(of: file))\(target)"
        case .add: return "\(prefix) --step promote --servers-loaded\(target)"
        case .retire, .abort: return nil
        }
    }

    /// Why the next command waits.
    public var reason: String {
        switch step {
        case .add where isSingleServer && !hasOldKeys, .promote where !hasOldKeys: "no old key is left to retire"
        case .add where isSingleServer, .promote: "when no stored value needs the old keys any more"
        case .add: "when every server runs the file that holds the new key"
        case .retire: "the rotation is complete"
        case .abort: "the rotation is taken back"
        }
    }

    /// The steps in order, one to a line.
    public var text: String {
        var lines = isSingleServer ? [] : ["copy \(file.printable) to every control-plane node, byte for byte"]
        lines += [
            "restart each kube-apiserver, or, with automatic reload, wait until each has polled the file (60 s)",
            "check on each server itself, not through a load balancer, that the metric "
                + "apiserver_encryption_config_controller_last_config_info shows hash=\"\(hash)\"",
        ]
        switch step {
        case .add where isSingleServer, .promote:
            lines += ["wait for requests under way (60 s), then rewrite every object:"]
            lines += rewriteCommands.map { "    \($0)" }
            lines += ["    (again until there is no conflict)"]
            if hasOldKeys { lines += ["take a snapshot: etcdctl snapshot save SNAPSHOT"] }
        case .retire:
            if isDisabled { lines += ["then --encryption-provider-config may go from every server"] }
            if let archive { lines += ["keep \(archive.printable) as long as a backup needs the retired keys"] }
        case .add, .abort: break
        }
        if let command { lines += ["run: \(command)"] }
        var number = 0
        return lines.map { line in
            guard !line.hasPrefix(" ") else { return "  \(line)\n" }
            number += 1
            return "  \(number). \(line)\n"
        }.joined()
    }

    private var rewriteCommands: [String] {
        let exact = resources.filter { !$0.hasPrefix("*") }
        let wildcards = resources.filter { $0.hasPrefix("*") }
        return exact.map { "kubectl get \(Self.quoted($0)) --all-namespaces -o json | kubectl replace -f -" }
            + wildcards.map { wildcard in
                let group = wildcard == "*.*" ? "" : " --api-group=\(Self.quoted(String(wildcard.dropFirst(2))))"
                return "for r in $(kubectl api-resources --verbs=list,update\(group) -o name); do "
                    + "kubectl get \"$r\" --all-namespaces -o json | kubectl replace -f -; done"
            }
    }

    /// Where retired keys may go, for the shell.
    static func archive(of file: String) -> String { quoted(file + ".retired") }

    /// A word for the shell.
    public static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "/._-:@%+=".utf8.contains(byte)
        }
        return isPlain && !text.isEmpty
            ? text
            : "'"
                + text.split(separator: "'", omittingEmptySubsequences: false)
                .joined(separator: "'\\''") + "'"
    }
}
