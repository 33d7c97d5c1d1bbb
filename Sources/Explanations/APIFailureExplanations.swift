public import KubernetesAPI
internal import RemoteCalls
internal import SecretMemory
public import ShownText

extension APIFailure {
    /// The failure in a few words. It never repeats the message of a server, which may quote a Secret.
    public var explanation: Phrase {
        switch self {
        case .notReached(let error): "no connection: \(error.cause ?? error.message)"
        case .untrusted(let error):
            "its certificate is not trusted, or is for another name: \(error.cause ?? error.message)"
        case .noAnswer(let error) where error.code == .deadlineExceeded: "no answer in time"
        case .noAnswer(let error): "the connection ended without an answer: \(error.cause ?? error.message)"
        case .cancelled: "interrupted"
        case .tooLarge: "the answer is too large"
        case .malformed: "the answer is not from a kube-apiserver"
        case .credentials(let problem): problem.explanation
        case .unauthorized: "the server does not accept the credentials (401)"
        case .forbidden(let status):
            if let status, let kind = status.kind {
                "permission denied: \(kind) (403)"
            } else {
                "permission denied (403)"
            }
        case .forbiddenOnTheWay: "the request was rejected before the server, for example by kubectl proxy (403)"
        case .throttled: "the server has too many requests (429)"
        case .storageUnreadable: "the server cannot read a stored object, so lists of its kind fail (429)"
        case .notServed: "the server does not serve this (404)"
        case .notFound(let status):
            if let kind = status.kind, let name = status.name {
                "\(kind) \(name) not found (404)"
            } else {
                "not found (404)"
            }
        case .conflict: "the object was changed by another client, or its name exists already (409)"
        case .expired: "the list is older than the revisions of etcd (410)"
        case .invalid: "the server rejects the object (422)"
        case .denied(let code, _): "an admission webhook or a policy rejects the request (\(code))"
        case .server(let code, let status):
            if let key = status?.unreadableKeys.first {
                "the server cannot read the stored value \(key) (\(code))"
            } else {
                "the server failed (\(code))"
            }
        case .unexpected(let code): "unexpected status \(code)"
        }
    }

    /// The remedy; nil if none is certain.
    public var hint: Phrase? {
        switch self {
        case .untrusted: "set the name in the certificate with --tls-server-name, for example kubernetes"
        case .unauthorized: "check the kubeconfig, and whether its credentials are still valid"
        case .forbidden: "grant the permissions that `encconf rollout` prints with --print-rbac"
        case .storageUnreadable, .server(500, _?):
            "find the unreadable value with `encconf audit`; waiting does not help"
        case .notReached: "check that the server runs and that the address is right"
        case .throttled: "run it again later, or with a lower --max-rate"
        default: nil
        }
    }

    /// A failure before the first request.
    static func credentials(_ problem: CredentialProblem) -> CommandFailure {
        switch problem {
        case .token(let error): error.failure
        case .program(let error): error.failure
        }
    }

    /// The failure as the error of a command.
    ///
    /// - Parameter name: The server.
    public func failure(_ name: String) -> CommandFailure {
        CommandFailure("\(name): \(explanation)", hint: hint, status: isPassing || !isAnswer ? .unproven : .failure)
    }
}

extension ConnectionError {
    public var failure: CommandFailure {
        switch self {
        case .nowhere:
            CommandFailure("No cluster was given.", hint: "pass --kubeconfig, or a server with --server")
        case .credentials(let problem): APIFailure.credentials(problem)
        }
    }
}

extension CredentialProblem {
    public var explanation: Phrase {
        switch self {
        case .token(let error): error.failure.problems[0].message
        case .program(let error): error.failure.problems[0].message
        }
    }
}

extension PatchRefusal {
    public var explanation: Phrase {
        switch self {
        case .policy(let name, let binding): "rejected by policy \(name) (binding \(binding))"
        case .webhook(let name): "rejected by admission webhook \(name)"
        case .webhookUnreachable(let name): "admission webhook \(name) does not answer"
        case .invalid(let fields) where fields.isEmpty: "the object is not valid"
        case .invalid(let fields): "the object is no longer valid: \(fields.joined(separator: ", "))"
        case .namespaceMissing(let name): "namespace \(name) does not exist"
        case .unreadable: "the stored value is unreadable"
        case .forbidden: "no permission to patch it"
        case .other(let code, let reason?): "rejected by the server: \(reason) (\(code))"
        case .other(let code, nil): "rejected by the server (\(code))"
        }
    }

    /// A word of JSON reports.
    public var code: String {
        switch self {
        case .policy: "policy"
        case .webhook: "webhook"
        case .webhookUnreachable: "webhookUnreachable"
        case .invalid: "invalid"
        case .namespaceMissing: "namespaceMissing"
        case .unreadable: "unreadable"
        case .forbidden: "forbidden"
        case .other: "other"
        }
    }
}
