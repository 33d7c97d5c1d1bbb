import ClusterSupport
import EncryptionConfig
import KeyRescue
import SecretMemory
import StorageAudit
import TestSupport
import Testing

struct RescuePlanTests {
    @Test func aKeyOfAnArchiveComesBack() throws {
        var scene = try RescueScene("secrets: aescbc new=2; identity", archives: "*.*: aescbc x=9 old=1")
        try scene.put(secret: "a", by: "secrets: aescbc old=1")
        try scene.put(secret: "b", by: "secrets: aescbc new=2")
        try scene.put(secret: "c", by: "secrets: identity")
        let (plan, judgement) = try scene.rescue()
        #expect(plan.additions == ["resources[0] aescbc old"])
        #expect(plan.refused.isEmpty)
        #expect(plan.added.map(\.values) == [1])
        #expect(judgement.verdict == .complete)
        #expect(judgement.sources.map(\.unreadableBefore) == [1])
        // Nothing but two lines is added.
        let lines = plan.text.revealedText().split(separator: "\n")
        #expect(lines.count == scene.text.split(separator: "\n").count + 2)
    }

    @Test func nothingIsAddedWhereNothingIsLacking() throws {
        var scene = try RescueScene("secrets: aescbc new=2; identity", archives: "*.*: aescbc old=1")
        try scene.put(secret: "b", by: "secrets: aescbc new=2")
        let (plan, judgement) = try scene.rescue()
        #expect(plan.isEmpty)
        #expect(plan.text.revealedText() == scene.text)
        #expect(judgement.verdict == .complete)
    }

