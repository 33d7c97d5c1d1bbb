internal import GoText
internal import KubernetesResources

extension GroupResource {
    /// The Secrets of the core group.
    static let secrets = GroupResource(resource: "secrets")
}
