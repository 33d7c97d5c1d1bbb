import EncryptionConfig
import FleetComparison
import GoText
import KeyTransition
import Testing

struct FleetComparisonTests {
    // MARK: Names

    @Test(
        arguments: [
            ("enc.yaml", nil, "enc.yaml", "enc.yaml"), ("cp-1=enc.yaml", nil, "cp-1", "enc.yaml"),
            ("prod/cp-1=enc.yaml", "prod", "prod/cp-1", "enc.yaml"), ("a/b/c=x", "a", "a/b/c", "x"),
            ("./a=b.yaml", nil, "./a=b.yaml", "./a=b.yaml"), ("/a=b", nil, "/a=b", "/a=b"), ("=x", nil, "=x", "=x"),
            ("a=", nil, "a=", "a="), ("a=b=c", nil, "a", "b=c"), ("dir/enc.yaml", nil, "dir/enc.yaml", "dir/enc.yaml"),
            ("a=-", nil, "a", "-"),
        ] as [(String, String?, String, String)])
    func arguments(argument: String, cluster: String?, name: String, path: String) {
        let parsed = FleetArgument(argument)
        #expect(parsed.name.cluster?.text == cluster)
        #expect(parsed.name.text.text == name && parsed.path == path)
    }

    // MARK: Groups and pairs

    /// Two files of one cluster, and what servers with them make of each other's values.
    struct PairCase: CustomTestStringConvertible {
        let what: String
        let first: String
        let second: String
        /// Nil for the same meaning.
        let answer: TransitionProof.Answer?
        var reasons: Set<String> = []
        var testDescription: String { what }
    }

    static let pairs = [
        PairCase(what: "same", first: "secrets: aescbc a=1", second: "secrets: aescbc a=1", answer: nil),
        PairCase(
            what: "two entries mean what one means", first: "secrets, configmaps: aescbc a=1",
            second: "secrets: aescbc a=1\nconfigmaps: aescbc a=1", answer: nil),
        PairCase(
            what: "added on one", first: "secrets: aescbc old=1", second: "secrets: aescbc old=1 new=2",
            answer: .depends, reasons: ["keyRemoved"]),
        PairCase(
            what: "promoted on one", first: "secrets: aescbc old=1 new=2", second: "secrets: aescbc new=2 old=1",
            answer: .yes),
        PairCase(
            what: "promoted, and not added on the other", first: "secrets: aescbc old=1",
            second: "secrets: aescbc new=2 old=1", answer: .no, reasons: ["keyRemoved"]),
        PairCase(
            what: "retired on one", first: "secrets: aescbc new=2 old=1", second: "secrets: aescbc new=2",
            answer: .depends, reasons: ["keyRemoved"]),
        PairCase(
            what: "same name, other bytes", first: "secrets: aescbc k=1", second: "secrets: aescbc k=2", answer: .no,
            reasons: ["keyBytesChanged"]),
        PairCase(
            what: "same bytes, other name", first: "secrets: aesgcm k=1", second: "secrets: aesgcm l=1", answer: .no,
            reasons: ["keyRenamed"]),
        PairCase(
            what: "other endpoint", first: "secrets: kms v2 v@a.sock", second: "secrets: kms v2 v@b.sock",
            answer: .depends, reasons: ["kmsEndpointChanged"]),
        PairCase(
            what: "encryption on one only", first: "secrets: identity; aescbc k=1",
            second: "secrets: aescbc k=1; identity", answer: .yes),
        PairCase(
            what: "plaintext on one only", first: "secrets: aescbc k=1; identity", second: "secrets: aescbc k=1",
            answer: .depends, reasons: ["identityRemoved"]),
        PairCase(
            what: "a resource on one only", first: "secrets, configmaps: aescbc k=1; identity",
            second: "secrets: aescbc k=1; identity", answer: .no, reasons: ["resourceUncovered"]),
    ]