    @Test func aLostKeyIsNamed() throws {
        var scene = try RescueScene("secrets: aescbc new=2", archives: "*.*: aescbc old=1")
        try scene.put(secret: "a", by: "secrets: aescbc old=1")
        try scene.put(secret: "z", by: "secrets: aescbc lost=5")
        let (plan, judgement) = try scene.rescue()
        #expect(plan.additions == ["resources[0] aescbc old"])
        #expect(judgement.verdict == .incomplete)
        let lost = judgement.sources[0].unreadable
        #expect(lost.map(\.cause) == [.keyMissing])
        #expect(lost.map(\.label.key) == ["lost"])
        #expect(
            lost.flatMap(\.values).map { String(decoding: $0.etcdKey, as: UTF8.self) } == [
                "/registry/secrets/default/z"
            ])
    }

    /// Another key has the name: both stay, and kube-apiserver tries both.
    @Test(arguments: ["aescbc", "aesgcm", "secretbox"]) func equalNamesWithOtherBytes(provider: String) throws {
        var scene = try RescueScene("secrets: \(provider) key1=2", archives: "*.*: \(provider) key1=1")
        try scene.put(secret: "a", by: "secrets: \(provider) key1=1")
        try scene.put(secret: "b", by: "secrets: \(provider) key1=2")
        let (plan, judgement) = try scene.rescue()
        #expect(plan.additions == ["resources[0] \(provider) key1"])
        #expect(plan.configuration.entries[0].providers[0].keys.map(\.name) == ["key1", "key1"])
        #expect(judgement.verdict == .complete)
    }

    /// About 1 in 255 AES-CBC values passes the padding check of the file's key of that name. No place after that key
    /// helps; the judgement says so, and nothing is called complete.
    @Test func whatTheWriteKeyGarblesStaysUnreadable() throws {
        var scene = try RescueScene("secrets: aescbc key1=2", archives: "*.*: aescbc key1=1")
        for number in 0..<1500 { try scene.put(secret: "s\(number)", by: "secrets: aescbc key1=1") }
        let (plan, judgement) = try scene.rescue()
        #expect(plan.additions == ["resources[0] aescbc key1"])
        #expect(judgement.verdict == .incomplete)
        let source = judgement.sources[0]
        #expect(source.unreadableCount > 0 && source.unreadableCount < 60)
        #expect(source.unreadable.map(\.cause) == [.keyDiffers])
        #expect(source.unreadable.map(\.isOpenable) == [true])
    }

    @Test func aRenamedKeyGetsItsNameBack() throws {
        var scene = try RescueScene("secrets: aesgcm renamed=1; identity")
        try scene.put(secret: "a", by: "secrets: aesgcm old=1")
        let (plan, judgement) = try scene.rescue()
        #expect(plan.additions == ["resources[0] aesgcm old"])
        #expect(judgement.verdict == .complete)
    }

    @Test func identityComesBackLast() throws {
        var scene = try RescueScene("secrets: aesgcm k=1")
        try scene.put(secret: "a", by: "secrets: identity")
        let (plan, judgement) = try scene.rescue()
        #expect(plan.additions == ["resources[0] identity -"])
        #expect(plan.configuration.entries[0].providers.map(\.name) == [.aesgcm, .identity])
        #expect(judgement.verdict == .complete)
    }

    /// A resource without an entry gets one that writes plaintext, as before.
    @Test func anEntryComesBack() throws {
        var scene = try RescueScene(
            "secrets: aesgcm k=1\nconfigmaps: secretbox s=2", archives: "*.*: aescbc c=3; secretbox s=2 t=4")
        let lists = ["pods": "Pod", "services": "Service"]
        for (resource, kind) in lists.sorted(by: { $0.key < $1.key }) {
            let path = resource == "services" ? "services/specs" : resource
            for key in ["aescbc c=3", "secretbox t=4"] {
                let name = "x\(key.count)"
                let etcdKey = "/registry/\(path)/default/\(name)"
                scene.snapshot.put(
                    etcdKey,
                    try ShortConfiguration("\(resource): \(key)").configuration().sealed(
                        MadeObject.protobuf(kind, name), at: etcdKey, for: resource))
            }
        }
        try scene.put(secret: "a", by: "secrets: aesgcm k=1")
        let (plan, judgement) = try scene.rescue()
        #expect(plan.additions == ["resources[2] aescbc c", "resources[2] secretbox t"])
        #expect(plan.added.map(\.isInNewEntry) == [true, true])
        let entry = try #require(plan.configuration.entries.last)
        #expect(entry.resources.map(\.description) == ["pods", "services"])
        #expect(entry.providers.map(\.name) == [.identity, .aescbc, .secretbox])
        #expect(judgement.sources[0].unreadable.isEmpty)
        #expect(judgement.verdict == .complete)
    }

    /// A key that two entries need is added to both, and to a list that they share once.
    @Test func sharedLists() throws {
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets]
              providers: &list
              - aesgcm:
                  keys:
                  - name: new
                    secret: \(ShortConfiguration.secret("2"))
            - resources: [configmaps]
              providers: *list

            """
        var scene = RescueScene(
            text: text, archives: [try ShortConfiguration("*.*: aesgcm old=1; secretbox b=3").configuration()])
        try scene.put(secret: "a", by: "secrets: aesgcm old=1")
        try scene.put(secret: "b", by: "secrets: secretbox b=3")
        let key = "/registry/configmaps/default/c"
        scene.snapshot.put(
            key,
            try ShortConfiguration("configmaps: aesgcm old=1").configuration().sealed(
                MadeObject.configMap("c"), at: key, for: "configmaps"))
        let (plan, judgement) = try scene.rescue()
        #expect(plan.added.count == 2)
        #expect(
            plan.configuration.entries.map { $0.providers.map(\.name) } == [
                [.aesgcm, .secretbox], [.aesgcm, .secretbox],
            ])
        #expect(plan.configuration.entries[1].providers[0].keys.map(\.name) == ["new", "old"])
        #expect(judgement.verdict == .complete)
    }

    /// The name of the key begins with the name of a key of the file and a colon. Added, it would not change what that
    /// one reads.
    @Test func overlappingNames() throws {
        var scene = try RescueScene("secrets: aescbc a=1", archives: "*.*: aescbc a:b=2 a:bcdefghijklmno=3")
        for name in ["x", "y", "z"] {
            try scene.put(secret: "\(name)1", by: "secrets: aescbc a=1")
            try scene.put(secret: "\(name)2", by: "secrets: aescbc a:b=2")
            try scene.put(secret: "\(name)3", by: "secrets: aescbc a:bcdefghijklmno=3")
        }
        let (plan, judgement) = try scene.rescue()
        #expect(plan.additions.count + plan.refused.count == 2)
        // Whatever is not readable is named.
        if judgement.verdict == .complete { #expect(judgement.sources[0].unreadable.isEmpty) }
        for name in ["x1", "y1", "z1"] {
            #expect(
                !judgement.sources[0].unreadable.flatMap(\.values).contains {
                    String(decoding: $0.etcdKey, as: UTF8.self).hasSuffix(name)
                })
        }
    }

    @Test func aSourceWithoutADigestProvesNothing() throws {
        var scene = try RescueScene("secrets: aescbc new=2", archives: "*.*: aescbc old=1")
        scene.snapshot.hasDigest = false
        try scene.put(secret: "a", by: "secrets: aescbc old=1")
        #expect(try scene.rescue().judgement.verdict == .unproven)
    }
}
