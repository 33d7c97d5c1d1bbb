internal import Dispatch
internal import Synchronization

/// The handles of one peer: connections are made when they are needed and kept.
final class HandlePool: Sendable {
    private let peer: RemotePeer
    private let versions: HTTPVersions
    private let idle = Mutex<[CurlHandle]>([])
    private let permits: DispatchSemaphore

    /// - Parameter connectionLimit: So many calls go on at once; others wait for their turn.
    init(_ peer: RemotePeer, _ versions: HTTPVersions, connectionLimit: Int) {
        self.peer = peer
        self.versions = versions
        permits = DispatchSemaphore(value: connectionLimit)
    }

    /// Lends a handle for exclusive use.
    func withHandle<Answer: ~Copyable>(
        _ body: (CurlHandle) throws(CallFailure) -> Answer
    ) throws(CallFailure) -> Answer {
        permits.wait()
        defer { permits.signal() }
        guard let handle = idle.withLock({ $0.popLast() }) ?? CurlHandle(peer: peer, versions) else {
            throw CallFailure(code: .internal, message: "libcurl.so.4 cannot be loaded")
        }
        defer { idle.withLock { $0.append(handle) } }
        return try body(handle)
    }
}
