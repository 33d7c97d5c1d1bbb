import EtcdClient
import PatientTesting
import RemoteCalls
import TestSupport
import Testing

/// Servers that speak as etcd does, and are not quite one. The server of the KMS tests plays them.
@Suite(.patient) struct StrangeServerTests {
    /// Something like kine tells no cluster: one of them can be read, two are not known to be the same.
    @Test func joinsNoClustersWithoutAnID() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("cluster 0")
        let peer = RemotePeer(.unixSocket(path: plugin.socket))
        #expect(try Walked(EtcdClient([peer]).walk()).entries.count == 40)
        let error = etcdError { _ = try Walked(EtcdClient([peer, peer]).walk()) }
        #expect(error == .malformed(.noHeader, peer))
    }

    /// A first page that is too much for the time of a call is asked for with fewer keys.
    @Test func asksForLessOfASlowServer() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Range slow")
        var settings = EtcdSettings()
        settings.commandTimeout = .milliseconds(400)
        let client = EtcdClient([RemotePeer(.unixSocket(path: plugin.socket))], settings: settings)
        #expect(try Walked(client.walk()).entries.count == 40)
    }

    /// A snapshot that comes by drops is given up: a peer would hold the program for as long as it likes.
    @Test func givesUpASnapshotThatComesByDrops() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("EtcdSnapshot slow")
        var settings = EtcdSettings()
        settings.stallTimeout = .seconds(1)
        let peer = RemotePeer(.unixSocket(path: plugin.socket))
        let client = EtcdClient([peer], settings: settings)
        var byteCount = 0
        let error = etcdError {
            _ = try client.snapshot { bytes, _ in
                byteCount += bytes.byteCount
                return true
            }
        }
        guard case .snapshot(.broken, peer) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect((512..<1 << 19).contains(byteCount))
    }

    /// Whoever names a revision has it from an answer, so a member that does not know it is passed over.
    @Test func passesOverAMemberThatLagsBehind() throws {
        let (late, other) = (try PluginProcess(), try PluginProcess())
        try late.misbehave("Range future")
        let client = EtcdClient([late, other].map { RemotePeer(.unixSocket(path: $0.socket)) })
        var settings = WalkSettings()
        settings.revision = 5
        #expect(try Walked(client.walk(.everything, settings)).entries.count == 40)
    }

    /// A number of keys that no store has would keep a walk busy without end.
    @Test func believesNoTotal() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("total 1000000000000")
        let peer = RemotePeer(.unixSocket(path: plugin.socket))
        let walk = EtcdClient([peer]).walk(.everything, .pages(of: 10))
        #expect(etcdError { _ = try walk.next() } == .malformed(.total, peer))
    }
}
