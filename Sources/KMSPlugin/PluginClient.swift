internal import Dispatch
internal import EnvelopeCrypto
internal import KubernetesVersions
internal import RemoteCalls
internal import SecretMemory
internal import Synchronization

/// Asks the plugin of one provider, from any number of threads.
///
/// (k8s.io/apiserver 1.36, pkg/storage/value/encrypt/envelope/grpc_service.go and kmsv2/grpc_service.go.)
public final class PluginClient: Sendable {
    /// So many calls go to one plugin at once.
    private static let connectionLimit = 4
    /// An answer holds a key and at most what belongs to it.
    private static let answerByteCountLimit = 64 << 10
    /// After so many calls in a row without an answer the plugin is no longer called: each call could take as long as
    /// the provider's timeout.
    private static let silenceLimit = 3

    public let provider: KMSProvider
    private let channel: GRPCChannel
    private let options: CallOptions
    private let silence = Mutex<(count: Int, last: PluginError?)>((0, nil))

    /// - Parameter isCancelled: Asked ten times a second: whether to give up.
    public init(_ provider: KMSProvider, isCancelled: @escaping @Sendable () -> Bool = { false }) {
        self.provider = provider
        channel = GRPCChannel(provider.peer, connectionLimit: Self.connectionLimit)
        options = CallOptions(
            timeout: provider.timeout, messageByteCountLimit: Self.answerByteCountLimit, isCancelled: isCancelled)
    }

    /// What the plugin says of itself, true or not.
    public func status() throws(PluginError) -> PluginStatus {
        let request = PluginRequest.status(provider.version)
        guard provider.version == .v1 else {
            let answer = try call("Status", request)
            return try PluginAnswer.status(answer.bytes)
        }
        do throws(PluginError) {
            let answer = try call("Version", request)
            return try PluginAnswer.version(answer.bytes)
        } catch {
            throw error.prefixed("failed get version from remote KMS provider: ")
        }
    }

    /// The same, of a plugin that kube-apiserver would work with.
    func healthyStatus() throws(PluginError) -> PluginStatus {
        let status = try status()
        if let problem = status.problem(ofProvider: provider.name, in: provider.kubernetes) { throw .untrue(problem) }
        return status
    }

    /// Lets the plugin encrypt a key.
    func encrypt(_ plaintext: RawSpan) throws(PluginError) -> EncryptedKey {
        let request = PluginRequest.encrypt(plaintext, provider.version, uid: try Self.uid())
        let answer = try call("Encrypt", request)
        return try PluginAnswer.encrypted(answer.bytes)
    }

    /// Lets the plugin decrypt a key.
    func decrypt(_ key: EncryptedKey) throws(PluginError) -> SecretKey {
        let request = PluginRequest.decrypt(key, provider.version, uid: try Self.uid())
        let answer = try call("Decrypt", request)
        return try PluginAnswer.decrypted(answer.bytes)
    }

    private func call(_ method: String, _ request: borrowing SecretBytes) throws(PluginError) -> SecretBytes {
        if let failure = silence.withLock({ $0.count >= Self.silenceLimit ? $0.last : nil }) { throw failure }
        let service = provider.version == .v1 ? "v1beta1" : provider.kubernetes.kmsv2Package
        let path = "/\(service).KeyManagementService/\(method)"
        do throws(RemoteCallError) {
            let answer = try callTwice(path, request.bytes)
            silence.withLock { $0 = (0, nil) }
            return answer
        } catch {
            let failure = PluginError(error)
            silence.withLock { silence in
                silence =
                    switch failure {
                    case .noAnswer, .passing: (silence.count + 1, failure)
                    default: (0, nil)
                    }
            }
            throw failure
        }
    }

    /// A plugin that is restarting may be available at the second attempt.
    private func callTwice(_ path: String, _ request: RawSpan) throws(RemoteCallError) -> SecretBytes {
        do {
            return try channel.unary(path, request, options: options)
        } catch {
            guard error.code == .unavailable, error.origin == .caller, pause() else { throw error }
            return try channel.unary(path, request, options: options)
        }
    }

    /// Waits before the second attempt.
    /// - Returns: False if the call was given up meanwhile.
    private func pause() -> Bool {
        let nothing = DispatchSemaphore(value: 0)
        for _ in 0..<Self.pauseStepCount {
            guard !options.isCancelled() else { return false }
            _ = nothing.wait(timeout: .now() + .milliseconds(Self.pauseStepMilliseconds))
        }
        return !options.isCancelled()
    }

    /// Together 200 ms: enough for the restart of a program, and too short for a user to notice.
    private static let pauseStepCount = 4
    private static let pauseStepMilliseconds = 50

    /// The ID of a request in the log of the plugin: a random UUID (RFC 9562, section 5.4).
    private static func uid() throws(PluginError) -> String {
        let random = try random(16)
        var bytes = random.bytes.copiedToArray()
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array(Digest.hexadecimal(bytes).utf8)
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(decoding: digits[$0], as: UTF8.self) }
            .joined(separator: "-")
    }

    static func random(_ count: Int) throws(PluginError) -> SecretBytes {
        do { return try RandomBytes.make(count) } catch { throw .noRandomBytes }
    }
}
