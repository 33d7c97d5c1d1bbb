public import GoText

/// A resource that a Kubernetes API server itself stores: what it is called, and where in etcd its objects stand.
public struct KnownResource: Hashable, Sendable {
    public enum Scope: Sendable { case namespaced, cluster }

    /// Whether the resource is still served, by Kubernetes 1.36 or OpenShift 4. Objects of the others can remain in
    /// etcd.
    public enum Era: Sendable { case current, removed }

    /// The group under which the objects are stored, which is the one that an encryption configuration must name.
    public let groupResource: GroupResource
    /// As in the objects' `kind`, such as `ConfigMap`.
    public let kind: ByteName
    public let scope: Scope
    /// The path between the etcd prefix and the namespace or name, such as `services/specs`.
    public let storagePath: ByteName
    public let era: Era
    /// Further groups of stored objects: earlier groups of the resource, and those that share its storage.
    let otherGroups: [ByteName]

    /// The resource of this name, or nil for custom resources and those of other API servers.
    public static func named(_ name: GroupResource) -> KnownResource? { kubernetesTable.byName[name] }

    /// The resource whose objects are stored at `path`, such as `minions`.
    public static func stored(at path: ByteName) -> KnownResource? { kubernetesTable.byStoragePath[path] }

    /// Where the objects of any resource stand below the etcd prefix of a kube-apiserver.
    ///
    /// Built-in resources are stored under their plural, without their group; custom resources, whose group always
    /// contains a dot, under group and plural.
    public static func storagePath(of name: GroupResource) -> ByteName { named(name)?.storagePath ?? name.unknownPath }

    /// Whether a stored object of this resource can be of this group.
    public func isStored(in group: ByteName) -> Bool {
        groupResource.group == group || otherGroups.contains(group)
    }

    /// Whether a stored object of this kind and group is one of this resource.
    public func isOf(kind: ByteName, group: ByteName) -> Bool { self.kind == kind && isStored(in: group) }

    /// The resources that stored objects of this kind and group can be of, at most one for each API server.
    public static func of(kind: ByteName, group: ByteName) -> [KnownResource] {
        (byKind[kind] ?? []).filter { $0.isStored(in: group) }
    }

    private static let byKind = Dictionary(grouping: all + openShift, by: \.kind)

    init(
        _ group: ByteName, _ resource: ByteName, _ kind: ByteName, _ scope: Scope, at storagePath: ByteName? = nil,
        era: Era = .current, alsoIn otherGroups: [ByteName] = []
    ) {
        groupResource = GroupResource(resource: resource, group: group)
        self.kind = kind
        self.scope = scope
        self.storagePath = storagePath ?? resource
        self.era = era
        self.otherGroups = otherGroups
    }
}

// MARK: - Look-up

extension KnownResource {
    static func named(_ name: GroupResource, _ layout: StoragePrefix.Layout) -> KnownResource? {
        table(of: layout).byName[name]
    }

    static func stored(at path: ByteName, _ layout: StoragePrefix.Layout) -> KnownResource? {
        table(of: layout).byStoragePath[path]
    }

    /// Whether some known resource has this plural, in whatever group, or a storage path that begins with it.
    static func isTaken(_ name: ByteName, _ layout: StoragePrefix.Layout) -> Bool {
        table(of: layout).takenSegments.contains(name)
    }

    private struct Table {
        let byName: [GroupResource: KnownResource]
        let byStoragePath: [ByteName: KnownResource]
        let takenSegments: Set<ByteName>

        init(_ resources: [KnownResource]) {
            byName = Dictionary(resources.map { ($0.groupResource, $0) }) { first, _ in first }
            byStoragePath = Dictionary(resources.map { ($0.storagePath, $0) }) { first, _ in first }
            takenSegments = Set(
                resources.flatMap { resource in
                    [resource.groupResource.resource]
                        + resource.storagePath.split(at: UInt8(ascii: "/")).prefix(1)
                })
        }
    }

