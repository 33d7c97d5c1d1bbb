public import KubernetesAPI

/// Makes a server store an object again.
public protocol ObjectPatching: Sendable {
    /// - Returns: The resourceVersion afterwards.
    func patchEmpty(
        _ object: ObjectReference, of resource: APIResource, isDryRun: Bool
    ) throws(APIFailure) -> String
}

extension APIServer: ObjectPatching {}
