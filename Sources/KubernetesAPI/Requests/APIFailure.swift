public import RemoteCalls
internal import SecretMemory

/// Why a kube-apiserver did not do what it was asked.
///
/// The cases are apart where something else has to be done about each (recorded in testdata/apiserver).
public enum APIFailure: Error, Sendable {
    /// No connection to the address; the request was not sent.
    case notReached(RemoteCallError)
    /// Certificates are not as they should be.
    case untrusted(RemoteCallError)
    /// There was no answer, or a part of one: the request may have been carried out.
    case noAnswer(RemoteCallError)
    case cancelled
    /// The answer has more bytes than are taken.
    case tooLarge
    /// The answer has another form than requested.
    case malformed
    /// The credentials are not available.
    case credentials(CredentialProblem)
    /// 401: the server does not know who asks.
    case unauthorized
    /// 403: who asks has no right to do it.
    case forbidden(APIStatus?)
    /// 403 in plain text: not from a kube-apiserver, but from `kubectl proxy` or something else on the way.
    case forbiddenOnTheWay
    /// 429 in plain text: too many requests. Later it works.
    case throttled(retryAfter: Int)
    /// 429 with a Status: the server cannot read a stored object, and so no list. Waiting does not help.
    case storageUnreadable(APIStatus)
    /// 404 in plain text: the server does not serve the group, the version or the path.
    case notServed
    /// 404 with a Status. It may be about the object or about its namespace.
    case notFound(APIStatus)
    /// 409: a precondition does not hold, or the name is taken.
    case conflict(APIStatus)
    /// 410: the list is older than what etcd remembers.
    case expired(APIStatus)
    /// 422: refused by validation.
    case invalid(APIStatus)
    /// An admission webhook or a policy denied the request. It chooses the status code: with 404 the object is not gone,
    /// with 409 it was not changed.
    case denied(code: Int, APIStatus)
    /// 5xx: the server failed.
    case server(code: Int, APIStatus?)
    /// Any other answer.
    case unexpected(code: Int)

    /// Why an answer is a failure; nil for a success.
    init?(_ head: HTTPHead, body: SecretKey) {
        let status = APIStatus(body)
        switch (head.status, status) {
        case (200..<300, _): return nil
        case (_, let status?) where status.isDenial: self = .denied(code: head.status, status)
        case (401, _): self = .unauthorized
        case (403, nil) where head["content-type"]?.hasPrefix("application/json") != true: self = .forbiddenOnTheWay
        case (403, _): self = .forbidden(status)
        case (404, let status?): self = .notFound(status)
        case (404, nil): self = .notServed
        case (409, let status?): self = .conflict(status)
        case (410, let status?): self = .expired(status)
        case (422, let status?): self = .invalid(status)
        case (429, let status?): self = .storageUnreadable(status)
        case (429, nil): self = .throttled(retryAfter: Self.seconds(head["retry-after"]))
        case (500..., _): self = .server(code: head.status, status)
        default: self = .unexpected(code: head.status)
        }
    }

    /// What no answer at all means.
    init(_ error: RemoteCallError) {
        switch (error.code, error.reach) {
        case (.canceled, _): self = .cancelled
        case (.resourceExhausted, _): self = .tooLarge
        case (_, .notConnected): self = .notReached(error)
        case (_, .untrusted): self = .untrusted(error)
        case (_, .maybeSent): self = .noAnswer(error)
        }
    }

    /// Seconds to wait, as the server says; from 1 to 30, whatever it says.
    private static func seconds(_ text: String?) -> Int { min(max(text.flatMap { Int($0) } ?? 1, 1), 30) }

    /// Whether it is worth while to ask again a little later: nothing says that the next answer would be the same.
    public var isPassing: Bool {
        switch self {
        case .throttled, .notReached, .noAnswer: true
        case .server(let code, let status): code == 502 || code == 503 || code == 504 && status?.reason != "Timeout"
        default: false
        }
    }
}

/// Why there is nothing to prove one's identity with.
public enum CredentialProblem: Error, Sendable {
    /// The file with the token cannot be read, or holds none.
    case token(KubeconfigError)
    /// The program that gives credentials failed.
    case program(ExecPluginError)
}

extension APIFailure {
    /// Whether somebody answered at all.
    public var isAnswer: Bool {
        switch self {
        case .notReached, .untrusted, .noAnswer, .cancelled, .credentials: false
        default: true
        }
    }
}
