/// How a range of keys is walked.
public struct WalkSettings: Sendable {
    /// As the keys were at this revision. Nil for the newest when the walk begins, which the member that is asked
    /// makes sure of with the others.
    public var revision: Int64?
    /// Whether the member that is asked may answer from what it has, so that the walk can show an older state.
    public var isSerializable = false
    /// Whether the values stay where they are.
    public var isKeysOnly = false
    /// The keys of the first page; of the next ones as many as bring about ``pageByteCount``. The default is what
    /// Kubernetes' own clients ask for (client-go, tools/pager, `defaultPageSize`).
    public var firstPageKeyCount = 500
    /// The maximum number of keys of a page, of any size: a page must not keep the member busy for long.
    public var largestPageKeyCount = 100_000
    /// What a page is meant to bring, in bytes. Each page costs the member a walk of its own over all keys behind it:
    /// 100,000 keys of 1.5 KiB came in 0.5 s with 16 MiB, 0.6 s with 8 MiB, 0.7 s with 32 MiB and over a second with 4 MiB
    /// (etcd 3.4 on loopback).
    public var pageByteCount = 16 << 20
    /// What etcd is asked to send in a second, in bytes. Nil for as fast as it can.
    public var maxBytesPerSecond: Int?
    /// How often the walk may start again at a newer revision because its own was compacted. Never if ``revision`` is
    /// set.
    public var restartLimit = 3

    public init() {}
}
