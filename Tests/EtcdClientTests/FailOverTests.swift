import EtcdClient
import Foundation
import PatientTesting
import RemoteCalls
import TestSupport
import Testing

@Suite(.patient) struct FailOverTests {
    private static let nobody = RemotePeer(.host("127.0.0.1", port: 1))

    /// One member is stopped in the midst of a walk, and then another one, so that there is no majority.
    @Test func goesOnWithAnotherMember() throws {
        let cluster = try EtcdCluster()
        let first = try #require(cluster.members.first)
        try first.fill(2000)
        let client = EtcdClient([Self.nobody] + cluster.members.map(\.peer))
        let asked = try client.status()
        #expect(asked.peer == first.peer && asked.version == "3.4.23" && asked.leaderID != 0)
        #expect(asked.header.revision == 17 && asked.errors.isEmpty && !asked.isLearner)
        let expected = try first.entries(at: 0)
        let walked = try Walked(client.walk(.everything, .pages(of: 100))) { page in
            switch page {
            case 5: first.kill()
            // What is at a fixed revision, one member knows alone.
            case 10: cluster.members[1].kill()
            default: break
            }
        }
        #expect(walked.entries == expected)
        #expect(walked.starts.count == 1 && walked.pageSizes.count == 20)
        // The newest revision nobody knows alone: the last member is asked in vain, and each says why.
        var settings = EtcdSettings()
        settings.commandTimeout = .milliseconds(500)
        let small = EtcdClient([Self.nobody] + cluster.members.map(\.peer), settings: settings)
        let error = etcdError { _ = try small.range(RangeRequest(KeyRange(key: [1]))) }
        guard case .noEndpoint(let failures) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(failures.map(\.peer) == [Self.nobody] + cluster.members.map(\.peer))
        #expect(failures.map(\.code) == [.unavailable, .unavailable, .unavailable, .deadlineExceeded])
        #expect(failures.first?.message.hasSuffix("connect: connection refused\"") == true)
    }

    /// A member that takes calls and does not answer is passed over; if it is the only one, it is asked again.
    @Test func waitsForNobodyTooLong() throws {
        let etcd = try EtcdMember()
        try etcd.fill(500)
        var settings = EtcdSettings()
        settings.commandTimeout = .milliseconds(400)
        let client = etcd.client(nil, settings)
        let walked = try Walked(client.walk(.everything, .pages(of: 100))) { page in
            guard page == 2 else { return }
            etcd.pause()
            DispatchQueue.global().asyncAfter(deadline: .now() + 0.7) { etcd.resume() }
        }
        #expect(try walked.entries == etcd.entries(at: 0))
        #expect(walked.starts.count == 1)
        // As the first thing, it is not.
        etcd.pause()
        defer { etcd.resume() }
        let error = etcdError { _ = try Walked(client.walk()) }
        guard case .noEndpoint(let failures)? = error else {
            Issue.record("a member that does not answer: \(String(describing: error))")
            return
        }
        #expect(failures.map(\.code) == [.deadlineExceeded])
    }

    /// What the request is refused for, another member would refuse too.
    @Test func asksNobodyElseWhenRefused() throws {
        let etcd = try EtcdMember()
        let client = EtcdClient([etcd.peer, Self.nobody])
        var request = RangeRequest(.everything)
        request.revision = 1000
        guard case .refused(let error) = etcdError({ _ = try client.range(request) }) else {
            Issue.record("a revision that does not exist")
            return
        }
        #expect(error.code == .outOfRange)
        #expect(error.message == "etcdserver: mvcc: required revision is a future revision")
    }

    /// One list, two clusters: what the one says proves nothing about the other.
    @Test func refusesTwoClusters() throws {
        let (first, second) = (try EtcdMember(), try EtcdMember())
        try first.fill(300)
        let client = EtcdClient([first.peer, second.peer])
        let error = etcdError {
            _ = try Walked(client.walk(.everything, .pages(of: 100))) { page in if page == 1 { first.kill() } }
        }
        guard case .otherCluster(let expected, let found) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(expected.peer == first.peer && found.peer == second.peer)
        #expect(expected.clusterID != found.clusterID)
    }

    @Test func countsAndLimits() throws {
        let etcd = try EtcdMember()
        try etcd.fill(30, prefix: "/a/")
        let client = etcd.client()
        var request = RangeRequest(KeyRange(prefix: Array("/a/".utf8)))
        request.limit = 7
        let page = try client.range(request)
        #expect(page.records.count == 7 && page.hasMore && page.keyCount == 30 && page.peer == etcd.peer)
        request.isCountOnly = true
        let count = try client.range(request)
        #expect(count.records.isEmpty && count.keyCount == 30)
        let one = try client.range(RangeRequest(KeyRange(key: Array("/a/000003".utf8))))
        #expect(try one.records.map { Entry($0, of: one) } == Array(etcd.entries(at: 0, prefix: "/a/")[3...3]))
    }
}
