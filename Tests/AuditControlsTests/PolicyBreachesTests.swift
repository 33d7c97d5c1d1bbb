import AuditControls
import ClusterSupport
import EncryptionConfig
import TestSupport
import Testing

@testable import StorageAudit

/// What a policy adds to the findings of an audit, both ways.
struct PolicyBreachesTests {
    private func judged(_ change: (inout Scene) -> Void) throws -> Scene.Judged {
        var scene = Scene()
        change(&scene)
        return try scene.judged()
    }

    private func totals(_ change: (inout Scene) -> Void) throws -> [FindingCode: Int] {
        try judged(change).judgement.totals.filter { $0.value > 0 }
    }

    @Test func whatIsAsAskedAddsNothing() throws {
        let judged = try judged { _ in }
        #expect(judged.judgement.totals.allSatisfy { $0.value == 0 } && judged.judgement.verdict == .clean)
        #expect(judged.breaches?.outcome == PolicyOutcome())
    }

    /// Each key counts once: by its values, or because it writes.
    @Test func forbiddenProviders() throws {
        let policy = "allowedProviders: [kmsv2]"
        #expect(try totals { $0.policy = policy } == [.policyProvider: 1])
        let both = try judged {
            $0.policy = policy
            $0.configuration = "secrets: aescbc new=2; secretbox \(Scene.young)=1"
        }
        #expect(both.judgement.totals[.policyProvider] == 2 && both.judgement.verdict == .findings)
        let found = try #require(both.breaches?.forbidden)
        #expect(found.map(\.values) == [0, 2] && found.map(\.isWriteKey) == [true, false])
        #expect(try totals { $0.policy = "allowedProviders: [secretbox]" } == [:])
        // A read key that no value uses does no harm.
        #expect(
            try totals {
                $0.policy = "allowedProviders: [secretbox]"
                $0.configuration += "; aescbc unused=3"
            } == [:])
    }

    /// Only the age of a key that writes is judged, to the second.
    @Test func ages() throws {
        func age(_ days: Int64, _ configuration: String) throws -> PolicyBreaches {
            try #require(
                try judged {
                    $0.policy = "cryptoperiods: {secretbox: \(days)d}"
                    $0.configuration = configuration
                }.breaches)
        }
        let write = "secrets: secretbox \(Scene.young)=1"
        // It was made 30 days before.
        #expect(try age(30, write).old.isEmpty)
        #expect(try age(29, write).old.map(\.age) == [30 * 86_400])
        #expect(try age(29, "secrets: secretbox key-20260920t000000z=2 \(Scene.young)=1").old.isEmpty)
        #expect(try age(29, "secrets: aescbc \(Scene.young)=2; secretbox \(Scene.young)=1").old.isEmpty)
        // Two entries with one key count once.
        #expect(try age(29, "secrets, configmaps: secretbox \(Scene.young)=1").old.count == 1)
        #expect(try age(29, "secrets: secretbox key1=1").undated.count == 1)
    }

    /// An unknown age leaves the verdict unknown.
    @Test func anUnknownAgeIsADoubt() throws {
        let judged = try judged {
            $0.configuration = "secrets: secretbox key1=1"
            $0.writer = $0.configuration
        }
        #expect(judged.judgement.verdict == .unknown && judged.judgement.doubts.count == 1)
        guard case .keyAge(keys: 1)? = judged.judgement.doubts.first else {
            Issue.record("\(judged.judgement.doubts)")
            return
        }
        let unasked = try self.judged {
            $0.configuration = "secrets: secretbox key1=1"
            $0.writer = $0.configuration
            $0.policy = "mustEncrypt: [secrets]"
        }
        #expect(unasked.judgement.verdict == .clean)
    }

    @Test func writes() throws {
        func found(_ limit: Int) throws -> [FindingCode: Int] {
            try totals {
                $0.configuration = "secrets: aesgcm \(Scene.young)=1"
                $0.writer = $0.configuration
                $0.policy = "gcmWriteLimit: \(limit)"
            }
        }
        // Two Secrets, each written once.
        #expect(try found(2) == [.policyWrites: 1])
        #expect(try found(3) == [:])
    }

    @Test func resources() throws {
        func plain(_ policy: String, _ configuration: String, _ adding: @escaping (inout SnapshotBuilder) -> Void)
            throws -> [String]
        {
            try #require(
                try judged {
                    $0.policy = "mustEncrypt: \(policy)"
                    $0.configuration = configuration
                    $0.adding = adding
                }.breaches
            ).plain.map { "\($0.pattern) \($0.plaintext) \($0.isConfigured)" }
        }
        let write = "secretbox \(Scene.young)=1"
        let configMap = { (snapshot: inout SnapshotBuilder) in snapshot.put(plainConfigMap: "c") }
        let nothing = { (_: inout SnapshotBuilder) in }
        #expect(try plain("[secrets]", "secrets: \(write)", configMap) == [])
        #expect(try plain("[configmaps]", "secrets: \(write)", configMap) == ["configmaps 1 false"])
        #expect(try plain("[configmaps]", "secrets: \(write)", nothing) == ["configmaps 0 false"])
        #expect(
            try plain("[configmaps]", "secrets, configmaps: \(write); identity", configMap) == ["configmaps 1 true"])
        #expect(try plain("[configmaps]", "secrets, configmaps: \(write)", nothing) == [])
        #expect(
            try plain("[configmaps]", "secrets: \(write)\nconfigmaps: identity; \(write)", nothing) == [
                "configmaps 0 false"
            ])
        // A wildcard asks for what is stored, and for an entry that covers what may come.
        #expect(try plain("['*.*']", "'*.*': \(write)".replacing("'", with: ""), nothing) == [])
        #expect(try plain("['*.*']", "secrets: \(write)", nothing) == ["*.* 0 false"])
        #expect(try plain("['*.']", "secrets: \(write)", configMap) == ["configmaps 1 false", "*. 0 false"])
        #expect(
            try plain("['*.', configmaps, '*.*']", "*.: \(write); identity", configMap) == [
                "configmaps 1 true", "*.* 0 false",
            ])
    }
}
