import StorageAudit
import TestSupport
import Testing

/// The smallest cases of faults that the model has found.
struct FoundCaseTests {
    private static let key = ModelKey(name: Array("k1".utf8), bytes: [UInt8](0..<32))
    private static let secret = ModelObject(apiVersion: "v1", kind: "Secret", namespace: "a", name: "n1")

    /// Values at etcd keys, each written once, in order.
    private func store(_ values: (key: String, value: [UInt8]?)...) -> ModelStore {
        ModelStore(
            records: values.enumerated().map { index, change in
                ModelRecord(
                    key: Array(change.key.utf8), place: .nowhere, value: change.value, main: Int64(index + 2), sub: 0,
                    createRevision: 2, version: Int64(index + 1))
            })
    }

    private func judge(
        _ store: ModelStore, digest: ModelDigest = .right, history: Bool = false, failOn: Set<FindingCode>? = nil,
        of resources: ModelResource...
    ) throws -> (AuditJudgement, AuditResult) {
        let configuration = ModelConfiguration(
            entries: [
                ModelConfiguration.Entry(patterns: resources.map { ModelPattern($0) }, providers: [Self.encrypted])
            ])
        let file = try configuration.file()
        var options = ModelOptions()
        options.history = history
        let result = try AuditedFile.audit(try store.file(digest, leafLimit: 100), under: file, options)
        return (
            AuditJudgement(
                result, under: file.configuration, options: AuditedFile.auditOptions(options, findingLimit: 20),
                failOn: failOn ?? Set(FindingCode.allCases.filter(\.countsByDefault))), result
        )
    }

    private func sealed(_ plaintext: [UInt8], at etcdKey: String) throws -> [UInt8] {
        var random = SeededGenerator(seed: 1)
        return try ReferenceCipher.seal(
            plaintext, .secretbox, Self.key, at: Array(etcdKey.utf8), using: &random)
    }

    private static let encrypted: ModelProvider = .keys(.secretbox, [key])

    /// A plaintext Secret that kube-apiserver cannot read lies on the disk in plaintext all the same.
    @Test(arguments: [false, true])
    func plaintextThatNoProviderReads(isOld: Bool) throws {
        let key = "/registry/secrets/a/n1"
        let written = try sealed(Self.secret.protobuf, at: key)
        let store =
            isOld ? store((key, Self.secret.protobuf), (key, written)) : store((key, Self.secret.protobuf))
        let (judgement, _) = try judge(
            store, history: isOld, failOn: FindingCode.names["plaintext"], of: .secrets)
        #expect(judgement.totals == (isOld ? [.oldPlaintext: 1, .oldUnreadable: 1] : [.plaintext: 1, .unreadable: 1]))
        #expect(judgement.verdict == .findings)
    }

    /// The object of another namespace in the place of `kube-system` does not identify the cluster.
    @Test func anotherNamespaceHasAnotherUID() throws {
        let key = "/registry/namespaces/kube-system"
        for (name, uid) in [("kube-system", "u1"), ("default", nil)] as [(String, String?)] {
            let namespace = ModelObject(apiVersion: "v1", kind: "Namespace", namespace: "", name: name, uid: "u1")
            let (_, result) = try judge(store((key, namespace.protobuf)), of: .secrets)
            #expect(result.live.clusterUID == uid)
        }
    }

    /// A file that is not what was saved shows no more than one without a digest, also where the digest is no breach.
    @Test(arguments: ModelDigest.allCases)
    func aWrongDigestIsNeverClean(digest: ModelDigest) throws {
        let key = "/registry/secrets/a/n1"
        let store = store((key, try sealed(Self.secret.protobuf, at: key)))
        let expected: [ModelDigest: AuditJudgement.Verdict] = [.right: .clean, .wrong: .unknown, .absent: .unknown]
        let (judgement, _) = try judge(store, digest: digest, failOn: [.plaintext], of: .secrets)
        #expect(judgement.verdict == expected[digest])
        let (counted, _) = try judge(
            store, digest: digest, failOn: [.plaintext, .digest], of: .secrets)
        #expect(counted.verdict == (digest == .wrong ? .findings : expected[digest]))
        #expect(counted.doubts.isEmpty == (digest != .absent))
    }

    /// Plaintext in an encoding that is not read, at a key that names no resource, may be a Secret.
    @Test(arguments: [[0xd9, 0xd9, 0xf7, 0xa0], Array("apiVersion: v1\n".utf8)] as [[UInt8]])
    func unreadEncodingsAtUnknownKeys(value: [UInt8]) throws {
        let key = "/registry/secrets/a/n1"
        let (judgement, _) = try judge(
            store((key, try sealed(Self.secret.protobuf, at: key)), ("/copies/of/s/a/n1", value)),
            of: .secrets)
        #expect(judgement.coverage.records.count(of: .unknownObject) == 1)
        #expect(judgement.verdict == .unknown)
    }

    /// Below the prefix of a server nothing else is kept: whatever is there under a key of no resource may be a Secret.
    @Test(arguments: [
        "/registry", "/registry/", "/registry/secrets", "/registry//secrets/a/n1", "/registry/ranges/a/n1",
    ])
    func plaintextAtMalformedKeys(other: String) throws {
        let key = "/registry/secrets/a/n1"
        for value in [Self.secret.protobuf, Array("password".utf8), Array("k8s\0damaged".utf8)] {
            let (judgement, _) = try judge(
                store((key, try sealed(Self.secret.protobuf, at: key)), (other, value)), of: .secrets)
            // An object says itself which resource it is of.
            #expect(judgement.verdict != .clean, "\(other)")
        }
    }

    /// Elsewhere other programs keep what they like.
    @Test(arguments: ["/calico/a", "app", "//registry/secrets/a/n1"])
    func plaintextOfOtherPrograms(other: String) throws {
        let key = "/registry/secrets/a/n1"
        for (value, verdict) in [
            (Array("password".utf8), AuditJudgement.Verdict.clean), (Array("k8s\0x".utf8), .unknown),
        ] {
            let (judgement, _) = try judge(
                store((key, try sealed(Self.secret.protobuf, at: key)), (other, value)), of: .secrets)
            #expect(judgement.verdict == verdict, "\(other)")
        }
    }

    /// An old value of a resource whose group is unknown is as unknown as a live one.
    @Test func oldValuesOfAnUnknownGroup() throws {
        let (key, gadget) = ("/registry/secrets/a/n1", "/registry/gadgets/a/n1")
        let (judgement, _) = try judge(
            store(
                (key, try sealed(Self.secret.protobuf, at: key)), (gadget, try sealed([0], at: gadget)), (gadget, nil)),
            history: true, of: .secrets, .groupedGadgets)
        #expect(judgement.coverage.records.count(of: .unknownGroup) == 1)
        #expect(judgement.verdict == .unknown)
    }
}