    @Test(arguments: pairs) func pair(_ pair: PairCase) throws {
        var scene = FleetScene()
        try scene.add("a", pair.first)
        try scene.add("b", pair.second)
        let comparison = try scene.comparison()
        let cluster = try #require(comparison.clusters.first)
        guard let answer = pair.answer else {
            #expect(cluster.isUniform && cluster.pairs.isEmpty && comparison.verdict == .same)
            #expect(cluster.groups[0].isIdentical == (pair.first == pair.second))
            return
        }
        #expect(comparison.verdict == .different && comparison.findings == [.files(cluster: nil)])
        #expect(cluster.pairs.count == 1 && cluster.answer == answer)
        #expect(Set(cluster.pairs.flatMap(\.unread).map(\.counterexample.reason.code)) == pair.reasons)
    }

    /// A file finds its group without a comparison with each.
    @Test func manyFiles() throws {
        var scene = FleetScene()
        for number in 0..<600 { try scene.add("c\(number)/a", "secrets: aesgcm k=\(number % 300); identity") }
        let comparison = try scene.comparison()
        #expect(comparison.clusters.count == 600 && comparison.sharedKeys.count == 300)
    }

    /// Each direction is asked, with the side that fails named.
    @Test func bothDirections() throws {
        var scene = FleetScene()
        try scene.add("a", "secrets: aesgcm k=1; identity")
        try scene.add("b", "secrets: aesgcm l=2 k=1; identity")
        let pair = try #require(try scene.comparison().clusters[0].pairs.first)
        #expect(pair.unread.map(\.writer) == [1] && pair.unread.map(\.reader) == [0])
        #expect(pair.unread.map(\.counterexample.certainty) == [.certain])
    }

