public import SecretMemory

/// How long a call may take and how much it may bring.
public struct CallOptions: Sendable {
    /// From the call to the end of the answer. It is sent to the peer. Nil for no limit.
    public var timeout: Duration?
    /// From the call until the connection is established, with TLS; no time if there is one already. Nil for no limit
    /// of its own (libcurl's is five minutes).
    public var connectTimeout: Duration?
    /// So long the answer may come slower than ``lowestSpeed``. In whole seconds, at least one. Nil for no limit.
    public var stallTimeout: Duration?
    /// Bytes per second; with 1, nothing at all may arrive for ``stallTimeout``.
    public var lowestSpeed = 1
    /// The largest message that is taken, in bytes. gRPC's own default is 4 MiB.
    public var messageByteCountLimit: Int
    /// Header fields for the peer, such as a token. No secret that has to be wiped.
    public var metadata: [(name: String, value: String)] = []
    /// Header fields that are secret, such as a token: they are wiped after the call. For HTTP alone.
    public var secretMetadata: [(name: String, value: SecretKey)] = []
    /// Whether the peer may compress its answer (gzip). For HTTP alone.
    public var allowsCompression = false
    /// Asked ten times a second while nothing happens: whether to give up.
    public var isCancelled: @Sendable () -> Bool

    public init(
        timeout: Duration? = nil, stallTimeout: Duration? = nil, messageByteCountLimit: Int = 4 << 20,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.timeout = timeout
        self.stallTimeout = stallTimeout
        self.messageByteCountLimit = messageByteCountLimit
        self.isCancelled = isCancelled
    }
}

extension Duration {
    /// Milliseconds, rounded up.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