    private static let kubernetesTable = Table(all)
    private static let openShiftTable = Table(openShift)

    private static func table(of layout: StoragePrefix.Layout) -> Table {
        layout == .openShift ? openShiftTable : kubernetesTable
    }
}

extension KnownResource {
    /// Those of kube-apiserver, by group.
    ///
    /// (kubernetes 1.36, test/integration/etcd/data.go and staging/src/k8s.io/api, those removed from the same file of
    /// 1.24 to 1.31; `at:` from pkg/kubeapiserver/default_storage_factory_builder.go,
    /// `SpecialDefaultResourcePrefixes`, and pkg/registry/core/rest/storage_core.go; `alsoIn:` from the cohabitating
    /// resources of the former, `AddCohabitatingResources`, in 1.2 to 1.36.)
    public static let all: [KnownResource] = [
        .init("", "configmaps", "ConfigMap", .namespaced),
        .init("", "endpoints", "Endpoints", .namespaced, at: "services/endpoints"),
        .init("", "events", "Event", .namespaced, alsoIn: ["events.k8s.io"]),
        .init("", "limitranges", "LimitRange", .namespaced),
        .init("", "namespaces", "Namespace", .cluster),
        .init("", "nodes", "Node", .cluster, at: "minions"),
        .init("", "persistentvolumeclaims", "PersistentVolumeClaim", .namespaced),
        .init("", "persistentvolumes", "PersistentVolume", .cluster),
        .init("", "pods", "Pod", .namespaced),
        .init("", "podtemplates", "PodTemplate", .namespaced),
        .init("", "replicationcontrollers", "ReplicationController", .namespaced, at: "controllers"),
        .init("", "resourcequotas", "ResourceQuota", .namespaced),
        .init("", "secrets", "Secret", .namespaced),
        .init("", "serviceaccounts", "ServiceAccount", .namespaced),
        .init("", "services", "Service", .namespaced, at: "services/specs"),

        .init("admissionregistration.k8s.io", "mutatingadmissionpolicies", "MutatingAdmissionPolicy", .cluster),
        .init(
            "admissionregistration.k8s.io", "mutatingadmissionpolicybindings", "MutatingAdmissionPolicyBinding",
            .cluster),
        .init(
            "admissionregistration.k8s.io", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", .cluster),
        .init("admissionregistration.k8s.io", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", .cluster),
        .init(
            "admissionregistration.k8s.io", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding",
            .cluster),
        .init(
            "admissionregistration.k8s.io", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration",
            .cluster),

        .init(
            "apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition", .cluster,
            at: "apiextensions.k8s.io/customresourcedefinitions"),
        .init(
            "apiregistration.k8s.io", "apiservices", "APIService", .cluster, at: "apiregistration.k8s.io/apiservices"),

        .init("apps", "controllerrevisions", "ControllerRevision", .namespaced),
        .init("apps", "daemonsets", "DaemonSet", .namespaced, alsoIn: ["extensions"]),
        .init("apps", "deployments", "Deployment", .namespaced, alsoIn: ["extensions"]),
        .init("apps", "replicasets", "ReplicaSet", .namespaced, alsoIn: ["extensions"]),
        .init("apps", "statefulsets", "StatefulSet", .namespaced),

        .init(
            "autoscaling", "horizontalpodautoscalers", "HorizontalPodAutoscaler", .namespaced, alsoIn: ["extensions"]),

        .init("batch", "cronjobs", "CronJob", .namespaced),
        .init("batch", "jobs", "Job", .namespaced, alsoIn: ["extensions"]),

        .init("certificates.k8s.io", "certificatesigningrequests", "CertificateSigningRequest", .cluster),
        .init("certificates.k8s.io", "clustertrustbundles", "ClusterTrustBundle", .cluster),
        .init("certificates.k8s.io", "podcertificaterequests", "PodCertificateRequest", .namespaced),

        .init("coordination.k8s.io", "leasecandidates", "LeaseCandidate", .namespaced),
        .init("coordination.k8s.io", "leases", "Lease", .namespaced),

        .init("discovery.k8s.io", "endpointslices", "EndpointSlice", .namespaced),

        .init("flowcontrol.apiserver.k8s.io", "flowschemas", "FlowSchema", .cluster),
        .init("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", "PriorityLevelConfiguration", .cluster),

        .init("internal.apiserver.k8s.io", "storageversions", "StorageVersion", .cluster),

        .init("networking.k8s.io", "clustercidrs", "ClusterCIDR", .cluster, era: .removed),
        .init("networking.k8s.io", "ingressclasses", "IngressClass", .cluster),
        .init("networking.k8s.io", "ingresses", "Ingress", .namespaced, at: "ingress", alsoIn: ["extensions"]),
        .init("networking.k8s.io", "ipaddresses", "IPAddress", .cluster),
        .init("networking.k8s.io", "networkpolicies", "NetworkPolicy", .namespaced, alsoIn: ["extensions"]),
        .init("networking.k8s.io", "servicecidrs", "ServiceCIDR", .cluster),

        .init("node.k8s.io", "runtimeclasses", "RuntimeClass", .cluster),

        .init("policy", "poddisruptionbudgets", "PodDisruptionBudget", .namespaced),
        .init(
            "policy", "podsecuritypolicies", "PodSecurityPolicy", .cluster, at: "podsecuritypolicy", era: .removed,
            alsoIn: ["extensions"]),

        .init("rbac.authorization.k8s.io", "clusterrolebindings", "ClusterRoleBinding", .cluster),
        .init("rbac.authorization.k8s.io", "clusterroles", "ClusterRole", .cluster),
        .init("rbac.authorization.k8s.io", "rolebindings", "RoleBinding", .namespaced),
        .init("rbac.authorization.k8s.io", "roles", "Role", .namespaced),

        .init("resource.k8s.io", "deviceclasses", "DeviceClass", .cluster),
        .init("resource.k8s.io", "devicetaintrules", "DeviceTaintRule", .cluster),
        .init("resource.k8s.io", "podschedulingcontexts", "PodSchedulingContext", .namespaced, era: .removed),
        .init("resource.k8s.io", "resourceclaimparameters", "ResourceClaimParameters", .namespaced, era: .removed),
        .init("resource.k8s.io", "resourceclaims", "ResourceClaim", .namespaced),
        .init("resource.k8s.io", "resourceclaimtemplates", "ResourceClaimTemplate", .namespaced),
        .init("resource.k8s.io", "resourceclasses", "ResourceClass", .cluster, era: .removed),
        .init("resource.k8s.io", "resourceclassparameters", "ResourceClassParameters", .namespaced, era: .removed),
        .init("resource.k8s.io", "resourcepoolstatusrequests", "ResourcePoolStatusRequest", .cluster),
        .init("resource.k8s.io", "resourceslices", "ResourceSlice", .cluster),

        .init("scheduling.k8s.io", "podgroups", "PodGroup", .namespaced),
        .init("scheduling.k8s.io", "priorityclasses", "PriorityClass", .cluster),
        .init("scheduling.k8s.io", "workloads", "Workload", .namespaced),

        .init("storage.k8s.io", "csidrivers", "CSIDriver", .cluster),
        .init("storage.k8s.io", "csinodes", "CSINode", .cluster),
        .init("storage.k8s.io", "csistoragecapacities", "CSIStorageCapacity", .namespaced),
        .init("storage.k8s.io", "storageclasses", "StorageClass", .cluster),
        .init("storage.k8s.io", "volumeattachments", "VolumeAttachment", .cluster),
        .init("storage.k8s.io", "volumeattributesclasses", "VolumeAttributesClass", .cluster),

        .init("storagemigration.k8s.io", "storageversionmigrations", "StorageVersionMigration", .cluster),
    ]
}