    @Test func manyGroups() throws {
        for (count, pairs) in [(6, 15), (7, 6), (40, 39)] {
            var scene = FleetScene()
            for number in 0..<count { try scene.add("m\(number)", "secrets: aesgcm k=\(number); identity") }
            // The largest group is the second one.
            try scene.add("twin", "secrets: aesgcm k=1; identity")
            let cluster = try scene.comparison().clusters[0]
            #expect(cluster.groups.count == count && cluster.pairs.count == pairs)
            #expect(cluster.isEveryPairCompared == (count <= 6))
            if count > 6 { #expect(cluster.pairs.allSatisfy { $0.first == 1 || $0.second == 1 }) }
        }
        // What was not compared is no yes.
        var scene = FleetScene()
        let orders = ["a=1 b=2 c=3", "a=1 c=3 b=2", "b=2 a=1 c=3", "b=2 c=3 a=1", "c=3 a=1 b=2", "c=3 b=2 a=1"]
        for (number, order) in orders.enumerated() { try scene.add("m\(number)", "secrets: aesgcm \(order)") }
        #expect(try scene.comparison().clusters[0].answer == .yes)
        try scene.add("m6", "secrets: aesgcm a=1 b=2 c=3; identity")
        #expect(try scene.comparison().clusters[0].isEveryPairCompared == false)
        #expect(try scene.comparison().clusters[0].answer == .depends)
    }

    // MARK: Keys in several clusters

    @Test func sharedKeys() throws {
        var scene = FleetScene()
        try scene.add("prod/a", "secrets: aescbc key1=1")
        try scene.add("prod/b", "secrets: aescbc key1=1")
        try scene.add("stage/a", "secrets: aescbc key1=2; secretbox other=1")
        // An archive is no cluster.
        try scene.archive("old", "secrets: aescbc key1=2")
        let comparison = try scene.comparison()
        #expect(comparison.findings == [.sharedKeys(1)])
        let key = try #require(comparison.sharedKeys.first)
        #expect(key.fingerprint == (try FleetScene.fingerprint("1")))
        #expect(key.places.map(\.name.text) == ["prod/a", "prod/b", "stage/a"])
        #expect(key.places.map(\.provider) == [.aescbc, .aescbc, .secretbox])
        #expect(key.places.map(\.key) == ["key1", "key1", "other"])
        // In one cluster it is no finding.
        var one = FleetScene()
        try one.add("a", "secrets: aescbc key1=1; secretbox other=1")
        try one.add("b", "secrets: aescbc key1=1; secretbox other=1")
        #expect(try one.comparison().verdict == .same)
    }

    /// A backup of one cluster that needs the key of another one.
    @Test func sharedWithStoredValues() throws {
        for decrypted in [true, false] {
            var scene = FleetScene()
            try scene.add("prod/a", "secrets: aescbc k=1")
            try scene.add("stage/a", "secrets: aescbc k=2")
            try scene.audit("stage/backup", ["secrets aescbc k=1"], decrypted: decrypted)
            let shared = try scene.comparison().sharedKeys
            // A fingerprint that nothing decrypted with may belong to another key.
            #expect(shared.count == (decrypted ? 1 : 0))
            #expect(shared.first?.places.map(\.isOfAudit) ?? [false, true] == [false, true])
        }
    }

    @Test func clusterUIDs() throws {
        for (uid, isOther) in [("x", false), ("y", true)] {
            var scene = FleetScene()
            try scene.add("prod/a", "secrets: aescbc k=1")
            try scene.add("stage/a", "secrets: aescbc k=2")
            try scene.audit("prod/b1", [], uid: "x")
            try scene.audit("prod/b2", [], uid: uid)
            try scene.audit("stage/b3", [], uid: "z")
            #expect(try scene.comparison().findings == (isOther ? [.clusterUIDs(cluster: "prod")] : []))
        }
    }

    // MARK: What values need

    struct NeedCase: CustomTestStringConvertible {
        let need: String
        let file: String
        let holding: Holding
        var decrypted = true
        var testDescription: String { "\(need) in \(file)" }
    }

    static let needs = [
        NeedCase(need: "secrets aescbc k=1", file: "secrets: aescbc k=1", holding: .opens),
        NeedCase(need: "secrets aescbc k=1", file: "secrets: aescbc l=2 k=1", holding: .opens),
        NeedCase(need: "secrets aescbc k=1", file: "*.*: aescbc k=1", holding: .opens),
        NeedCase(need: "secrets aescbc k=1", file: "secrets: aescbc l=2", holding: .lacks(.noKey)),
        NeedCase(need: "secrets aescbc k=1", file: "secrets: aesgcm k=1", holding: .lacks(.noKey)),
        NeedCase(need: "secrets aescbc k=1", file: "secrets: aescbc k=2", holding: .lacks(.otherBytes)),
        NeedCase(need: "secrets aescbc k=1", file: "secrets: aescbc l=1", holding: .lacks(.renamed("l"))),
        NeedCase(
            need: "secrets aescbc k=1", file: "configmaps: aescbc k=1\nsecrets: identity",
            holding: .lacks(.otherResource)),
        // About 1 in 255 values decrypts to something else.
        NeedCase(need: "secrets aescbc k=1", file: "secrets: aescbc k=2 k=1", holding: .lacks(.shadowed)),
        NeedCase(need: "secrets aesgcm k=1", file: "secrets: aesgcm k=2 k=1", holding: .opens),
        // Values of `k:l` are counted under `k`.
        NeedCase(need: "secrets aesgcm k=1", file: "secrets: aesgcm k:l=1", holding: .opens),
        NeedCase(need: "secrets identity", file: "secrets: aescbc k=1; identity", holding: .opens),
        NeedCase(need: "secrets identity", file: "secrets: aescbc k=1", holding: .lacks(.noPlaintext)),
        NeedCase(need: "pods identity", file: "secrets: aescbc k=1", holding: .opens),
        NeedCase(need: "secrets kmsv2 v", file: "secrets: kms v2 v@a.sock", holding: .unknown(.plugin)),
        NeedCase(need: "secrets kmsv1 v", file: "secrets: kms v2 v@a.sock", holding: .lacks(.noKey)),
        NeedCase(need: "secrets kmsv2 w", file: "secrets: kms v2 v@a.sock", holding: .lacks(.noKey)),
        NeedCase(need: "secrets other x", file: "secrets: aescbc k=1", holding: .unknown(.unknownProvider)),
        // Without a fingerprint a name proves no key, and its absence that there is none.
        NeedCase(need: "secrets aescbc k", file: "secrets: aescbc k=1", holding: .unknown(.noFingerprint)),
        NeedCase(need: "secrets aescbc k", file: "secrets: aescbc l=1", holding: .lacks(.noKey)),
        NeedCase(
            need: "secrets aescbc k=1", file: "secrets: aescbc k=1", holding: .unknown(.notDecrypted), decrypted: false),
        NeedCase(
            need: "secrets aescbc k=1", file: "secrets: aescbc l=1", holding: .lacks(.noKey), decrypted: false),
    ]

    @Test(arguments: needs) func need(_ need: NeedCase) throws {
        var scene = FleetScene()
        try scene.add("a", need.file)
        try scene.audit("backup", [need.need], decrypted: need.decrypted)
        let comparison = try scene.comparison()
        #expect(comparison.audits[0].needs.map(\.holdings) == [[need.holding]])
        switch need.holding {
        case .opens: #expect(comparison.verdict == .same)
        case .lacks: #expect(comparison.findings == [.needs(audit: "backup")])
        case .unknown: #expect(comparison.verdict == .unknown)
        }
    }

    @Test func archives() throws {
        for (archive, verdict) in [
            ("*.*: aescbc old=1", FleetComparison.Verdict.same), ("*.*: aescbc old=3", .different),
        ] {
            var scene = FleetScene()
            try scene.add("a", "secrets: aescbc new=2")
            try scene.archive("retired", archive)
            try scene.audit("backup", ["secrets aescbc new=2", "secrets aescbc old=1"])
            #expect(try scene.comparison().verdict == verdict)
        }
    }

    /// What only an archive decrypts is known if the configurations of the audit are.
    @Test func archivedValues() throws {
        let (present, retired) = ("secrets: aescbc new=2", "*.*: aescbc old=1")
        func verdict(_ given: [String], by: [String]) throws -> FleetComparison.Verdict {
            var scene = FleetScene()
            try scene.add("a", present)
            for (number, archive) in given.enumerated() { try scene.archive("r\(number)", archive) }
            try scene.audit("backup", ["secrets aescbc old=1"], decrypted: false, by: by)
            return try scene.comparison().verdict
        }
        #expect(try verdict([retired], by: [present, retired]) == .same)
        // The fingerprint may be that of the other one.
        #expect(
            try verdict([retired, "*.*: aescbc old=3"], by: [present, retired, "*.*: aescbc old=3"]) == .different)
        #expect(try verdict([retired], by: [present, "*.*: aescbc x=3", retired]) == .different)
        #expect(try verdict([], by: [present, retired]) == .different)
    }

    @Test func unknowns() throws {
        // Doubts of the audit.
        var scene = FleetScene()
        try scene.add("a", "secrets: aescbc k=1")
        try scene.audit("backup", ["secrets aescbc k=1"], gaps: ["part of it was not read"])
        #expect(try scene.comparison().verdict == .unknown)
        // No configuration of its cluster.
        var other = FleetScene()
        try other.add("prod/a", "secrets: aescbc k=1")
        try other.audit("stage/backup", ["secrets aescbc l=2"])
        #expect(try other.comparison().verdict == .unknown)
    }

    /// Only files of its own cluster have to open a source; the others are named.
    @Test func holders() throws {
        var scene = FleetScene()
        try scene.add("prod/a", "secrets: aescbc new=2")
        try scene.add("test/a", "secrets: aescbc old=1")
        try scene.audit("prod/backup", ["secrets aescbc old=1"])
        let comparison = try scene.comparison()
        #expect(comparison.audits[0].needs[0].holdings == [.lacks(.noKey)])
        #expect(comparison.audits[0].needs[0].holders.map(\.text) == ["test/a"])
        #expect(comparison.findings.contains(.needs(audit: "prod/backup")))
    }
}
