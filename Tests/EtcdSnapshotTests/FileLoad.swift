import Foundation
import TestSupport

/// Changes that a seed decides: values from nothing to many pages, transactions, deletions of ranges, leases,
/// compactions and defragmentations.
struct FileLoad {
    private struct Answer: Decodable {
        struct Header: Decodable { let revision: String }
        let header: Header?
    }

    /// Every value that was put, by its revision and its key.
    private(set) var values: [Int64: [[UInt8]: [UInt8]]] = [:]
    private(set) var revision: Int64 = 1
    private(set) var compacted: Int64 = 0
    private var random: SeededGenerator
    private var keys: [[UInt8]] = []
    private var leases: [Int64] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        for number in 0..<[4, 30, 250][chance(3)] {
            switch chance(12) {
            case 0: keys.append([0xff, 0, UInt8(number)])
            // Longer than a page, so that a branch page has overflow too.
            case 1 where number < 100: keys.append(Array("/registry/long/\(number)/".utf8) + bytes(chance(6000)))
            default: keys.append(Array("/registry/secrets/namespace-\(number % 7)/object-\(number)".utf8))
            }
        }
    }

    /// Sends some requests.
    mutating func run(_ requests: Int, on etcd: EtcdMember) throws {
        for _ in 0..<requests {
            switch chance(100) {
            case 0..<45:
                let key = anyKey()
                let value = value()
                try change(etcd, "/v3/kv/put", put(key, value), [key: value])
            case 45..<62: try transaction(on: etcd)
            case 62..<75: try change(etcd, "/v3/kv/deleterange", #"{"key":"\#(base64(anyKey()))"}"#)
            case 75..<80:
                let range = [anyKey(), anyKey()].sorted { $0.lexicographicallyPrecedes($1) }
                let body = #"{"key":"\#(base64(range[0]))","range_end":"\#(base64(range[1]))"}"#
                // In a store of many keys, rarely: it would always be empty.
                if keys.count < 100 || chance(4) == 0 { try change(etcd, "/v3/kv/deleterange", body) }
            case 80..<86:
                let lease = Int64.random(in: 1...1000, using: &random)
                leases.append(lease)
                try change(etcd, "/v3/lease/grant", #"{"ID":"\#(lease)","TTL":"100000"}"#)
            case 86..<90:
                guard !leases.isEmpty else { continue }
                let lease = leases.remove(at: chance(leases.count))
                try change(etcd, "/v3/lease/revoke", #"{"ID":"\#(lease)"}"#)
            case 90..<96:
                let target = revision - Int64(chance(30))
                guard target > compacted else { continue }
                compacted = target
                let body = #"{"revision":"\#(target)","physical":\#(chance(2) == 0)}"#
                try change(etcd, "/v3/kv/compaction", body)
            case 96: try etcd.post("/v3/maintenance/defragment", "{}")
            default: try change(etcd, "/v3/kv/deleterange", #"{"key":"AA==","range_end":"AQ=="}"#)
            }
        }
    }

    /// A revision that etcd would answer a read of.
    mutating func revision(upTo last: Int64) -> Int64 {
        Int64.random(in: min(max(1, compacted), last)...last, using: &random)
    }

    mutating func chance(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    /// Up to as many changes as etcd takes, all of one revision.
    private mutating func transaction(on etcd: EtcdMember) throws {
        var put: [[UInt8]: [UInt8]] = [:]
        var operations: [String] = []
        for key in keys.shuffled(using: &random).prefix(1 + chance(chance(8) == 0 ? 128 : 9)) {
            if chance(4) == 0 {
                operations.append(#"{"request_delete_range":{"key":"\#(base64(key))"}}"#)
            } else {
                let value = value(atMost: 9000)
                put[key] = value
                operations.append(#"{"request_put":\#(self.put(key, value))}"#)
            }
        }
        try change(etcd, "/v3/kv/txn", #"{"success":[\#(operations.joined(separator: ","))]}"#, put)
    }

    /// Sends one request, and notes what it put if it was not refused.
    private mutating func change(
        _ etcd: EtcdMember, _ path: String, _ body: String, _ put: [[UInt8]: [UInt8]] = [:]
    ) throws {
        let answer = try JSONDecoder().decode(Answer.self, from: etcd.post(path, body))
        guard let text = answer.header?.revision, let now = Int64(text) else { return }
        revision = now
        values[revision, default: [:]].merge(put) { $1 }
    }

    private mutating func put(_ key: [UInt8], _ value: [UInt8]) -> String {
        let lease = chance(5) == 0 ? leases.randomElement(using: &random) ?? 0 : 0
        return #"{"key":"\#(base64(key))","value":"\#(base64(value))","lease":"\#(lease)"}"#
    }

    private mutating func anyKey() -> [UInt8] { keys[chance(keys.count)] }

    private mutating func value(atMost limit: Int = 1_400_000) -> [UInt8] {
        let sizes = [
            0..<1, 1..<60, 60..<600, 60..<600, 600..<3500, 600..<3500, 3900..<4300, 4300..<9000, 9000..<70_000,
        ]
        let size = chance(60) == 0 ? 1_000_000..<1_400_000 : sizes[chance(sizes.count)]
        let prefixes = ["k8s\0\n\u{c}\n\u{2}v1", "{\"kind\":\"Secret\"", "k8s:enc:aescbc:v1:key1:", ""]
        let prefix = Array(prefixes[chance(4)].utf8)
        return Array((prefix + bytes(Int.random(in: size, using: &random))).prefix(limit))
    }

    private mutating func bytes(_ count: Int) -> [UInt8] { random.manyBytes(count) }

    private func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
