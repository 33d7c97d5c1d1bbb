internal import KubernetesVersions
public import SecretMemory
internal import YAMLTree

/// How a file starts kube-apiserver: the flags, and where on the node their paths lead.
///
/// Read from the manifest of a pod or workload, or the JSON of `docker inspect`, with ``read(manifest:)``, from a systemd
/// unit with ``SystemdUnit``, or from a file of arguments.
public struct APIServerCommand: Sendable {
    private let values: FlagValues
    private let paths: any PathTranslation
    private let kubernetes: KubernetesVersion?
    /// As whom the server runs.
    public let identity: ServerIdentity

    /// - Parameter image: The image of the container, whose tag is the version.
    init(
        _ call: ServerCall, paths: some PathTranslation, image: String? = nil,
        identity: ServerIdentity = ServerIdentity()
    ) throws(APIServerFlagsError) {
        self.identity = call.container?.identity ?? identity
        var place: any PathTranslation = call.container ?? paths
        if call.hasMoved { place.workingDirectory = nil }
        self.paths = place
        values = try FlagValues(call.arguments)
        kubernetes = (call.container?.image ?? image).flatMap { ImageReference($0).tag }.flatMap {
            KubernetesVersion(release: $0)
        }
    }

    /// Whose files the server sees.
    public var place: ServerPlace { paths.place }

    /// Where on the node a path is that the server opens, such as the socket of a plugin.
    public func nodePath(of path: String) throws(APIServerFlagsError) -> HostPath {
        try paths.hostPath(of: path, flag: .encryptionProviderConfig, at: nil)
    }

    /// The mount that a path of the server is in; nil without one that is described.
    public func mount(of path: String) -> ContainerMount? { paths.mount(of: path) }

    /// Where the file is that OpenShift's `--openshift-config` names; nil without the flag.
    public var openShiftConfig: HostPath? {
        get throws(APIServerFlagsError) { try paths.file(of: .openShiftConfig, in: values) }
    }

    /// The flags.
    ///
    /// - Parameter openShiftConfig: The file that ``openShiftConfig`` names. Without it nothing is known: a flag in
    ///   another file is not absent.
    public func flags(openShiftConfig: OpenShiftConfig? = nil) throws(APIServerFlagsError) -> APIServerFlags {
        var values = values
        if let word = values.unchecked(.openShiftConfig), word.unknown != nil || !word.text.isEmpty {
            guard let openShiftConfig else { throw APIServerFlagsError(.flagsInOpenShiftConfig, at: word.position) }
            // The server parses its command line, and then these, as if they were appended
            // (github.com/openshift/kubernetes, cmd/kube-apiserver/app/server.go).
            try values.add(openShiftConfig.arguments(inFileAt: word.text))
        }
        return try APIServerFlags(values, paths, kubernetes: kubernetes)
    }
}

extension APIServerCommand {
    /// Reads a document, YAML or JSON: the first one of the file, which is all that the kubelet reads of a static pod
    /// (kubernetes, pkg/kubelet/config/common.go, `tryDecodeSinglePod`). A `List` of Pods is taken too, a workload
    /// that makes Pods from a template, what `docker inspect` prints, and OpenShift's KubeAPIServerConfig.
    ///
    /// The container is found by its command: kube-apiserver itself, by any path; `hyperkube kube-apiserver`; either
    /// behind `go-runner` and the like, or in the script of `sh -c`. A command that is the entry point of the image,
    /// and so is not in the manifest, is unknown.
    public static func read(manifest: consuming SecretBytes) throws(APIServerFlagsError) -> APIServerCommand {
        let root = DocumentField(value: try document(manifest), path: "")
        var budget = TextBudget()
        if let command = try InspectedContainer.command(root, &budget) { return command }
        if case .object = root.value.kind, try root.kind(&budget) == OpenShiftConfig.kind {
            return try OpenShiftConfig(root, &budget).command()
        }
        return try StaticPodReader.read(root, &budget)
    }

    static func document(_ bytes: consuming SecretBytes) throws(APIServerFlagsError) -> YAMLValue {
        guard bytes.count <= APIServerFlags.byteCountLimit else {
            throw APIServerFlagsError(.tooLarge(byteCount: bytes.count), at: nil)
        }
        do {
            return try YAMLDocument(parsing: bytes).value()
        } catch {
            throw APIServerFlagsError(.notYAML(error), at: error.position)
        }
    }
}
