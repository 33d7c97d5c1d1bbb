public import EnvelopeCrypto
internal import RemoteCalls

/// Why a plugin did not do what it was asked for. The texts are those of kube-apiserver, and carry no secret.
public enum PluginError: Error, Equatable {
    /// The plugin could not be asked, or did not end in time.
    case noAnswer(String)
    /// The plugin answered that it cannot answer now, or that it does not know the call.
    case passing(String)
    /// The plugin answered with an error that may be transient.
    case failed(String)
    /// The plugin answered that the request itself is wrong, now and later.
    case refused(String)
    /// The plugin answered what kube-apiserver does not take.
    case untrue(String)
    /// What Encrypt made of a key, Decrypt does not make that key again.
    case keyNotReturned
    /// The answer of Encrypt contains the key unencrypted.
    case keyInClear(ClearKeyForm)
    /// There are no random bytes to ask with.
    case noRandomBytes

    init(_ error: RemoteCallError) {
        guard error.origin == .peer else {
            self = .noAnswer(error.goText)
            return
        }
        self =
            switch error.code {
            case let code where Self.finalCodes.contains(code): .refused(error.goText)
            case let code where Self.passingCodes.contains(code): .passing(error.goText)
            default: .failed(error.goText)
            }
    }

    /// The codes that are about the request, independent of the state of the server (google/rpc/code.proto). Any
    /// other code may be an outage: Go's gRPC turns each plain error of a plugin into Unknown, and plugins report an
    /// unavailable cloud KMS, or expired credentials, as Unknown, Internal, PermissionDenied or Unauthenticated.
    private static let finalCodes: Set<StatusCode> = [
        .invalidArgument, .notFound, .failedPrecondition, .outOfRange, .dataLoss,
    ]

    /// What a server says of its own state, and that it is another server than was meant.
    private static let passingCodes: Set<StatusCode> = [
        .canceled, .deadlineExceeded, .resourceExhausted, .aborted, .unavailable, .unimplemented,
    ]

    /// The same with words in front.
    func prefixed(_ words: String) -> PluginError {
        switch self {
        case .noAnswer(let text): .noAnswer(words + text)
        case .passing(let text): .passing(words + text)
        case .failed(let text): .failed(words + text)
        case .refused(let text): .refused(words + text)
        case .untrue(let text): .untrue(words + text)
        case .keyNotReturned, .keyInClear, .noRandomBytes: self
        }
    }

    /// What this leaves unknown of a key.
    var uncertainty: KMSUncertainty {
        switch self {
        case .noAnswer(let text): .silent(text)
        case .passing(let text), .failed(let text), .refused(let text): .answered(text)
        case .untrue(let text): .untrue(text)
        case .keyNotReturned: .keyNotReturned
        case .keyInClear(let form): .keyInClear(form)
        case .noRandomBytes: .noRandomBytes
        }
    }
}

extension KMSUnwrapError {
    /// What a plugin refuses for good is known. All else is not: what it answered in error it may answer well at another
    /// time.
    init(_ error: PluginError) {
        self = if case .refused(let text) = error { .plugin(text) } else { .noAnswer(error.uncertainty) }
    }
}
