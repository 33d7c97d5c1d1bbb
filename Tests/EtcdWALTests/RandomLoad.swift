import Foundation
import TestSupport

/// Makes requests that a seed decides, as the JSON gateway of etcd takes them.
struct RandomLoad {
    private var random: SeededGenerator
    private var leases: [Int64] = []
    private var count = 0
    /// Whether there are compactions among the requests: etcd 3.4 writes all changes to its database for each.
    var isForcingCommits = true

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// Sends some requests. Several fail, as they should.
    mutating func run(_ requests: Int, on etcd: EtcdMember) throws {
        for _ in 0..<requests {
            count += 1
            switch chance(40) {
            case 0..<14: try etcd.post("/v3/kv/put", put(isAlone: true))
            case 14..<19: try etcd.post("/v3/kv/deleterange", delete(isAlone: true))
            case 19..<34: try etcd.post("/v3/kv/txn", transaction(depth: 0))
            case 34, 35:
                let id = Int64.random(in: 1...12, using: &random)
                leases.append(id)
                try etcd.post("/v3/lease/grant", #"{"ID":"\#(id)","TTL":"10000"}"#)
            case 36:
                guard let id = leases.randomElement(using: &random) else { continue }
                try etcd.post("/v3/lease/revoke", #"{"ID":"\#(id)"}"#)
            case 37 where isForcingCommits: try etcd.post("/v3/kv/compaction", #"{"revision":"\#(chance(count))"}"#)
            default: try etcd.post("/v3/kv/range", #"{"key":"\#(key())"}"#)
            }
        }
    }

    private mutating func chance(_ limit: Int) -> Int { Int.random(in: 0..<max(1, limit), using: &random) }

    /// Few keys, of several lengths, some of them the beginning of others.
    private mutating func key() -> String {
        let names = ["a", "a/", "a/1", "a/1/x", "a/2", "a/10", "b", "b/\u{0}", "b/1", "b/é", "c", "zz"]
        let name = names[chance(names.count)]
        return base64(chance(3) == 0 ? "\(name)\(chance(4))" : name)
    }

    /// One key, a range that may be empty, all of a prefix, or all from a key on.
    private mutating func keys() -> String {
        let first = key()
        switch chance(8) {
        case 0: return #""key":"\#(first)","range_end":"\#(key())""#
        case 1: return #""key":"\#(base64("a/"))","range_end":"\#(base64("a0"))""#
        case 2: return #""key":"\#(base64("b"))","range_end":"AA==""#
        default: return #""key":"\#(first)""#
        }
    }

    private mutating func put(isAlone: Bool) -> String {
        var fields = [#""key":"\#(key())""#]
        let (ignoresValue, ignoresLease) = (chance(8) == 0, chance(8) == 0)
        if ignoresValue { fields.append(#""ignore_value":true"#) }
        if ignoresLease { fields.append(#""ignore_lease":true"#) }
        if !ignoresValue, chance(12) != 0 { fields.append(#""value":"\#(base64("value \(count % 7)"))""#) }
        if !ignoresLease, chance(4) == 0 { fields.append(#""lease":"\#(1 + chance(12))""#) }
        if chance(6) == 0 { fields.append(#""prev_kv":true"#) }
        return "{\(fields.joined(separator: ","))}"
    }

    /// In a transaction, etcd 3.4 does not see that an open range overlaps a put, and can end over it.
    private mutating func delete(isAlone: Bool) -> String {
        var keys = keys()
        if !isAlone, keys.contains("AA==") { keys = #""key":"\#(key())""# }
        return "{\(keys)\(chance(4) == 0 ? #","prev_kv":true"# : "")}"
    }

    private mutating func transaction(depth: Int) -> String {
        var fields: [String] = []
        let comparisons = (0..<chance(3)).map { _ in comparison() }
        if !comparisons.isEmpty { fields.append(#""compare":[\#(comparisons.joined(separator: ","))]"#) }
        for branch in ["success", "failure"] {
            let operations = (0..<chance(4)).map { _ in operation(depth: depth) }
            if !operations.isEmpty { fields.append(#""\#(branch)":[\#(operations.joined(separator: ","))]"#) }
        }
        return "{\(fields.joined(separator: ","))}"
    }

    private mutating func operation(depth: Int) -> String {
        switch chance(depth < 3 ? 9 : 7) {
        case 0..<4: #"{"request_put":\#(put(isAlone: false))}"#
        case 4, 5: #"{"request_delete_range":\#(delete(isAlone: false))}"#
        case 6: #"{"request_range":{\#(keys())}}"#
        default: #"{"request_txn":\#(transaction(depth: depth + 1))}"#
        }
    }

    private mutating func comparison() -> String {
        let result = ["EQUAL", "GREATER", "LESS", "NOT_EQUAL"][chance(4)]
        let keys = chance(3) == 0 ? keys() : #""key":"\#(key())""#
        let (target, operand) =
            switch chance(6) {
            case 0: ("VERSION", #""version":"\#(chance(4))""#)
            case 1: ("CREATE", #""create_revision":"\#(chance(count))""#)
            case 2: ("MOD", #""mod_revision":"\#(chance(count))""#)
            case 3: ("LEASE", #""lease":"\#(chance(12))""#)
            // An operand that is not the target's counts as 0.
            case 4: ("VERSION", #""mod_revision":"3""#)
            default: ("VALUE", #""value":"\#(base64("value \(chance(7))"))""#)
            }
        return #"{"result":"\#(result)","target":"\#(target)",\#(keys),\#(operand)}"#
    }

    private func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
