internal import Glibc
public import RemoteCalls
public import SecretMemory

/// How requests are sent.
public struct APISettings: Sendable {
    /// From a request to the end of its answer. A server whose etcd is away takes 20 s to answer for its metrics.
    public var timeout = Duration.seconds(30)
    /// The timeout of a connection.
    public var connectTimeout = Duration.seconds(5)
    /// Asked ten times a second: whether to give up.
    public var isCancelled: @Sendable () -> Bool = { false }
    /// How often a request is sent that is throttled, or whose failure may pass.
    public var attemptLimit = 5
    /// So many requests go on at once.
    public var connectionLimit = 4

    public init() {}
}

/// One kube-apiserver, or a load balancer, with the credentials of one user. For any number of threads.
public final class APIServer: Sendable {
    /// Header fields that say who asks. They are secret.
    ///
    /// Its argument says whether the server rejected the last ones, so it may get others.
    public typealias Identity =
        @Sendable (_ wasRefused: Bool) throws(CredentialProblem) -> [(name: String, value: SecretKey)]

    private let channel: HTTPChannel
    private let pathPrefix: String
    private let identity: Identity
    private let allowsCompression: Bool
    public let settings: APISettings

    /// - Parameters:
    ///   - pathPrefix: The prefix of every path, without a slash at its end.
    ///   - identity: Asked before each request.
    public init(
        _ peer: RemotePeer, pathPrefix: String = "", allowsCompression: Bool = true,
        settings: APISettings = APISettings(), identity: @escaping Identity = { (_) throws(CredentialProblem) in [] }
    ) {
        channel = HTTPChannel(peer, connectionLimit: settings.connectionLimit)
        self.pathPrefix = pathPrefix
        self.identity = identity
        self.allowsCompression = allowsCompression
        self.settings = settings
    }

    public var peer: RemotePeer { channel.peer }

    /// Sends a request once; a second time if the credentials were refused, which may have expired.
    ///
    /// - Returns: The body of an answer of 2xx.
    public func send(_ request: APIRequest) throws(APIFailure) -> SecretKey {
        try identified { (wasRefused) throws(APIFailure) in try send(request, wasRefused: wasRefused) }
    }

    /// Tries once, and a second time if the credentials were refused: they may have expired.
    func identified<Answer>(
        _ attempt: (_ wasRefused: Bool) throws(APIFailure) -> Answer
    ) throws(APIFailure) -> Answer {
        do {
            return try attempt(false)
        } catch {
            guard case .unauthorized = error else { throw error }
            return try attempt(true)
        }
    }

    private func send(_ request: APIRequest, wasRefused: Bool) throws(APIFailure) -> SecretKey {
        var body = SecretBuffer()
        let head = try stream(request, wasRefused: wasRefused) { _, bytes in
            body.append(bytes)
            return true
        }
        let answer = SecretKey(body.finish())
        if let failure = APIFailure(head, body: answer) { throw failure }
        return answer
    }

    /// Sends a request that may be repeated without harm, until there is an answer or no hope of one.
    public func ask(_ request: APIRequest) throws(APIFailure) -> SecretKey {
        try patiently { () throws(APIFailure) in try send(request) }
    }

    /// Repeats a request after a transient error.
    func patiently<Answer>(_ attempt: () throws(APIFailure) -> Answer) throws(APIFailure) -> Answer {
        var count = 1
        while true {
            do {
                return try attempt()
            } catch {
                guard error.isPassing, count < settings.attemptLimit else { throw error }
                let pause: Duration =
                    if case .throttled(let seconds) = error { .seconds(seconds) } else { .milliseconds(100 << count) }
                guard Self.pause(pause, settings.isCancelled) else { throw .cancelled }
                count += 1
            }
        }
    }

    /// Waits.
    ///
    /// - Returns: Whether to continue; false if cancelled.
    public static func pause(_ duration: Duration, _ isCancelled: () -> Bool) -> Bool {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
            guard !isCancelled() else { return false }
            let rest = min(end - ContinuousClock.now, .milliseconds(100))
            guard rest > .zero else { break }
            var time = timespec(tv_sec: 0, tv_nsec: Int(rest.components.attoseconds / 1_000_000_000))
            _ = unsafe nanosleep(&time, nil)
        }
        return !isCancelled()
    }

    /// Sends a request and hands over the body as it comes.
    func stream(
        _ request: APIRequest, wasRefused: Bool = false, _ consume: (HTTPHead, RawSpan) -> Bool
    ) throws(APIFailure) -> HTTPHead {
        var options = CallOptions(
            timeout: settings.timeout, messageByteCountLimit: request.byteCountLimit,
            isCancelled: settings.isCancelled)
        options.connectTimeout = settings.connectTimeout
        options.allowsCompression = allowsCompression
        options.metadata = [("accept", request.accept)] + (request.contentType.map { [("content-type", $0)] } ?? [])
        do { options.secretMetadata = try identity(wasRefused) } catch { throw .credentials(error) }
        do throws(RemoteCallError) {
            return try channel.stream(
                request.method, pathPrefix + request.target, body: request.body.span, options: options,
                consume)
        } catch {
            throw APIFailure(error)
        }
    }
}
