public import DurableFiles

/// Whether what was read is all that a server stores. If not, that all of it is readable proves nothing of the rest.
public enum StoredScope: Equatable, Sendable {
    /// Every etcd that the manifest names, in one linearizable read.
    case whole
    /// A snapshot, without what was written after it or is stored elsewhere.
    case snapshot
    /// An etcd of the command line, which need not be that of the server.
    case otherEndpoint

    public init(isSnapshotOnly: Bool, isOtherEndpoint: Bool) {
        self = isSnapshotOnly ? .snapshot : isOtherEndpoint ? .otherEndpoint : .whole
    }

    public var status: CheckStatus { self == .whole ? .ok : .unknown }
}

/// Where an archive of old keys is.
public enum ArchivePlace: Equatable, Sendable {
    case otherMachine
    /// On this node, as far as the node shows.
    case thisNode

    public init(_ fileSystem: FileSystemKind?) { self = fileSystem == .network ? .otherMachine : .thisNode }

    public var status: CheckStatus { self == .otherMachine ? .ok : .warning }
}
