import EtcdClient
import Foundation
import PatientTesting
import RemoteCalls
import Synchronization
import TestSupport
import Testing

/// A cluster that wants to know who asks.
@Suite(.patient) struct AuthenticationTests {
    private static let password = "correct horse battery staple"

    /// A member with a root, and a user who may read `/a/` and nothing else.
    private static func member() throws -> EtcdMember {
        let etcd = try EtcdMember()
        try enableAuthentication(etcd)
        return etcd
    }

    private static func enableAuthentication(_ etcd: EtcdMember) throws {
        try etcd.fill(300, prefix: "/a/")
        try etcd.fill(3, prefix: "/b/")
        for arguments in [
            ["user", "add", "root:\(password)"], ["user", "add", "reader:\(password)"],
            ["user", "grant-role", "root", "root"], ["role", "add", "a"],
            ["role", "grant-permission", "a", "--prefix", "read", "/a/"], ["user", "grant-role", "reader", "a"],
            ["auth", "enable"],
        ] {
            try etcd.etcdctl(arguments)
        }
    }

    @Test func servesWhoMay() throws {
        let etcd = try Self.member()
        let root = etcd.client(EtcdLogin("root", Self.password))
        #expect(try Walked(root.walk()).entries.count == 303)
        #expect(try root.snapshot { _, _ in true }.status.version == "3.4.23")
        let reader = etcd.client(EtcdLogin("reader", Self.password))
        let walked = try Walked(reader.walk(KeyRange(prefix: Array("/a/".utf8)), .pages(of: 50)))
        #expect(walked.entries.count == 300)
        // Not his: no other member is asked, and nothing is tried again.
        let error = etcdError { _ = try Walked(reader.walk(KeyRange(prefix: Array("/b/".utf8)))) }
        guard case .refused(let refusal) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(refusal.goText == "rpc error: code = PermissionDenied desc = etcdserver: permission denied")
    }

    @Test func tellsWhyWhoMayNot() throws {
        let etcd = try Self.member()
        let cases: [(EtcdLogin?, AuthenticationFault)] = [
            (nil, .required), (EtcdLogin("root", "wrong" + Self.password), .refused),
            (EtcdLogin("nobody", Self.password), .refused),
        ]
        for (login, fault) in cases {
            let error = try #require(etcdError { _ = try etcd.client(login).range(RangeRequest(.everything)) })
            guard case .authentication(fault, _) = error else {
                Issue.record("\(error)")
                continue
            }
            #expect(!"\(error)".contains(Self.password))
        }
        let login = EtcdLogin("root", Self.password)
        #expect(!"\(login)".contains(Self.password))
    }

    /// The token of one member is good for the others, or another one is asked for.
    @Test func goesOnWithAnotherMember() throws {
        let cluster = try EtcdCluster()
        let first = try #require(cluster.members.first)
        try Self.enableAuthentication(first)
        let client = EtcdClient(cluster.members.map(\.peer), login: EtcdLogin("reader", Self.password))
        let walk = client.walk(KeyRange(prefix: Array("/a/".utf8)), .pages(of: 50))
        let walked = try Walked(walk) { page in if page == 2 { first.kill() } }
        #expect(walked.entries.count == 300 && walked.starts.count == 1)
        #expect(try client.status().peer == cluster.members[1].peer)
    }

    /// As etcdctl does it, but it is told.
    @Test func goesOnWhereNobodyHasToBeKnown() throws {
        let etcd = try EtcdMember()
        try etcd.fill(10)
        let count = Mutex(0)
        var settings = EtcdSettings()
        settings.onNeedlessLogin = { count.withLock { $0 += 1 } }
        let client = etcd.client(EtcdLogin("root", Self.password), settings)
        #expect(try client.status().peer == etcd.peer)
        #expect(try Walked(client.walk(.everything, .pages(of: 3))).entries.count == 10)
        #expect(count.withLock { $0 } == 1)
    }

    /// Members forget all tokens when users change; a walk notices nothing of it.
    @Test func renewsItsToken() throws {
        let etcd = try Self.member()
        let client = etcd.client(EtcdLogin("root", Self.password))
        let walked = try Walked(client.walk(.everything, .pages(of: 100))) { page in
            guard page == 1 else { return }
            let root = ["--user", "root:\(Self.password)"]
            try etcd.etcdctl(root + ["auth", "disable"])
            try etcd.etcdctl(["auth", "enable"])
        }
        #expect(walked.entries.count == 303)
    }
}
