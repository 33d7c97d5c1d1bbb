public import KubernetesAPI

/// Whoever has a stored value written anew.
public protocol ObjectPatching: Sendable {
    /// - Returns: The resourceVersion afterwards.
    func patchEmpty(
        _ object: ObjectReference, of resource: APIResource, isDryRun: Bool
    ) throws(APIFailure) -> String
}

extension APIServer: ObjectPatching {}
