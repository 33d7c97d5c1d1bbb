public import ShownText
public import APIServerFlags
internal import Diagnostics
internal import DurableFiles
internal import SecretMemory
internal import YAMLTree

extension DiscoveryError {
    /// What to tell a person.
    public var failure: CommandFailure {
        switch self {
        case .file(let error): error.failure()
        case .flags(let path, let error):
            CommandFailure(
                "\(fileName(path))\(error.position.map { ":\($0.line):\($0.column)" } ?? ""): \(error.explanation)",
                hint: error.hint)
        case .dropIns(let path, let files):
            CommandFailure(
                "\(path): drop-ins change this unit: "
                    + "\(files.prefix(3).joined(separator: ", "))" + (files.count > 3 ? ", …" : ""),
                hint:
                    "`systemctl cat \(DropIns.lastPart(path)) | encconf … --discover-from -` takes them along")
        case .folder(let path, let error): CommandFailure("\(path): \(error)")
        case .variables(let unit, let error):
            CommandFailure(
                "\(fileName(unit)): EnvironmentFile= \(error.failure().problems[0].message)",
                hint: "systemd reads it as root; --endpoints, --cacert, --cert and --key say the same")
        case .openShiftConfig(let path, let reason):
            CommandFailure(
                "\(fileName(path)): the flags of this server are in the file of --openshift-config, "
                    + "which cannot be read: \(reason.explanation)",
                hint: "run this on the control-plane node, or copy the file here and name it with --discover-from")
        case .noConfiguration(let path):
            CommandFailure(
                "\(path): has no --encryption-provider-config, so this server encrypts nothing",
                hint: "--config FILE names a configuration all the same")
        case .noServers(let path):
            CommandFailure(
                "\(path): has no --etcd-servers", hint: "--endpoints names the servers all the same")
        case .notOnNode(let manifest, let flag, let path, .unknownContainer):
            CommandFailure(
                "\(manifest): \(flag) \(path) is a path of a container: \(HostPath.Absence.unknownContainer.explanation)",
                hint: "name the manifest of the server with --discover-from, or the file itself on the command line")
        case .notOnNode(let manifest, let flag, let path, let absence):
            CommandFailure(
                "\(manifest): \(flag) \(path) is not told to be a file of this node: "
                    + absence.explanation,
                hint: "copy the file here and name it on the command line")
        }
    }
}

extension DiscoveryError.Unread {
    fileprivate var explanation: Phrase {
        switch self {
        case .file(let error): error.failure().problems[0].message
        case .notOnNode(let path, let absence): "\(path): \(absence.explanation)"
        }
    }
}

extension HostPath.Absence {
    fileprivate var explanation: Phrase {
        switch self {
        case .notMounted: "no volume is mounted there"
        case .volume(let name, let source?): "volume \(name) is a \(source), no folder of the node"
        case .volume(let name, nil): "the pod has no volume \(name)"
        case .relative: "the path is relative"
        case .unknownContainer: "this file does not say which folders of the node the container has"
        case .ownRoot: "the service has a root of its own"
        case .ownMount(let setting): "\(setting)= of the unit may put something else there"
        }
    }
}

