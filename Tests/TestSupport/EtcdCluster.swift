/// Members of one etcd cluster on loopback, in clear.
public final class EtcdCluster {
    public let members: [EtcdMember]

    /// Starts the members and waits until each of them answers.
    public init(memberCount: Int = 3) throws {
        let names = (1...memberCount).map { "member\($0)" }
        let peers = Dictionary(uniqueKeysWithValues: try names.map { ($0, try EtcdMember.freePort()) })
        members = try names.map { try EtcdMember(name: $0, port: EtcdMember.freePort(), peers: peers) }
        for member in members { try member.waitUntilReady() }
    }
}
