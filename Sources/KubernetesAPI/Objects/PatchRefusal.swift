internal import KubernetesResources

/// Why a server does not write an object that is not changed. What is shown are names of policies and fields, never the
/// server's message, which may quote the object.
public enum PatchRefusal: Sendable, Hashable {
    /// A ValidatingAdmissionPolicy.
    case policy(name: String, binding: String)
    /// An admission webhook said no, or could not be asked.
    case webhook(name: String)
    case webhookUnreachable(name: String)
    /// The object is not valid, or no longer: the invalid fields.
    case invalid(fields: [String])
    /// The namespace of the object is gone.
    case namespaceMissing(String)
    /// The server cannot read the stored value.
    case unreadable
    /// Who asks has no right to patch.
    case forbidden
    /// Anything else, by its HTTP status and the reason of the Status.
    case other(code: Int, reason: String?)

    /// Nil for a failure of the server, the connection or the user, not of the object.
    public init?(_ failure: APIFailure, of resource: APIResource) {
        switch failure {
        case .forbidden: self = .forbidden
        case .denied(let code, let status):
            if let policy = status.denyingPolicy {
                self = .policy(name: policy.name, binding: policy.binding)
            } else if let webhook = status.denyingWebhook {
                self = .webhook(name: webhook)
            } else {
                self = .other(code: code, reason: status.reason)
            }
        case .notFound(let status):
            guard status.kind == "namespaces", resource.resource.description != "namespaces", let name = status.name
            else { return nil }
            self = .namespaceMissing(name)
        case .invalid(let status):
            // A field that has several faults is named once for each.
            var seen: Set<String> = []
            self = .invalid(fields: status.causes.compactMap(\.field).filter { seen.insert($0).inserted })
        case .server(let code, let status):
            guard let status else { return nil }
            if let name = status.name(after: "failed calling webhook \"", before: "\"") {
                self = .webhookUnreachable(name: name)
            } else if Self.readingErrors.contains(where: status.messageContains) {
                self = .unreadable
            } else if code == 500 {
                self = .other(code: code, reason: status.reason)
            } else {
                return nil
            }
        case .storageUnreadable: self = .unreadable
        case .unexpected(let code): self = .other(code: code, reason: nil)
        default: return nil
        }
    }

    /// What kube-apiserver says of a value that it cannot decrypt (recorded in testdata/apiserver).
    private static let readingErrors = [
        "no matching key was found for the provided AES transformer", "no matching prefix found",
        "cipher: message authentication failed", "the stored data was shorter than the required size",
        "identity transformer tried to read encrypted data", "StorageError: corrupt object",
        "invalid padding on input", "the stored data is not a multiple of the block size",
        "failed to decrypt DEK", "unable to transform key",
    ]
}
