/// How etcd is spoken to.
public struct EtcdSettings: Sendable {
    /// Time limit of a connection attempt. The default is that of `etcdctl --dial-timeout`.
    public var dialTimeout = Duration.seconds(2)
    /// For each call, the connection included. The default is that of `etcdctl --command-timeout`.
    public var commandTimeout = Duration.seconds(5)
    /// How long a snapshot may come slower than ``lowestSnapshotSpeed``, or nothing of another stream arrive: streams
    /// have no other limit of time. In whole seconds.
    public var stallTimeout = Duration.seconds(30)
    /// Bytes per second: the 2 GiB of etcd's default quota take a day and a half.
    public var lowestSnapshotSpeed = 16 << 10
    /// The maximum size of a message, in bytes. etcd stores at most 1.5 MiB unless `--max-request-bytes` is set, and
    /// warns above 10 MiB.
    public var messageByteCountLimit = 64 << 20
    /// Asked ten times a second while something goes on: whether to give up.
    public var isCancelled: @Sendable () -> Bool = { false }

    /// Called when a login turns out to be for nothing, as the cluster has no users. All is read without it.
    public var onNeedlessLogin: @Sendable () -> Void = {}

    public init() {}
}
