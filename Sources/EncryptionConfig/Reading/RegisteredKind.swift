internal import KubernetesVersions

/// What else than an encryption configuration kube-apiserver's decoder knows by `apiVersion` and `kind`. Nothing of it
/// is accepted, but what is said against it differs.
///
/// (k8s.io/apiserver 1.36, pkg/apis/apiserver/register.go and v1/register.go; k8s.io/apimachinery 1.36,
/// pkg/apis/meta/v1/register.go, `AddToGroupVersion`. In this scheme no version but `v1` is registered.)
enum RegisteredKind {
    /// A type with these fields at its top. Their content is not read, except for lists of `items`.
    case type(fields: Set<String>, items: [String: Set<String>] = [:])
    /// A type that has no internal version. To get one is tried after the fields have been decoded.
    case withoutInternalVersion

    /// The group of configurations for kube-apiserver.
    static let configurationGroup = "apiserver.config.k8s.io"
    /// The version of Go types without names for JSON: their fields have the names of Go, in capitals.
    static let internalVersion = "__internal"

    static func find(
        _ kind: String, group: String, version: String, in kubernetes: KubernetesVersion
    ) -> RegisteredKind? {
        guard kubernetes.registersOtherKinds || kind == "EncryptionConfiguration" else { return nil }
        // Kinds without a version go with any (runtime.Scheme, `New`).
        if let fields = unversioned[kind] {
            let items = kind == "APIResourceList" ? ["resources": resourceFields] : [:]
            return .type(fields: fields.union(headerFields), items: items)
        }
        switch (group, version) {
        case (configurationGroup, "v1"):
            if options.contains(kind) { return .withoutInternalVersion }
            // It has no `apiVersion` and no `kind` in its fields.
            if kind == "WatchEvent" { return .type(fields: ["type", "object"]) }
            guard isRegistered(kind, in: kubernetes) else { return nil }
            return configurations[kind].map { .type(fields: $0.union(headerFields)) }
        case (configurationGroup, internalVersion):
            if kind == "WatchEvent" { return .type(fields: ["Type", "Object"]) }
            return internalConfigurations[kind].map { .type(fields: $0.union(headerFields)) }
        case ("apiserver.k8s.io", internalVersion):
            guard ["AdmissionConfiguration", "EgressSelectorConfiguration"].contains(kind) else { return nil }
            return internalConfigurations[kind].map { .type(fields: $0.union(headerFields)) }
        default: return nil
        }
    }

    /// Whether a version has a kind of configuration in its version `v1`.
    private static func isRegistered(_ kind: String, in kubernetes: KubernetesVersion) -> Bool {
        switch kind {
        case "AuthorizationConfiguration": kubernetes.registersAuthorizationV1
        case "AuthenticationConfiguration", "TracingConfiguration": kubernetes.registersAuthenticationV1
        default: true
        }
    }

    private static let headerFields: Set<String> = ["apiVersion", "kind"]

    private static let options: Set<String> = [
        "ListOptions", "GetOptions", "DeleteOptions", "CreateOptions", "UpdateOptions", "PatchOptions",
    ]

    private static let configurations: [String: Set<String>] = [
        "AdmissionConfiguration": ["plugins"],
        "AuthenticationConfiguration": ["jwt", "anonymous"],
        "AuthorizationConfiguration": ["authorizers"],
        "TracingConfiguration": ["endpoint", "samplingRatePerMillion"],
    ]

    private static let internalConfigurations: [String: Set<String>] = [
        "AdmissionConfiguration": ["Plugins"],
        "AuthenticationConfiguration": ["JWT", "Anonymous"],
        "AuthorizationConfiguration": ["Authorizers"],
        "EgressSelectorConfiguration": ["EgressSelections"],
        "EncryptionConfiguration": ["Resources"],
        "TracingConfiguration": ["endpoint", "samplingRatePerMillion"],
    ]

    private static let unversioned: [String: Set<String>] = [
        "Status": ["metadata", "status", "message", "reason", "details", "code"],
        "APIVersions": ["versions", "serverAddressByClientCIDRs"],
        "APIGroupList": ["groups"],
        "APIGroup": ["name", "versions", "preferredVersion", "serverAddressByClientCIDRs"],
        "APIResourceList": ["groupVersion", "resources"],
    ]

    private static let resourceFields: Set<String> = [
        "name", "singularName", "namespaced", "group", "version", "kind", "verbs", "shortNames", "categories",
        "storageVersionHash",
    ]
}
