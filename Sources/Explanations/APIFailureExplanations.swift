public import KubernetesAPI
internal import RemoteCalls
internal import SecretMemory
public import ShownText

extension APIFailure {
    /// What went wrong, in a few words. No server's message is in it: it may quote a Secret.
    public var explanation: Phrase {
        switch self {
        case .notReached(let error): "cannot be reached: \(error.cause ?? error.message)"
        case .untrusted(let error):
            "its certificate is not trusted, or does not name it: \(error.cause ?? error.message)"
        case .noAnswer(let error) where error.code == .deadlineExceeded: "does not answer in time"
        case .noAnswer(let error): "the connection ended without an answer: \(error.cause ?? error.message)"
        case .cancelled: "given up"
        case .tooLarge: "its answer is too large"
        case .malformed: "its answer is not one of a kube-apiserver"
        case .credentials(let problem): problem.explanation
        case .unauthorized: "does not accept the credentials (401)"
        case .forbidden(let status):
            if let status, let kind = status.kind {
                "no right for this: \(kind) (403)"
            } else {
                "no right for this (403)"
            }
        case .forbiddenOnTheWay: "something on the way refuses the request, such as kubectl proxy (403)"
        case .throttled: "has too many requests and asks to wait (429)"
        case .storageUnreadable: "cannot read a stored object, and so no list of its kind (429)"
        case .notServed: "does not serve this (404)"
        case .notFound(let status):
            if let kind = status.kind, let name = status.name {
                "has no \(kind) \(name) (404)"
            } else {
                "not found (404)"
            }
        case .conflict: "the object was changed meanwhile, or its name is taken (409)"
        case .expired: "the list is older than what etcd remembers (410)"
        case .invalid: "refuses the object (422)"
        case .denied(let code, _): "an admission webhook or a policy denies the request (\(code))"
        case .server(let code, let status):
            if let key = status?.unreadableKeys.first {
                "cannot read the stored value \(key) (\(code))"
            } else {
                "failed (\(code))"
            }
        case .unexpected(let code): "answers \(code)"
        }
    }

    /// What to do about it; nil if nothing is certain to help.
    public var hint: Phrase? {
        switch self {
        case .untrusted: "name what its certificate names: --tls-server-name, such as kubernetes"
        case .unauthorized: "is the kubeconfig the right one, and are its credentials still valid?"
        case .forbidden: "`encconf rollout` prints the rights that are needed, with --print-rbac"
        case .storageUnreadable, .server(500, _?):
            "waiting does not help: `encconf audit` names each value that cannot be read"
        case .notReached: "is the server up, and is this the right address?"
        case .throttled: "try again later, or with a lower --max-rate"
        default: nil
        }
    }

    /// What a connection to a cluster fails for before a request.
    static func credentials(_ problem: CredentialProblem) -> CommandFailure {
        switch problem {
        case .token(let error): error.failure
        case .program(let error): error.failure
        }
    }

    /// A failure of a server, as a command tells of it.
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
            CommandFailure("no cluster is named", hint: "name one with --kubeconfig, or a server with --server")
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
        case .policy(let name, let binding): "the policy \(name) (binding \(binding)) denies it"
        case .webhook(let name): "the admission webhook \(name) denies it"
        case .webhookUnreachable(let name): "the admission webhook \(name) cannot be asked"
        case .invalid(let fields) where fields.isEmpty: "it is not valid"
        case .invalid(let fields): "it is not valid any more: \(fields.joined(separator: ", "))"
        case .namespaceMissing(let name): "its namespace \(name) does not exist"
        case .unreadable: "no key opens its stored value"
        case .forbidden: "no right to patch it"
        case .other(let code, let reason?): "the server refuses it: \(reason) (\(code))"
        case .other(let code, nil): "the server refuses it (\(code))"
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
