internal import YAMLTree

/// Finds kube-apiserver in pods (k8s.io/api, core/v1, types.go, `Pod`).
struct StaticPodReader {
    private var search = ProgramSearch()
    private var mounts: MountTable?
    private var image: String?
    private var identity = ServerIdentity()

    static func read(
        _ root: DocumentField, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) -> APIServerCommand {
        var reader = StaticPodReader()
        for pod in try pods(root, &budget) { try reader.read(pod, &budget) }
        let call = try reader.search.result()
        // Who has arguments also has mounts.
        guard let mounts = reader.mounts else { throw APIServerFlagsError(.noPod(kind: nil), at: root.position) }
        return try APIServerCommand(call, paths: mounts, image: reader.image, identity: reader.identity)
    }

    private static func pods(
        _ root: DocumentField, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) -> [DocumentField] {
        guard case .object = root.value.kind else { throw APIServerFlagsError(.noPod(kind: nil), at: root.position) }
        let kind = try root.kind(&budget)
        switch kind {
        case "Pod": return [root]
        case "List", "PodList":
            let items = try root["items"]?.list() ?? []
            var pods: [DocumentField] = []
            for item in items {
                // The items of a PodList have no kind of their own.
                let kind = try item["kind"]?.text(&budget)
                if kind == nil || kind == "Pod" { pods.append(item) }
            }
            return pods
        // (k8s.io/api, apps/v1 and core/v1.)
        case "Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController":
            guard let template = try root["spec"]?["template"] else {
                throw APIServerFlagsError(.malformedField(path: "spec.template"), at: root.position)
            }
            return [template]
        // (kubernetes, cmd/kubeadm/app/constants: what `kubectl -n kube-system get cm kubeadm-config` shows.)
        case "ConfigMap" where try root["data"]?.has("ClusterConfiguration") == true:
            throw APIServerFlagsError(.noPod(kind: "ClusterConfiguration"), at: root.position)
        case nil:
            guard let installer = try Installer(told: root) else {
                throw APIServerFlagsError(.noPod(kind: nil), at: root.position)
            }
            throw APIServerFlagsError(.settings(of: installer), at: root.position)
        default: throw APIServerFlagsError(.noPod(kind: kind), at: root.position)
        }
    }

    private mutating func read(_ pod: DocumentField, _ budget: inout TextBudget) throws(APIServerFlagsError) {
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
            // Without a command the image decides what runs: a program that starts kube-apiserver if the arguments name
            // it, and otherwise nobody knows, unless the image is for something else.
            if try container["command"] == nil, words.first?.programName != "kube-apiserver" {
                guard let image = try container["image"]?.text(&budget), ImageReference(image).isOfAPIServer
                else { continue }
                try search.add(
                    .unknown(APIServerFlagsError(.unsupported(.imageEntryPoint), at: container.position)),
                    at: container.position)
                continue
            }
            let outcome = try ProgramCall.resolve(
                words, environment: ShellEnvironment(values: environment.values), budget: &budget)
            try search.add(outcome, at: container.position)
            guard case .apiServer = outcome else { continue }
            mounts = try MountTable(container, spec, environment, &budget)
            image = try container["image"]?.text(&budget)
            identity = try ServerIdentity(
                pod: spec["securityContext"], container: container["securityContext"], &budget)
            identity.isInNodeNetwork = try spec["hostNetwork"]?.bool() ?? false
        }
    }
}
