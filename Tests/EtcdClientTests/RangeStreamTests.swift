import EtcdClient
import Foundation
import PatientTesting
import RemoteCalls
import SecretMemory
import TestSupport
import Testing

/// `KV.RangeStream` of etcd 3.7: an imitation (testdata/rangestream/server.py), which also lies.
@Suite(.patient) struct RangeStreamTests {
    private static let keyCount = 1000

    private func with<Result>(_ mode: String, _ body: (EtcdClient, RemotePeer) throws -> Result) throws -> (
        Result, [String]
    ) {
        let socket = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sock").path
        defer { try? FileManager.default.removeItem(atPath: socket) }
        let server = try PythonServer(
            String(decoding: try TestData.bytes("rangestream/server.py"), as: UTF8.self), socket,
            "\(Self.keyCount)", mode)
        defer { server.stop() }
        let peer = RemotePeer(.unixSocket(path: socket))
        let result = try body(EtcdClient([peer]), peer)
        let empty = SecretBytes()
        let calls = try GRPCChannel(peer).unary(
            "/test/Calls", empty.bytes, options: CallOptions(messageByteCountLimit: 1 << 20))
        return (
            result, String(decoding: calls.bytes.copiedToArray(), as: UTF8.self).split(separator: " ").map(String.init)
        )
    }

    private static let keys = (0..<keyCount).map { "/registry/secrets/a/" + String("0000\($0)".suffix(5)) }

    /// All keys come in order, once: in one stream behind the first page, or in pages where that is not possible.
    @Test(arguments: [("whole", ["Range", "RangeStream"]), ("unimplemented", nil), ("broken", nil)])
    func bringsAllKeys(mode: String, expected: [String]?) throws {
        let (walked, calls) = try with(mode) { client, _ in try Walked(client.walk(.everything, .pages(of: 100))) }
        #expect(walked.entries.map { String(decoding: $0.key, as: UTF8.self) } == Self.keys)
        #expect(walked.entries.allSatisfy { Array("v".utf8) + $0.key == $0.value })
        #expect(walked.starts.map(\.keyCount) == [1000])
        if let expected {
            #expect(calls == expected)
        } else {
            // The stream is tried once.
            #expect(calls.prefix(2) == ["Range", "RangeStream"] && Set(calls.dropFirst(2)) == ["Range"])
        }
    }

    /// A part of the keys, and one page that holds all.
    @Test func keepsToItsRange() throws {
        let (walked, _) = try with("whole") { client, _ in
            try Walked(client.walk(KeyRange(prefix: Array("/registry/secrets/a/001".utf8)), .pages(of: 7)))
        }
        #expect(walked.entries.map { String(decoding: $0.key, as: UTF8.self) } == Array(Self.keys[100..<200]))
        let (_, calls) = try with("whole") { client, _ in try Walked(client.walk(.everything, .pages(of: 1000))) }
        #expect(calls == ["Range"])
    }

    /// Where the speed is limited, a stream would be too fast.
    @Test func limitsTheSpeedByPages() throws {
        let (_, calls) = try with("whole") { client, _ in
            var settings = WalkSettings.pages(of: 500)
            settings.maxBytesPerSecond = 1 << 30
            return try Walked(client.walk(.everything, settings))
        }
        #expect(Set(calls) == ["Range"])
    }

    /// What no etcd answers makes the walk invalid.
    @Test(arguments: [
        ("order", AnswerFault.keyOutsideRange), ("twice", .keyOutsideRange), ("less", .total), ("more", .keyCount),
        ("count", .total), ("new", .recordNumbers),
    ])
    func believesNoLie(mode: String, fault: AnswerFault) throws {
        _ = try with(mode) { client, peer in
            let error = etcdError { _ = try Walked(client.walk(.everything, .pages(of: 100))) }
            guard case .malformed(let found, peer)? = error else {
                Issue.record("\(mode): \(String(describing: error))")
                return
            }
            #expect([fault, .keyOrder].contains(found), "\(mode): \(found)")
        }
    }

    @Test func staysInItsRange() throws {
        _ = try with("outside") { client, peer in
            let range = KeyRange(prefix: Array("/registry/secrets/".utf8))
            let error = etcdError { _ = try Walked(client.walk(range, .pages(of: 100))) }
            #expect(error == .malformed(.keyOutsideRange, peer) || error == .malformed(.keyOrder, peer))
        }
    }

    @Test func joinsNoClusters() throws {
        _ = try with("cluster") { client, _ in
            guard case .otherCluster? = etcdError({ _ = try Walked(client.walk(.everything, .pages(of: 100))) }) else {
                Issue.record("the last message is of another cluster")
                return
            }
        }
    }

    /// A revision that is compacted under way is begun anew, and not without end.
    @Test func restartsAfterCompaction() throws {
        let (error, calls) = try with("compacted") { client, _ in
            etcdError { _ = try Walked(client.walk(.everything, .pages(of: 100))) }
        }
        #expect(error == .compactedTooOften(restarts: 3))
        #expect(calls.count { $0 == "RangeStream" } == 4)
    }

    /// A walk that is dropped leaves no call behind that would wait for ever.
    @Test func isDropped() throws {
        _ = try with("whole") { client, _ in
            do {
                let walk = client.walk(.everything, .pages(of: 10))
                _ = try walk.next()
                _ = try walk.next()
            }
            #expect(try Walked(client.walk()).entries.count == Self.keyCount)
        }
    }
}
