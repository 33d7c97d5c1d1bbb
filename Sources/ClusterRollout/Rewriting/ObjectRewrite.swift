public import KubernetesAPI
internal import KubernetesResources

/// An object to re-encrypt.
public struct RewriteCandidate: Sendable {
    public let object: ObjectReference
    /// Whether etcd showed that its value is stored with another key than the file writes with.
    public let isStale: Bool

    public init(_ object: ObjectReference, isStale: Bool) {
        self.object = object
        self.isStale = isStale
    }
}

/// Re-encrypts one object, and returns the result (recorded in testdata/apiserver).
struct ObjectRewrite {
    let resource: APIResource
    let isDryRun: Bool

    enum Result {
        case rewritten, current, gone, conflict
        case refused(PatchRefusal)
        case leftStale
    }

    /// - Throws: What is no fault of the object: the server or the connection failed.
    func run(_ candidate: RewriteCandidate, through server: some ObjectPatching) throws(APIFailure) -> Result {
        let object = candidate.object
        do {
            let version = try server.patchEmpty(object, of: resource, isDryRun: isDryRun)
            if isDryRun { return candidate.isStale ? .rewritten : .current }
            guard version == object.resourceVersion else { return .rewritten }
            return candidate.isStale ? .leftStale : .current
        } catch {
            switch error {
            case .conflict:
                // Changed by another client, or by an earlier request whose answer was lost. The change may have come
                // from a server without the file.
                return try again(
                    ObjectReference(namespace: object.namespace, name: object.name, uid: object.uid), server)
            case .notFound(let status) where status.name == object.name && !Self.isAboutNamespace(status, resource):
                return .gone
            default:
                guard let refusal = PatchRefusal(error, of: resource) else { throw error }
                return .refused(refusal)
            }
        }
    }

    /// Patches a changed object again: without its version and, if it was created again, without its uid.
    private func again(_ object: ObjectReference, _ server: some ObjectPatching) throws(APIFailure) -> Result {
        do {
            _ = try server.patchEmpty(object, of: resource, isDryRun: isDryRun)
            return .conflict
        } catch {
            switch error {
            case .invalid(let status) where object.uid != nil && status.isAboutUID:
                return try again(ObjectReference(namespace: object.namespace, name: object.name), server)
            case .notFound(let status) where status.name == object.name && !Self.isAboutNamespace(status, resource):
                return .gone
            default:
                guard let refusal = PatchRefusal(error, of: resource) else { throw error }
                return .refused(refusal)
            }
        }
    }

    private static func isAboutNamespace(_ status: APIStatus, _ resource: APIResource) -> Bool {
        status.kind == "namespaces" && resource.resource.description != "namespaces"
    }
}