extension APIServerFlagsError {
    fileprivate var explanation: Phrase {
        switch reason {
        case .tooLarge(let count): "\(count) bytes are too many for a manifest or unit"
        case .tooMuchText: "its variables unfold to too much text"
        case .notYAML(let error): "neither YAML nor a unit of systemd: \(error.message)"
        case .notText: "neither YAML nor a unit of systemd, but bytes that are no text"
        case .noPod(let kind?): "is not a Pod, but of kind \(kind)"
        case .noPod(nil): "is not a Pod"
        case .settings(let installer): "is the configuration of \(installer.name), not the manifest of kube-apiserver"
        case .noOpenShiftConfig(let kind?): "is not a KubeAPIServerConfig of OpenShift, but of kind \(kind)"
        case .noOpenShiftConfig(nil): "is not a KubeAPIServerConfig of OpenShift"
        case .flagsInOpenShiftConfig:
            "the flags of this server are in the file of --openshift-config, which was not read"
        case .malformedField(let path): "\(path) is missing or of the wrong type"
        case .noAPIServer(let programs) where programs.isEmpty: "runs no kube-apiserver"
        case .noAPIServer(let programs):
            "runs \(programs.joined(separator: ", ")), not kube-apiserver"
        case .severalAPIServers: "runs more than one kube-apiserver"
        case .missingValue(let flag): "\(flag) has no value"
        case .malformedValue(let flag): "\(flag) has a value that kube-apiserver refuses"
        case .unknownVariable(let flag?, let variable):
            "\(flag) rests on \(variable), which is not told"
        case .unknownVariable(nil, let variable): "a word rests on \(variable), which is not told"
        case .unsupported(.hereDocument): "a here-document in the script is not followed"
        case .unsupported(.shellWithoutScript): "a shell runs a script that does not stand here"
        case .unsupported(.splitString): "`env -S` is not followed"
        case .unsupported(.imageEntryPoint): "the image tells which program runs, and this file does not"
        case .unsupported(.environmentFilePattern): "a pattern in EnvironmentFile= is not followed"
        case .unclosedQuote: "a quote is never closed"
        case .missingEnvironmentFile(let path): "\(path) of EnvironmentFile= cannot be read"
        }
    }

    fileprivate var hint: Phrase {
        switch reason {
        case .noPod("ClusterConfiguration"?), .noPod("InitConfiguration"?), .noPod("KubeadmControlPlane"?):
            """
            this is what kubeadm is told; what counts is the manifest that it wrote: \
            /etc/kubernetes/manifests/kube-apiserver.yaml
            """
        case .noPod("EncryptionConfiguration"?): "this is the configuration itself: name it with --config"
        case .noPod("Cluster"?):
            """
            this is what an installer is told; what counts is the manifest that it wrote: of kops \
            /etc/kubernetes/manifests/kube-apiserver.manifest
            """
        case .settings(let installer): installer.hint
        case .noOpenShiftConfig: "check --openshift-config of the server"
        case .noAPIServer(let programs) where programs.contains("k3s"):
            """
            k3s runs kube-apiserver within itself, and its configuration is \(k3sConfiguration): \
            pass --preset k3s instead
            """
        case .noAPIServer(let programs) where programs.contains("rke2"):
            "the manifest of RKE2 is \(rke2Manifest): pass --preset rke2 instead"
        case .noAPIServer, .noPod:
            "name the manifest or unit of kube-apiserver; k3s has none: pass --preset k3s"
        default: "--endpoints, --cacert, --cert and --key say the same"
        }
    }
}

private let k3sConfiguration: Phrase = "\(K3sLayout.configuration)"
private let rke2Manifest: Phrase = "\(Distribution.rke2.manifest ?? "")"

extension Installer {
    fileprivate var name: Phrase {
        switch self {
        case .k3sOrRKE2: "k3s or RKE2"
        case .rke: "RKE"
        case .talos: "Talos"
        }
    }

    /// Where its kube-apiserver says how it runs.
    fileprivate var hint: Phrase {
        switch self {
        case .k3sOrRKE2:
            """
            the manifest of RKE2 is \(rke2Manifest): pass --preset rke2; k3s has none, and its configuration is \
            \(k3sConfiguration): pass --preset k3s
            """
        case .rke: "on a control-plane node: docker inspect kube-apiserver | encconf … --discover-from -"
        case .talos: "Talos keeps no manifest: --config, --endpoints, --cacert, --cert and --key say what is needed"
        }
    }
}

extension FileInForce.Unknown {
    /// Why the file cannot be compared, in one clause.
    public var explanation: Phrase {
        switch self {
        case .noConfiguration: "it names no --encryption-provider-config"
        case .notOnNode: "its --encryption-provider-config is no file of this node"
        case .unreadable(let error): error.failure().problems[0].message
        }
    }
}
