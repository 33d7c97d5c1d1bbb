internal import APIServerFlags
internal import Diagnostics
internal import DurableFiles
internal import GoText
internal import KubernetesVersions
public import NodePreflight
public import ShownText

/// What a check says to a person: what is so, and what to do about it.
public struct CheckText: Sendable {
    public let message: Phrase
    public let hint: Phrase?

    public init(_ message: Phrase, hint: Phrase? = nil) {
        self.message = message
        self.hint = hint
    }
}

extension StoredScope {
    public var text: CheckText {
        switch self {
        case .whole: CheckText("Every etcd of the manifest was read.")
        case .snapshot:
            CheckText(
                "A snapshot does not show what was written after it, or stored elsewhere.",
                hint: "omit --evidence to read the etcd of the manifest")
        case .otherEndpoint:
            CheckText("With --endpoints it is not shown that this is the etcd of the server.", hint: "omit --endpoints")
        }
    }
}

extension ArchivePlace {
    /// - Parameter path: The archive.
    public func text(of path: String) -> CheckText {
        switch self {
        case .otherMachine: CheckText("\(path) is on another machine.")
        case .thisNode:
            CheckText(
                "\(path) is on this node: if the node is lost, older backups are unreadable.",
                hint: "keep a copy of the archive elsewhere, apart from the backups")
        }
    }
}

extension FileCheck {
    /// - Parameter path: The file.
    public func text(of path: String) -> CheckText {
        let name = fileName(path)
        let argument: String = shellArgument(path) ?? "FILE"
        switch self {
        case .missing(let error) where status == .failed:
            return CheckText("\(name): \(error)", hint: "put the configuration there, with mode 0600")
        case .missing(let error):
            return CheckText("\(name): cannot be looked at: \(error)", hint: "run this as root")
        case .kind(.file, let count): return CheckText("\(name) is a regular file of \(counted(Int(count), "byte")).")
        case .kind(.folder, _):
            return CheckText(
                "\(name) is a folder: kube-apiserver would not start.", hint: "correct the path, or what is there")
        case .kind:
            return CheckText(
                "\(name) is not a regular file; kube-apiserver may read other content, or wait forever.",
                hint: "put the configuration into a regular file")
        case .mode(let mode, let isGroupNeeded):
            let bits: Phrase = "0\(String(mode, radix: 8))"
            let chmod: Phrase = "chmod \(isGroupNeeded ? 640 : 600) \(argument)"
            if mode & 0o002 != 0 {
                return CheckText(
                    "Every user of this node can change the keys: the mode is \(bits).",
                    hint: "run `\(chmod)`, then rotate the keys")
            }
            guard status != .ok else {
                let readers: Phrase = isGroupNeeded ? "its owner and the group of kube-apiserver" : "its owner"
                return CheckText("Only \(readers) can read it: the mode is \(bits).")
            }
            return CheckText(
                "Users besides the owner have rights to the file: the mode is \(bits).",
                hint: "run `\(chmod)`; if others could read it before, rotate the keys")
        case .owner(0, _): return CheckText("It belongs to root.")
        case .owner(let id, true): return CheckText("It belongs to user \(id), as whom kube-apiserver runs.")
        case .owner(let id, false):
            return CheckText(
                "It belongs to user \(id), who can read and replace the keys.",
                hint: "run `chown root:root \(argument)`")
        case .reader(let reading): return reading.text(of: argument)
        case .folders(nil): return CheckText("No other user can replace it: no folder on its path is open to others.")
        case .folders(let folder?): return folder.text
        case .links(let links): return links.text
        case .place(.named): return CheckText("It is the file that the manifest names.")
        case .place(.copy(let other)):
            return CheckText("It has the same bytes as \(other), which kube-apiserver loads.")
        case .place(.other(let other, true)):
            return CheckText(
                "kube-apiserver loads \(other), which differs from \(name).",
                hint: "copy \(argument) there when the change is safe; the check servers-change says so")
        case .place(.other(let other, false)):
            return CheckText("kube-apiserver loads \(other), which does not exist.", hint: "copy \(argument) there")
        case .place(.unreadable(let other)):
            return CheckText(
                "Cannot tell whether it differs from \(other), which kube-apiserver loads and which is not readable.",
                hint: "run this as root")
        case .place(.unknown):
            return CheckText(
                "The manifest does not show which file of this node kube-apiserver loads.",
                hint: "check its --encryption-provider-config")
        case .manager(nil): return CheckText("No installer is known to write this file.")
        case .manager(let manager?): return manager.text
        }
    }
}

