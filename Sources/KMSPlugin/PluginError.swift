internal import RemoteCalls

/// Why a plugin did not do what it was asked for. The texts are those of kube-apiserver, and carry no secret.
public enum PluginError: Error, Equatable {
    /// The plugin could not be asked, did not end in time, or said to come again later.
    case noAnswer(String)
    /// The plugin answered with an error.
    case refused(String)
    /// The plugin answered what cannot be true.
    case untrue(String)

    public var text: String {
        switch self {
        case .noAnswer(let text), .refused(let text), .untrue(let text): text
        }
    }

    init(_ error: RemoteCallError) {
        let isFinal = error.origin == .peer && !Self.passingCodes.contains(error.code)
        self = isFinal ? .refused(error.goText) : .noAnswer(error.goText)
    }

    /// What a server says of its own state and not of the request (google/rpc/code.proto).
    private static let passingCodes: Set<StatusCode> = [
        .canceled, .deadlineExceeded, .resourceExhausted, .aborted, .unavailable,
    ]

    /// The same with words in front.
    func prefixed(_ words: String) -> PluginError {
        switch self {
        case .noAnswer(let text): .noAnswer(words + text)
        case .refused(let text): .refused(words + text)
        case .untrue(let text): .untrue(words + text)
        }
    }
}
