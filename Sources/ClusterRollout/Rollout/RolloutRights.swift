public import EncryptionConfig
internal import GoText
internal import KubernetesResources

/// The rights that a rollout of a file needs, as objects of Kubernetes.
public enum RolloutRights {
    /// A ClusterRole, as YAML. A comment names the purpose of each rule.
    ///
    /// - Parameter only: The resources that are rotated, as the file names them; nil for all.
    public static func manifest(for file: EncryptionConfiguration, only: Set<String>?) -> String {
        var groups: [ByteName: [String]] = [:]
        for rule in ResourceResolution(file).rules where only?.contains(rule.pattern.description) ?? true {
            let name = rule.pattern.name
            let resource = name.resource.text
            if name.group == "*" {
                groups["*", default: []].append("*")
            } else {
                groups[name.group, default: []].append(resource)
            }
        }
        let covered = groups.sorted { $0.key < $1.key }.map { group, resources in
            """
              - apiGroups: ["\(group.text)"]
                resources: [\(resources.map { "\"\($0)\"" }.joined(separator: ", "))]
                verbs: ["list", "patch"]

            """
        }.joined()
        return """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata:
              name: encconf-rollout
            rules:
              # The file hash, the state and the resources of each server.
              - nonResourceURLs: ["/metrics", "/readyz", "/version", "/flagz", "/api", "/apis"]
                verbs: ["get"]
              # The list of servers.
              - apiGroups: ["coordination.k8s.io"]
                resources: ["leases"]
                verbs: ["list"]
              - apiGroups: ["discovery.k8s.io"]
                resources: ["endpointslices"]
                verbs: ["list"]
              # The UID of the cluster, and the revision of etcd.
              - apiGroups: [""]
                resources: ["namespaces"]
                verbs: ["get", "list"]
              # Encrypted resources: list their metadata, re-encrypt their objects.

            """ + covered
    }
}
