public import ShownText
public import APIServerFlags
internal import Diagnostics
internal import DurableFiles
internal import SecretMemory
internal import YAMLTree

extension DiscoveryError {
    /// The error of a command.
    public var failure: CommandFailure {
        switch self {
        case .file(let error): error.failure()
        case .flags(let path, let error):
            CommandFailure(
                "\(fileName(path))\(error.position.map { ":\($0.line):\($0.column)" } ?? ""): \(error.explanation)",
                hint: error.hint)
        case .dropIns(let path, let files):
            CommandFailure(
                "\(path): has drop-ins that encconf does not read: \(files.prefix(3).joined(separator: ", "))"
                    + (files.count > 3 ? ", …" : ""),
                hint:
                    "run `systemctl cat \(DropIns.lastPart(path))`, and pipe it to --discover-from -")
        case .folder(let path, let error): CommandFailure("\(path): \(error)")
        case .variables(let unit, let error):
            CommandFailure(
                "\(fileName(unit)): EnvironmentFile= \(error.failure().problems[0].message)",
                hint: "run this as root, or use --endpoints, --cacert, --cert and --key")
        case .openShiftConfig(let path, let reason):
            CommandFailure(
                "\(fileName(path)): the flags of this server are in the file of --openshift-config, which is not "
                    + "readable: \(reason.explanation)",
                hint: "run this on the control-plane node, or copy the file and pass it with --discover-from")
        case .noConfiguration(let path):
            CommandFailure(
                "\(path): has no --encryption-provider-config, so this server encrypts nothing",
                hint: "pass a configuration with --config FILE")
        case .noServers(let path):
            CommandFailure(
                "\(path): has no --etcd-servers", hint: "pass the etcd endpoints with --endpoints")
        case .notOnNode(let manifest, let flag, let path, .unknownContainer):
            CommandFailure(
                "\(manifest): \(flag) \(path) is a path of a container: \(HostPath.Absence.unknownContainer.explanation)",
                hint: "pass the manifest of the server with --discover-from, or the file itself")
        case .notOnNode(let manifest, let flag, let path, let absence):
            CommandFailure(
                "\(manifest): cannot find \(flag) \(path) on this node: "
                    + absence.explanation,
                hint: "copy the file, and pass it on the command line")
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
    /// Why the file does not show a place on the node, in one clause.
    var explanation: Phrase {
        switch self {
        case .notMounted: "no volume is mounted there"
        case .volume(let name, let source?): "volume \(name) is a \(source), not a folder of the node"
        case .volume(let name, nil): "the pod has no volume \(name)"
        case .relative: "the path is relative"
        case .unknownContainer: "this file does not show which folders of the node the container mounts"
        case .ownRoot: "the service has its own root folder"
        case .ownMount(let setting): "\(setting)= of the unit may mount something else there"
        }
    }
}

extension APIServerFlagsError {
    fileprivate var explanation: Phrase {
        switch reason {
        case .tooLarge(let count): "\(count) bytes are too large for a manifest or unit"
        case .tooMuchText: "its variables expand to too much text"
        case .notYAML(let error): "neither YAML nor a systemd unit: \(error.message)"
        case .notText: "not text: neither YAML nor a systemd unit"
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
        case .malformedValue(let flag): "kube-apiserver rejects the value of \(flag)"
        case .unknownVariable(let flag?, let variable):
            "the value of \(flag) depends on \(variable), which is unknown"
        case .unknownVariable(nil, let variable): "a word depends on \(variable), which is unknown"
        case .unsupported(.hereDocument): "encconf does not read here-documents of a script"
        case .unsupported(.shellWithoutScript): "a shell runs a script that is not in this file"
        case .unsupported(.splitString): "encconf does not read `env -S`"
        case .unsupported(.imageEntryPoint): "the image decides which program runs; this file does not name it"
        case .unsupported(.environmentFilePattern): "encconf does not read patterns in EnvironmentFile="
        case .unclosedQuote: "a quote is not closed"
        case .missingEnvironmentFile(let path): "\(path) of EnvironmentFile= cannot be read"
        }
    }

    fileprivate var hint: Phrase {
        switch reason {
        case .noPod("ClusterConfiguration"?), .noPod("InitConfiguration"?), .noPod("KubeadmControlPlane"?):
            """
            this is the input of kubeadm; use the manifest that it wrote, \
            /etc/kubernetes/manifests/kube-apiserver.yaml
            """
        case .noPod("EncryptionConfiguration"?): "this is the configuration itself; pass it with --config"
        case .noPod("Cluster"?):
            """
            this is the input of an installer; use the manifest that it wrote, for kops \
            /etc/kubernetes/manifests/kube-apiserver.manifest
            """
        case .settings(let installer): installer.hint
        case .noOpenShiftConfig: "check --openshift-config of the server"
        case .noAPIServer(let programs) where programs.contains("k3s"):
            """
            k3s runs kube-apiserver in its own process, with the configuration \(k3sConfiguration): \
            pass --preset k3s
            """
        case .noAPIServer(let programs) where programs.contains("rke2"):
            "the manifest of RKE2 is \(rke2Manifest): pass --preset rke2"
        case .noAPIServer, .noPod:
            "pass the manifest or unit of kube-apiserver, in a file of its own; k3s has none: pass --preset k3s"
        default: "use --endpoints, --cacert, --cert and --key instead"
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
        case .kubespray: "Kubespray"
        }
    }

    /// Where the flags of its kube-apiserver are.
    fileprivate var hint: Phrase {
        switch self {
        case .k3sOrRKE2:
            """
            the manifest of RKE2 is \(rke2Manifest): pass --preset rke2; k3s has none, and its configuration is \
            \(k3sConfiguration): pass --preset k3s
            """
        case .rke: "on a control-plane node, pipe `docker inspect kube-apiserver` to --discover-from -"
        case .kubespray: "use the manifest that it wrote, /etc/kubernetes/manifests/kube-apiserver.yaml"
        case .talos: "Talos has no manifest; use --config, --endpoints, --cacert, --cert and --key"
        }
    }
}

extension FileInForce.Unknown {
    /// Why the file cannot be compared, in one clause.
    public var explanation: Phrase {
        switch self {
        case .noConfiguration: "the manifest has no --encryption-provider-config"
        case .notOnNode: "its --encryption-provider-config is not a file of this node"
        case .unreadable(let error): error.failure().problems[0].message
        }
    }
}