extension OpenFolder {
    fileprivate var text: CheckText {
        let hint: Phrase = "move the configuration to a folder that only root can write in"
        return switch self {
        case .forAll(let folder):
            CheckText("Every user can replace the file: the folder \(folder) is writable for all.", hint: hint)
        case .forSome(let folder):
            CheckText(
                "Another user, or a group, can replace the file: the folder \(folder) is writable for them.", hint: hint
            )
        case .link(let link):
            CheckText("The symbolic link \(link) belongs to another user, who can change it.", hint: hint)
        case .accessList(let folder):
            CheckText(
                "Cannot tell who can replace the file: the folder \(folder) has an access list.",
                hint: "check with `getfacl \(shellArgument(folder) ?? "FOLDER")`")
        }
    }
}

extension ServerAccess {
    fileprivate func text(of argument: String) -> CheckText {
        switch self {
        case .granted(0): CheckText("kube-apiserver runs as root, and can read it.")
        case .granted(let id): CheckText("kube-apiserver runs as user \(id), who can read it.")
        case .refused(let id):
            CheckText(
                "kube-apiserver runs as user \(id), who cannot read it: the server would not start.",
                hint: "run `chown \(id) \(argument)` and `chmod 600 \(argument)`")
        case .refusedBy(let folder, let id):
            CheckText(
                "kube-apiserver runs as user \(id), who cannot open the folder \(folder): the server would not start.",
                hint: "move the configuration to a folder that this user can open")
        case .unknown:
            CheckText(
                "Cannot tell whether kube-apiserver can read it: an access list, a group, or a setting of its service or "
                    + "container decides.", hint: "check the user, the groups and the capabilities of the server")
        case .unknownUser(let name):
            CheckText(
                "kube-apiserver runs as user \(name), who does not exist on this node.",
                hint: "create the user, or correct User= of the unit")
        }
    }
}

extension LinkCheck {
    fileprivate var text: CheckText {
        switch self {
        case .none: CheckText("No symbolic link is on its path.")
        case .followed(let count):
            CheckText("\(counted(count, "symbolic link")) on its path; kube-apiserver follows them to the same file.")
        case .leavesMount(let link, let target):
            CheckText(
                "\(link) is a symbolic link to \(target), which is elsewhere, or nothing, in the container: "
                    + "kube-apiserver would not find the file.",
                hint: "replace the link with the file")
        case .unknown(let link, let target):
            CheckText(
                "Cannot tell what \(link) is in the container, a symbolic link to \(target).",
                hint: "replace the link with the file")
        }
    }
}

extension ConfigurationManager {
    fileprivate var text: CheckText {
        switch self {
        case .distribution(let distribution):
            switch distribution {
            case .k3s, .rke2:
                CheckText(
                    "\(distribution) manages this file, and does not start with an edited one.",
                    hint: "change it with \(distribution) secrets-encrypt only")
            case .openshift:
                CheckText(
                    "OpenShift manages this file, and replaces it at each revision.",
                    hint: "change spec.encryption.type of the resource `apiserver cluster` instead")
            case .kops:
                CheckText(
                    "kops writes this file at each start of a node.",
                    hint: "change it with kops create secret encryptionconfig, then update the nodes")
            case .kubespray:
                CheckText(
                    "Kubespray writes this file at each run.",
                    hint: "keep the inventory in step with it: kube_encrypt_secret_data and kube_encryption_algorithm")
            case .kubeadm, .k8sSnap, .microk8s: CheckText("No installer is known to write this file.")
            }
        case .talos:
            CheckText(
                "Talos makes this file from the machine configuration.",
                hint: "change the machine configuration instead")
        }
    }
}

