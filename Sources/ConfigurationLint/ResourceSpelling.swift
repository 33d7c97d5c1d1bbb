internal import EncryptionConfig
internal import GoText
internal import KubernetesResources

/// Whether a resource exists, and what a name that none has is likely to mean.
enum ResourceSpelling {
    /// Whether some resource can match: one that Kubernetes stores or stored, or a custom one.
    static func isPlausible(_ pattern: ResourcePattern) -> Bool {
        let name = pattern.name
        if pattern.isWildcard { return name.group == "*" || groups.contains(name.group) || isCustom(name) }
        return name.resource.isEmpty || KnownResource.named(name) != nil || isCustom(name)
    }

    /// Whether the group can be that of a custom resource: such groups have a dot
    /// (k8s.io/apiextensions-apiserver, pkg/apis/apiextensions/validation).
    static func isCustom(_ name: GroupResource) -> Bool {
        name.group.contains(UInt8(ascii: ".")) && !groups.contains(name.group) && withoutVersion(name) == nil
    }

    /// The resource or wildcard that is likely to be meant; nil for no idea.
    static func likely(for pattern: ResourcePattern) -> String? {
        let name = pattern.name
        if pattern.isWildcard {
            return nearest(to: name.group, among: groups.sorted().filter { !$0.isEmpty }) { $0 }.map { "*.\($0)" }
        }
        return likelyResource(for: name)?.description
    }

    private static func likelyResource(for name: GroupResource) -> GroupResource? {
        if name.group.isEmpty, let group = foreignGroups[name.resource.text] {
            return GroupResource(resource: name.resource, group: group)
        }
        if let plain = withoutVersion(name), let known = KnownResource.named(plain)?.groupResource { return known }
        let name = withoutVersion(name) ?? name
        let parts = name.resource.split(at: UInt8(ascii: "/"))
        if parts.count == 2, let known = parts.lazy.compactMap({ byWord($0) }).first { return known }
        if let known = byWord(name.resource) { return known }
        let inGroup = resources.filter { $0.group == name.group }
        return nearest(to: name.resource, among: inGroup) { $0.resource }
            ?? nearest(to: name.resource, among: resources) { $0.resource }
    }

    /// A resource by its plural in another group, its singular, which is its kind in lower case, or its short name.
    private static func byWord(_ word: ByteName) -> GroupResource? {
        resources.first { $0.resource == word }
            ?? KnownResource.all.first { ByteName($0.kind.text.lowercased()) == word }?.groupResource
            ?? shortNames[word.text].map { GroupResource(parsing: $0) }
    }

    /// `deployments.v1.apps`, as kubectl takes it, and `secrets.v1`: there is no version in a configuration.
    private static func withoutVersion(_ name: GroupResource) -> GroupResource? {
        let rest = GroupResource(parsing: name.group.text)
        let digits = rest.resource.utf8.dropFirst()
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        guard rest.resource.utf8.first == UInt8(ascii: "v"), digits.first.map(isDigit) == true,
            digits.allSatisfy({ isDigit($0) || "alphabet".utf8.contains($0) })
        else { return nil }
        return GroupResource(resource: name.resource, group: rest.group)
    }

    /// The one with the fewest mistakes: at most one for short words, two for others.
    private static func nearest<Name>(to word: ByteName, among names: [Name], by text: (Name) -> ByteName) -> Name? {
        let limit = word.utf8.count <= 5 ? 1 : 2
        return names.map { (name: $0, mistakes: mistakes(between: word, and: text($0))) }
            .filter { $0.mistakes <= limit }
            .min { $0.mistakes < $1.mistakes }?.name
    }

    /// Letters left out, added, changed, or exchanged with their neighbour (optimal string alignment distance).
    static func mistakes(between left: ByteName, and right: ByteName) -> Int {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        // What is far longer is far off; and names come from a file, so they can be long.
        guard abs(left.count - right.count) <= 2 else { return .max }
        var rows = [Array(0...right.count)]
        for (row, letter) in left.enumerated() {
            var next = [row + 1]
            for (column, other) in right.enumerated() {
                var best = min(next[column], rows[row][column + 1]) + 1
                best = min(best, rows[row][column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    best = min(best, rows[row - 1][column - 1] + 1)
                }
                next.append(best)
            }
            rows.append(next)
        }
        return rows[left.count][right.count]
    }

    private static let resources = KnownResource.all.filter { $0.era == .current }.map(\.groupResource)
    private static let groups = Set(KnownResource.all.map(\.groupResource.group))

    /// Custom resources that people encrypt, and mean when they leave out the group: those that OpenShift's own
    /// configuration lists (docs.openshift.com, "Encrypting etcd data"), and of cert-manager and external-secrets.
    private static let foreignGroups: [String: ByteName] = [
        "routes": "route.openshift.io", "oauthaccesstokens": "oauth.openshift.io",
        "oauthauthorizetokens": "oauth.openshift.io", "certificates": "cert-manager.io",
        "externalsecrets": "external-secrets.io",
    ]

    /// As `kubectl api-resources` shows them.
    private static let shortNames = [
        "cm": "configmaps", "cj": "cronjobs.batch", "crd": "customresourcedefinitions.apiextensions.k8s.io",
        "crds": "customresourcedefinitions.apiextensions.k8s.io",
        "csr": "certificatesigningrequests.certificates.k8s.io", "deploy": "deployments.apps",
        "ds": "daemonsets.apps", "ep": "endpoints", "ev": "events", "hpa": "horizontalpodautoscalers.autoscaling",
        "ing": "ingresses.networking.k8s.io", "limits": "limitranges", "netpol": "networkpolicies.networking.k8s.io",
        "no": "nodes", "ns": "namespaces", "pc": "priorityclasses.scheduling.k8s.io",
        "pdb": "poddisruptionbudgets.policy", "po": "pods", "pv": "persistentvolumes",
        "pvc": "persistentvolumeclaims", "quota": "resourcequotas", "rc": "replicationcontrollers",
        "rs": "replicasets.apps", "sa": "serviceaccounts", "sc": "storageclasses.storage.k8s.io",
        "sts": "statefulsets.apps", "svc": "services",
    ]
}
