/// How etcd is spoken to.
public struct EtcdSettings: Sendable {
    /// Time limit of a connection attempt. The default is that of `etcdctl --dial-timeout`.
    public var dialTimeout = Duration.seconds(2)
    /// For each call, the connection included. The default is that of `etcdctl --command-timeout`.
    public var commandTimeout = Duration.seconds(5)
    /// How long nothing may arrive of a snapshot, which has no other limit of time. In whole seconds.
    public var stallTimeout = Duration.seconds(30)
    /// The maximum size of a message, in bytes. etcd stores at most 1.5 MiB unless `--max-request-bytes` is set, and
    /// warns above 10 MiB.
    public var messageByteCountLimit = 64 << 20
    /// Asked ten times a second while something goes on: whether to give up.
    public var isCancelled: @Sendable () -> Bool = { false }

    /// Called when a login turns out to be for nothing, as the cluster has no users. All is read without it.
    public var onNeedlessLogin: @Sendable () -> Void = {}

    public init() {}
}