extension MountCheck {
    public var text: CheckText {
        switch self {
        case .visible(nil, .node): return CheckText("kube-apiserver sees the files of the node.")
        case .visible(nil, _):
            return CheckText(
                "Cannot tell through which volume kube-apiserver sees the file.",
                hint: "pass the manifest of its Pod with --discover-from")
        case .visible(let mount?, _):
            return CheckText("The volume at \(mount.containerPath) shows it to the container.")
        case .invisible(let path, let absence):
            let certain = status == .failed
            return CheckText(
                certain
                    ? "kube-apiserver does not see \(path): \(absence.explanation). It would not start."
                    : "Cannot tell whether kube-apiserver sees \(path): \(absence.explanation).",
                hint: certain ? "mount the folder of the file with a hostPath volume" : nil)
        case .type(let mount, let check, _): return check.text(mount)
        case .replacement(_, false, _): return CheckText("A folder is mounted: a replaced file is seen at once.")
        case .replacement(_, true, let isReloading):
            return CheckText(
                "A single file is mounted: the container keeps the old one when it is replaced"
                    + (isReloading ? ", so that automatic reload does not see a new one." : "."),
                hint: "mount its folder; until then recreate the Pod after each change (a restart of the container is "
                    + "not enough)")
        case .writing(let mount):
            return mount.isReadOnly
                ? CheckText("The volume is read-only.")
                : CheckText("The container can write to the volume with the keys.", hint: "set readOnly: true")
        case .label(let check): return check.text
        case .socket(let plugin, let check): return check.text(plugin)
        case .restart(let plugin, let check): return check.text(plugin)
        }
    }
}

extension TypeCheck {
    fileprivate func text(_ mount: ContainerMount) -> CheckText {
        let type = mount.type ?? ""
        switch self {
        case .fits:
            return type.isEmpty
                ? CheckText("The kubelet does not check the type of the volume.")
                : CheckText("\(mount.volumePath) is of type \(type), as the volume demands.")
        case .differs(let found):
            return CheckText(
                "The volume demands type \(type), but \(mount.volumePath) is "
                    + (found.map { "a \($0)" } ?? "missing") + ": the kubelet does not start the container.",
                hint: "correct hostPath.type, or what is at this path")
        case .madeEmpty:
            return CheckText(
                "\(mount.volumePath) is missing; an empty file or folder would be made in its place.",
                hint: "put there first what the server needs")
        case .unreadable(let error):
            return CheckText("\(mount.volumePath): cannot be looked at: \(error)", hint: "run this as root")
        case .unknownType:
            return CheckText(
                "hostPath has no type \(type): the kubelet does not start the container.",
                hint: "use Directory")
        }
    }
}

extension LabelCheck {
    fileprivate var text: CheckText {
        switch self {
        case .notEnforced: CheckText("SELinux is not enforced on this node.")
        case .notConfined: CheckText("SELinux does not confine kube-apiserver.")
        case .forContainers(let type): CheckText("Its SELinux type \(type) is readable for containers.")
        case .other(let type):
            CheckText(
                "Cannot tell whether SELinux lets the container read it: its type is \(type ?? "unknown").",
                hint: "look for denials with `ausearch -m avc -c kube-apiserver`, or set the type container_file_t")
        }
    }
}

