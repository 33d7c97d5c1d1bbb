internal import GoText

extension KnownResource {
    /// The resources that OpenShift's own API servers store below `/openshift.io`. The paths do not contain the group.
    ///
    /// Paths: `specialDefaultResourcePrefixes` of openshift/openshift-apiserver,
    /// pkg/cmd/openshift-apiserver/openshiftapiserver/etcd.go, and of openshift/oauth-apiserver,
    /// pkg/cmd/oauth-apiserver/cmd.go; plurals and scopes: openshift/origin, test/extended/etcd/etcd_storage_path.go,
    /// `openshiftEtcdStorageData`. Objects with the core group: the storage versions of openshift/origin 3.x
    /// (`legacyCoreV1`). OpenShift 4 has the removed ones as custom resources, or not at all.
    public static let openShift: [KnownResource] = [
        .init("apps.openshift.io", "deploymentconfigs", "DeploymentConfig", .namespaced, alsoIn: [""]),

        .init(
            "authorization.openshift.io", "clusterpolicies", "ClusterPolicy", .cluster,
            at: "authorization/cluster/policies", era: .removed, alsoIn: [""]),
        .init(
            "authorization.openshift.io", "clusterpolicybindings", "ClusterPolicyBinding", .cluster,
            at: "authorization/cluster/policybindings", era: .removed, alsoIn: [""]),
        .init(
            "authorization.openshift.io", "policies", "Policy", .namespaced, at: "authorization/local/policies",
            era: .removed, alsoIn: [""]),
        .init(
            "authorization.openshift.io", "policybindings", "PolicyBinding", .namespaced,
            at: "authorization/local/policybindings", era: .removed, alsoIn: [""]),
        .init(
            "authorization.openshift.io", "rolebindingrestrictions", "RoleBindingRestriction", .namespaced,
            era: .removed, alsoIn: [""]),

        .init("build.openshift.io", "buildconfigs", "BuildConfig", .namespaced, alsoIn: [""]),
        .init("build.openshift.io", "builds", "Build", .namespaced, alsoIn: [""]),

        .init("image.openshift.io", "images", "Image", .cluster, alsoIn: [""]),
        .init("image.openshift.io", "imagestreams", "ImageStream", .namespaced, alsoIn: [""]),

        .init(
            "network.openshift.io", "clusternetworks", "ClusterNetwork", .cluster, at: "registry/sdnnetworks",
            era: .removed, alsoIn: [""]),
        .init(
            "network.openshift.io", "egressnetworkpolicies", "EgressNetworkPolicy", .namespaced,
            at: "registry/egressnetworkpolicy", era: .removed, alsoIn: [""]),
        .init(
            "network.openshift.io", "hostsubnets", "HostSubnet", .cluster, at: "registry/sdnsubnets", era: .removed,
            alsoIn: [""]),
        .init(
            "network.openshift.io", "netnamespaces", "NetNamespace", .cluster, at: "registry/sdnnetnamespaces",
            era: .removed, alsoIn: [""]),

        .init(
            "oauth.openshift.io", "oauthaccesstokens", "OAuthAccessToken", .cluster, at: "oauth/accesstokens",
            alsoIn: [""]),
        .init(
            "oauth.openshift.io", "oauthauthorizetokens", "OAuthAuthorizeToken", .cluster, at: "oauth/authorizetokens",
            alsoIn: [""]),
        .init(
            "oauth.openshift.io", "oauthclientauthorizations", "OAuthClientAuthorization", .cluster,
            at: "oauth/clientauthorizations", alsoIn: [""]),
        .init("oauth.openshift.io", "oauthclients", "OAuthClient", .cluster, at: "oauth/clients", alsoIn: [""]),

        .init(
            "quota.openshift.io", "clusterresourcequotas", "ClusterResourceQuota", .cluster, era: .removed,
            alsoIn: [""]),

        .init("route.openshift.io", "routes", "Route", .namespaced, alsoIn: [""]),

        .init("security.openshift.io", "rangeallocations", "RangeAllocation", .cluster),

        .init("template.openshift.io", "brokertemplateinstances", "BrokerTemplateInstance", .cluster),
        .init("template.openshift.io", "templateinstances", "TemplateInstance", .namespaced),
        .init("template.openshift.io", "templates", "Template", .namespaced, alsoIn: [""]),

        .init("user.openshift.io", "groups", "Group", .cluster, alsoIn: [""]),
        .init("user.openshift.io", "identities", "Identity", .cluster, at: "useridentities", alsoIn: [""]),
        .init("user.openshift.io", "users", "User", .cluster, alsoIn: [""]),
    ]
}
