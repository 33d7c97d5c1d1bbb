public import ProtobufWire
public import RemoteCalls

/// Why etcd gave no answer that can be relied on. No password and no stored value is in it.
public enum EtcdError: Error, Equatable {
    case cancelled
    /// No endpoint could be asked, or none is able to serve; what came of each, in the order in which they were tried.
    case noEndpoint([RemoteCallError])
    /// The request itself was refused, so no other member was asked: no permission, a revision that does not exist.
    case refused(RemoteCallError)
    /// Who asks is not known.
    case authentication(AuthenticationFault, RemoteCallError)
    /// The revision that was asked for is gone.
    case compacted(revision: Int64)
    /// The read was started again up to the limit, and its revision was compacted each time.
    case compactedTooOften(restarts: Int)
    /// The answer, or what one key needs of it, is larger than a message may be.
    case answerTooLarge(RemoteCallError)
    /// The peer answered what cannot be true.
    case malformed(AnswerFault, RemotePeer)
    /// Two endpoints belong to different clusters.
    case otherCluster(expected: ClusterIdentity, found: ClusterIdentity)
    /// A snapshot broke off, or is not what its sender announced.
    case snapshot(SnapshotFault, RemotePeer)
}

/// A cluster, and which endpoint said that it belongs to it.
public struct ClusterIdentity: Equatable, Sendable {
    public let clusterID: UInt64
    public let peer: RemotePeer
}

public enum AuthenticationFault: Equatable, Sendable {
    /// The cluster needs a user, and none is set.
    case required
    /// The name or the password is wrong.
    case refused
    /// A token that was given a moment ago is not taken.
    case tokenRefused
}

/// What is wrong with an answer.
public enum AnswerFault: Error, Equatable, Sendable {
    /// It is no protobuf message.
    case wire(WireError)
    /// A field of this number has another type than it should.
    case fieldType(Int)
    /// It does not say which cluster and revision it is from.
    case noHeader
    /// A number is negative that cannot be.
    case number
    /// A text is not UTF-8.
    case text
    /// The keys are not in ascending order, or one is repeated.
    case keyOrder
    /// A key was not asked for.
    case keyOutsideRange
    /// There are more keys than were asked for.
    case keyCount
    /// The revisions of a key contradict one another, or are newer than what was asked for.
    case recordNumbers
    /// How many keys there are does not agree with those that are there, or with earlier pages.
    case total
    /// The member is not at the revision yet that it answers for.
    case revision
    /// The token that the login brought cannot be sent.
    case token
}

/// What is wrong with a snapshot.
public enum SnapshotFault: Error, Equatable, Sendable {
    /// It ended early; the rest cannot be had from another member.
    case broken(RemoteCallError)
    /// It ended without its digest.
    case missingEnd
    /// Its pieces do not add up to the length that was announced.
    case length
    /// The SHA-256 of its bytes is not the one after them.
    case digest(stored: [UInt8], computed: [UInt8])
    /// The cipher library computes no digest.
    case noDigest
}