extension SocketCheck {
    fileprivate func text(_ plugin: ByteName) -> CheckText {
        switch self {
        case .reached(let path): CheckText("kube-apiserver sees the socket of \(name: plugin) at \(path).")
        case .abstract(true):
            CheckText("KMS provider \(name: plugin) has an abstract socket in the network of the node.")
        case .abstract(false):
            CheckText(
                "KMS provider \(name: plugin) has an abstract socket, which is not in the network of this container.",
                hint: "set hostNetwork: true, or use a socket with a path")
        case .invisible(let path, let absence):
            CheckText(
                "kube-apiserver does not see the socket of \(name: plugin) at \(path): \(absence.explanation).",
                hint: "mount the folder of the socket with a hostPath volume")
        case .absent(let path, nil):
            CheckText("There is no socket of \(name: plugin) at \(path).", hint: "start the plugin")
        case .absent(let path, .some):
            CheckText(
                "\(path) is not a socket, but KMS provider \(name: plugin) needs one.",
                hint: "correct the endpoint of the provider, or what is at this path")
        case .unreadable(let path, let error):
            CheckText(
                "The socket of \(name: plugin) at \(path) cannot be looked at: \(error)", hint: "run this as root")
        case .access(let path, let access) where access.isRefused:
            CheckText(
                "kube-apiserver may not connect to the socket of \(name: plugin) at \(path).",
                hint: "let the user of kube-apiserver write to the socket, and open its folders")
        case .access(let path, _):
            CheckText(
                "Cannot tell whether kube-apiserver may connect to the socket of \(name: plugin) at \(path).",
                hint: "check the user, the groups and the capabilities of the server")
        }
    }
}

extension ServerAccess {
    fileprivate var isRefused: Bool {
        switch self {
        case .refused, .refusedBy, .unknownUser: true
        case .granted, .unknown: false
        }
    }
}

extension RestartCheck {
    fileprivate func text(_ plugin: ByteName) -> CheckText {
        switch self {
        case .stays:
            CheckText("The folder of the socket of \(name: plugin) is still there after a restart of the node.")
        case .pinned:
            CheckText(
                "The socket of \(name: plugin) itself is mounted: after a restart of the plugin kube-apiserver keeps the "
                    + "old one, which does not answer.", hint: "mount the folder of the socket")
        case .madeAgain(let folder):
            CheckText(
                "\(folder) with the socket of \(name: plugin) is in memory; after a restart of the node the kubelet makes "
                    + "it again.")
        case .waits(let folder):
            CheckText(
                "\(folder) with the socket of \(name: plugin) is in memory; after a restart of the node kube-apiserver "
                    + "waits until the plugin makes it.",
                hint: "start the plugin as a service of the node or a static Pod, not through the API")
        }
    }
}

extension FlagCheck {
    public var text: CheckText {
        switch self {
        case .configuration(true): return CheckText("--encryption-provider-config is set.")
        case .configuration(false):
            return CheckText(
                "This server has no --encryption-provider-config: it cannot read encrypted values, and writes plaintext.",
                hint: "add the flag to the manifest of every server")
        case .misspelled(let flags):
            return CheckText(
                "kube-apiserver would not start: unknown flag \(flags.listed).",
                hint: "the flags are --encryption-provider-config and --encryption-provider-config-automatic-reload")
        case .name(false): return CheckText("The flag has its present name.")
        case .name(true):
            return CheckText(
                "kube-apiserver would not start: Kubernetes 1.24 removed --experimental-encryption-provider-config.",
                hint: "use --encryption-provider-config")
        case .reload(true):
            return CheckText(
                "Automatic reload is on: a replaced file takes effect within about a minute, without a restart.")
        case .reload(false):
            return CheckText("Automatic reload is off: a replaced file takes effect when kube-apiserver restarts.")
        case .reloadWithoutConfiguration:
            return CheckText(
                "kube-apiserver would not start: automatic reload is set, and --encryption-provider-config is not.",
                hint: "set both flags, or none")
        case .gates(let refusals, let version):
            guard let refusal = refusals.first else { return CheckText("Its feature gates are valid.") }
            let finding = refusal.diagnostic(in: version)
            return CheckText("\(finding.message)", hint: finding.hint.map { "\($0)" })
        case .version(let version?, _):
            guard version > .newest else { return CheckText("kube-apiserver has version \(version).") }
            return CheckText(
                "The rules of Kubernetes \(version) are unknown. Those of \(KubernetesVersion.newest) are used.",
                hint: "read the release notes for changes to encryption at rest")
        case .version(nil, let isSettled):
            return CheckText(
                "The manifest does not name the version of kube-apiserver. "
                    + (isSettled
                        ? "All known versions say the same of the file."
                        : "Versions differ in what they say of the file."),
                hint: "set --kubernetes")
        }
    }
}
