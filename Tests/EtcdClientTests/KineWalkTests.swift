import EtcdClient
import Foundation
import PatientTesting
import RemoteCalls
import TestSupport
import Testing

/// kine, which answers as etcd does to what kube-apiserver asks, and to little else: an imitation of two of its ages
/// (testdata/kine/kine.py, spec in its head).
@Suite(.patient) struct KineWalkTests {
    private static let keys = [
        "/a", "/registry/a", "/registry/b", "/registry/b/c", "/registry/c", "/z", "compact_rev_key",
    ]

    private func with(_ age: String, _ body: (EtcdClient) throws -> Void) throws {
        let socket = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sock").path
        defer { try? FileManager.default.removeItem(atPath: socket) }
        let store = Dictionary<String, [AnyHashable]>(
            uniqueKeysWithValues: Self.keys.map { ($0, [Data($0.utf8).base64EncodedString(), 5, 7]) })
        let json = String(decoding: try JSONSerialization.data(withJSONObject: store), as: UTF8.self)
        let server = try PythonServer(
            String(decoding: try TestData.bytes("kine/kine.py"), as: UTF8.self), socket, json, age)
        defer { server.stop() }
        try body(EtcdClient([RemotePeer(.unixSocket(path: socket))]))
    }

    /// Everything that a kube-apiserver can have stored, in pages of any size.
    @Test(arguments: ["old", "new"], [1, 2, 3, 500])
    func walksThroughAllPaths(age: String, pageSize: Int) throws {
        try with(age) { client in
            var settings = WalkSettings()
            settings.firstPageKeyCount = pageSize
            settings.largestPageKeyCount = pageSize
            let walked = try Walked(client.walk(.everything, settings))
            #expect(walked.keys == Self.keys.filter { $0.hasPrefix("/") })
            let below = try Walked(client.walk(KeyRange(prefix: Array("/registry/".utf8)), settings))
            #expect(below.keys == Self.keys.filter { $0.hasPrefix("/registry/") })
        }
    }

    @Test(arguments: ["old", "new"])
    func findsSingleKeys(age: String) throws {
        try with(age) { client in
            for key in ["/registry/b", "/registry/c", "/registry/"] {
                let page = try client.range(RangeRequest(KeyRange(key: Array(key.utf8))))
                #expect(page.records.count == (Self.keys.contains(key) ? 1 : 0), "\(key)")
            }
        }
    }
}

extension Walked {
    fileprivate var keys: [String] { entries.map { String(decoding: $0.key, as: UTF8.self) } }
}
