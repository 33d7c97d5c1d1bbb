internal import Diagnostics
internal import KubernetesVersions
public import SecretMemory
internal import YAMLTree

extension APIServerFlags {
    /// Reads the manifest of a static pod, YAML or JSON: the first document, which is all that the kubelet reads
    /// (kubernetes, pkg/kubelet/config/common.go, `tryDecodeSinglePod`). A `List` of Pods is taken too, and a workload
    /// that makes Pods from a template.
    ///
    /// The container is found by its command: kube-apiserver itself, by any path; `hyperkube kube-apiserver`; either
    /// behind `go-runner` and the like, or in the script of `sh -c`. A command that is the entry point of the image,
    /// and so does not stand in the manifest, is not told.
    public static func read(manifest: consuming SecretBytes) throws(APIServerFlagsError) -> APIServerFlags {
        guard manifest.count <= byteCountLimit else {
            throw APIServerFlagsError(.tooLarge(byteCount: manifest.count), at: nil)
        }
        let value: YAMLValue
        do {
            let document = try YAMLDocument(parsing: manifest)
            value = try document.value()
        } catch {
            throw APIServerFlagsError(.notYAML(error), at: error.position)
        }
        return try StaticPodReader.read(value)
    }
}

/// Finds kube-apiserver in pods (k8s.io/api, core/v1, types.go, `Pod`).
struct StaticPodReader {
    private var budget = TextBudget()
    private var search = ProgramSearch()
    private var mounts: MountTable?
    private var image: String?

    static func read(_ value: YAMLValue) throws(APIServerFlagsError) -> APIServerFlags {
        var reader = StaticPodReader()
        for pod in try reader.pods(value) { try reader.read(pod) }
        let call = try reader.search.result()
        // Who has arguments also has mounts.
        guard let mounts = reader.mounts else { throw APIServerFlagsError(.noPod(kind: nil), at: value.node.start) }
        var flags = try APIServerFlags(call, paths: mounts)
        flags.kubernetes = reader.image.flatMap { ImageReference($0).tag }.flatMap { KubernetesVersion(release: $0) }
        return flags
    }

    private mutating func pods(_ value: YAMLValue) throws(APIServerFlagsError) -> [PodField] {
        let root = PodField(value: value, path: "")
        guard case .object = value.kind else { throw APIServerFlagsError(.noPod(kind: nil), at: value.node.start) }
        let kind = try root["kind"]?.text(&budget)
        switch kind {
        case "Pod": return [root]
        case "List", "PodList":
            let items = try root["items"]?.list() ?? []
            var pods: [PodField] = []
            for item in items {
                // The items of a PodList have no kind of their own.
                let kind = try item["kind"]?.text(&budget)
                if kind == nil || kind == "Pod" { pods.append(item) }
            }
            return pods
        // (k8s.io/api, apps/v1 and core/v1.)
        case "Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController":
            guard let template = try root["spec"]?["template"] else {
                throw APIServerFlagsError(.malformedField(path: "spec.template"), at: value.node.start)
            }
            return [template]
        default:
            let isName = kind.map { $0.utf8.count <= 63 && VariableName.isName($0.utf8) } == true
            throw APIServerFlagsError(.noPod(kind: isName ? kind : nil), at: value.node.start)
        }
    }

    private mutating func read(_ pod: PodField) throws(APIServerFlagsError) {
        guard let spec = try pod["spec"] else { return }
        for container in try spec["containers"]?.list() ?? [] {
            let environment = try ContainerEnvironment(container["env"], &budget)
            var words: [CommandWord] = []
            for name in ["command", "args"] {
                for field in try container[name]?.list() ?? [] {
                    let text = try field.text(&budget)
                    words.append(
                        try environment.expand(text, at: field.position, &budget))
                }
            }
            // Without a command the image tells what runs, and the first word is an argument of it.
            guard try container["command"] != nil else { continue }
            let outcome = try ProgramCall.resolve(
                words, environment: ShellEnvironment(values: environment.values), budget: &budget)
            try search.add(outcome, at: container.position)
            guard case .apiServer = outcome else { continue }
            mounts = try MountTable(container, spec, environment, &budget)
            image = try container["image"]?.text(&budget)
        }
    }
}
