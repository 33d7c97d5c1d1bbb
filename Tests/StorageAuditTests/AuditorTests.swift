import EncryptionConfig
import EnvelopeCrypto
import GoText
import KubernetesObjects
import KubernetesResources
import SecretMemory
import TestSupport
import Testing
import Transformers

@testable import StorageAudit

/// Records of every kind, one auditor, and what it says of them.
struct AuditorTests {
    private static let key = "/registry/secrets/default/token"

    private func gcm(_ name: String = "a", _ secret: String = Made.secretA) -> String {
        Made.provider("aesgcm", (name, secret))
    }

    private func census(
        _ records: [MadeRecord], _ configurations: [EncryptionConfiguration], _ options: AuditOptions = AuditOptions()
    ) throws -> Census {
        let auditor = Made.auditor(configurations, options)
        for record in records { try auditor.add(record) }
        return auditor.census
    }

    /// Numbers that a damaged or forged source claims.
    @Test(arguments: [Int64.max, .min, -1])
    func countsClaimedWritesWithoutATrap(version: Int64) throws {
        var records: [MadeRecord] = []
        for number in 0..<3 {
            var record = MadeRecord(key: "/registry/secrets/default/s\(number)", value: Array("plain".utf8))
            record.version = version
            records.append(record)
        }
        let census = try census(records, [try Made.configuration(("secrets", "identity: {}"))])
        let writes = census.resources.values.flatMap(\.byLabel.values).map(\.writes)
        #expect(writes == [version > 0 ? 3 << 32 : 0])
    }

    // MARK: Kinds of findings

    @Test(arguments: ["aescbc", "aesgcm", "secretbox"])
    func theRightObjectIsNoFinding(provider: String) throws {
        let configuration = try Made.configuration(("secrets", Made.provider(provider, ("a", Made.secretA))))
        let value = try Made.sealed(Made.object("token"), at: Self.key, by: configuration)
        let census = try census([MadeRecord(key: Self.key, value: value, version: 7)], [configuration])
        #expect(census.findings.totals.isEmpty)
        let label = StoredLabel(provider: ProviderName(rawValue: provider), key: "a")
        var expected = ResourceCensus()
        (expected.objects, expected.bytes) = (1, value.count)
        expected.current = 1
        expected.byLabel[label] = LabelCensus(objects: 1, opened: 1, bytes: value.count, writes: 7, revisions: 1...1)
        #expect(census.resources == [GroupResource(resource: "secrets"): expected])
    }

    @Test func plaintext() throws {
        let record = MadeRecord(key: Self.key, value: Made.object("token"), revision: 9)
        let encrypting = try census([record], [Made.configuration(("secrets", "\(gcm()), identity: {}"))])
        #expect(encrypting.found == [.plaintext: [Self.key]])
        #expect(encrypting.findings.kept[.plaintext]?.first?.revision == 9)
        #expect((encrypting["secrets"].plaintext, encrypting["secrets"].stale) == (1, 1))
        // The file does not define the scope: plaintext Secrets are a finding where identity writes them, and where no
        // entry covers them. They are not stale then.
        for providers in ["secrets": "identity: {}, \(gcm())", "pods": gcm()] {
            let configuration = try Made.configuration((providers.key, providers.value))
            for isCensusOnly in [false, true] {
                let census = try census([record], [configuration], AuditOptions(isCensusOnly: isCensusOnly))
                #expect(census.found == [.uncovered: [Self.key]])
                #expect((census["secrets"].plaintext, census["secrets"].stale) == (1, 0))
                #expect(census.ledger.counts == [.finding(.uncovered): 1])
            }
        }
        // Without identity kube-apiserver does not read it; whoever has the disk does.
        let unreadable = try census([record], [Made.configuration(("secrets", gcm()))])
        #expect(unreadable.found == [.plaintext: [Self.key], .unreadable: [Self.key]])
        #expect((unreadable["secrets"].unreadable, unreadable["secrets"].stale) == (1, 0))
    }

    @Test func stale() throws {
        let old = try Made.configuration(("secrets", gcm("old")))
        let record = MadeRecord(key: Self.key, value: try Made.sealed(Made.object("token"), at: Self.key, by: old))
        let providers = Made.provider("aesgcm", ("new", Made.secretB), ("old", Made.secretA))
        for isCensusOnly in [false, true] {
            let census = try census(
                [record], [Made.configuration(("secrets", providers))], AuditOptions(isCensusOnly: isCensusOnly))
            #expect(census.found == [.stale: [Self.key]])
            #expect(census["secrets"].stale == 1)
            #expect(census["secrets"].byLabel[StoredLabel(provider: .aesgcm, key: "old")]?.stale == 1)
        }
    }

    @Test func unreadable() throws {
        let writer = try Made.configuration(("secrets", gcm()))
        let value = try Made.sealed(Made.object("token"), at: Self.key, by: writer)
        func reason(_ configuration: EncryptionConfiguration, _ value: [UInt8], census isCensusOnly: Bool = false)
            throws
            -> String?
        {
            let census = try census(
                [MadeRecord(key: Self.key, value: value)], [configuration], AuditOptions(isCensusOnly: isCensusOnly))
            #expect(census["secrets"].stale == 0)
            guard case .unreadable(_, let error)? = census.findings.kept[.unreadable]?.first?.kind else {
                return nil
            }
            #expect(census["secrets"].unreadable == 1)
            return error.apiserverText()
        }
        let noKey = "no matching key was found for the provided AES transformer"
        for isCensusOnly in [false, true] {
            #expect(try reason(Made.configuration(("secrets", gcm("b"))), value, census: isCensusOnly) == noKey)
            #expect(
                try reason(
                    Made.configuration(("secrets", Made.provider("aescbc", ("a", Made.secretA)))), value,
                    census: isCensusOnly) == "no matching prefix found")
            #expect(
                try reason(Made.configuration(("pods", gcm())), value, census: isCensusOnly)
                    == "identity transformer tried to read encrypted data")
        }
        let wrongKey = try Made.configuration(("secrets", gcm("a", Made.secretB)))
        #expect(try reason(wrongKey, value) == "cipher: message authentication failed")
        #expect(try reason(wrongKey, value, census: true) == nil)
        #expect(try reason(writer, value.dropLast()) == "cipher: message authentication failed")
        #expect(try reason(writer, Array("k8s:enc:rot13:v1:a:x".utf8)) == "no matching prefix found")
    }

    @Test func anArchiveOpensIt() throws {
        let old = try Made.configuration(("secrets", gcm("old")))
        let other = try Made.configuration(("pods", gcm("old")))
        let new = try Made.configuration(("secrets", gcm("new", Made.secretB)))
        let wrong = try Made.configuration(("secrets", gcm("old", Made.secretB)))
        let record = MadeRecord(key: Self.key, value: try Made.sealed(Made.object("token"), at: Self.key, by: old))
        // A key that was kept for another resource opens it too; one that opens it to something else does not.
        let moved = try Made.sealed(Made.object("another"), at: Self.key, by: old)
        for (archives, expected) in [([], nil), ([old], 1), ([wrong, old], 2), ([other], 1), ([wrong], nil)]
            as [(_, Int?)]
        {
            let census = try census([record], [new] + archives)
            guard let expected else {
                #expect(census.found == [.unreadable: [Self.key]])
                #expect(census["secrets"].unreadable == 1 && census["secrets"].archived == 0)
                continue
            }
            guard case .archived(_, _, let archive)? = census.findings.kept[.archived]?.first?.kind else {
                Issue.record("no archive opens it")
                return
            }
            #expect(archive == expected)
            // An archive makes nothing readable for kube-apiserver.
            #expect(
                census["secrets"].unreadable == 0 && census["secrets"].archived == 1 && census["secrets"].stale == 1)
        }
        #expect(try census([MadeRecord(key: Self.key, value: moved)], [new, old]).found == [.unreadable: [Self.key]])
    }

    @Test func notAnObject() throws {
        let configuration = try Made.configuration(("secrets", gcm()))
        let value = try Made.sealed(Array("hello".utf8), at: Self.key, by: configuration)
        let census = try census([MadeRecord(key: Self.key, value: value)], [configuration])
        #expect(census.found == [.notObject: [Self.key]])
        #expect((census["secrets"].notObjects, census["secrets"].unreadable) == (1, 0))
    }

    /// AES-CBC with a wrong key of the right name passes now and then; the right key is named.
    @Test func theRightKeyIsNamed() throws {
        let writer = try Made.configuration(("secrets", Made.provider("aescbc", ("a", Made.secretB))))
        let reader = try Made.configuration(
            ("secrets", Made.provider("aescbc", ("a", Made.secretA), ("b", Made.secretB))))
        let auditor = Made.auditor([reader], AuditOptions(findingLimit: 5000))
        var seen = 0
        for _ in 0..<5000 where seen < 3 {
            try auditor.add(
                MadeRecord(key: Self.key, value: Made.sealed(Made.object("token"), at: Self.key, by: writer)))
            seen = auditor.census.findings.totals[.notObject] ?? 0
        }
        let findings = try #require(auditor.census.findings.kept[.notObject])
        #expect(findings.count == 3)
        for finding in findings {
            guard case .notAnObject(_, _, let rightKey) = finding.kind else {
                Issue.record("\(finding.kind)")
                continue
            }
            #expect(rightKey?.key.name == "b")
        }
    }

    @Test(arguments: ["aescbc", "secretbox"])
    func moved(provider: String) throws {
        let configuration = try Made.configuration(("secrets", Made.provider(provider, ("a", Made.secretA))))
        let value = try Made.sealed(Made.object("token"), at: Self.key, by: configuration)
        let keys = ["/registry/secrets/default/other", "/registry/secrets/other/token"]
        let census = try census(keys.map { MadeRecord(key: $0, value: value) }, [configuration])
        #expect(census.found == [.moved: keys])
        guard case .otherObject(_, let identity)? = census.findings.kept[.moved]?.first?.kind else { return }
        #expect((identity.kind, identity.namespace, identity.name) == ("Secret", "default", "token"))
    }

    @Test func anotherKindIsAnotherObject() throws {
        let configuration = try Made.configuration(
            ("secrets, configmaps", Made.provider("secretbox", ("a", Made.secretA))))
        let value = try Made.sealed(Made.object("token"), at: Self.key, by: configuration)
        let key = "/registry/configmaps/default/token"
        #expect(try census([MadeRecord(key: key, value: value)], [configuration]).found == [.moved: [key]])
    }

    /// A custom resource's object is one of its group; what its kind leaves open is no finding, and not opened.
    @Test(arguments: [
        ("example.com/v1", "Widget", 1, 0, nil), ("example.com/v2", "Widget", 1, 0, nil),
        ("other.io/v1", "Widget", 0, 0, FindingCode.moved), ("v1", "Secret", 0, 0, FindingCode.moved),
        ("example.com/v1", "Gadget", 0, 1, nil),
    ])
    func objectsOfCustomResources(
        apiVersion: String, kind: String, opened: Int, uncertain: Int, code: FindingCode?
    ) throws {
        let configuration = try Made.configuration(
            ("widgets.example.com", Made.provider("secretbox", ("a", Made.secretA))))
        let key = "/registry/example.com/widgets/default/token"
        let plaintext = Made.object("token", kind: kind, apiVersion: apiVersion)
        let value = try Made.sealed(plaintext, at: key, by: configuration, for: "widgets.example.com")
        let census = try census([MadeRecord(key: key, value: value)], [configuration])
        let numbers = census["widgets.example.com"]
        #expect(numbers.byLabel.values.map(\.opened) == [opened])
        #expect((numbers.uncertain, numbers.current, numbers.notObjects) == (uncertain, opened, code == nil ? 0 : 1))
        #expect(census.findings.totals == (code.map { [$0: 1] } ?? [:]))
        #expect(census.isUnproven == (uncertain > 0))
    }

    /// CBOR is nothing that a Secret can be, and leaves a custom resource open where Kubernetes would not have written it.
    @Test func whatIsNotRead() throws {
        let configuration = try Made.configuration(
            ("secrets, widgets.example.com", Made.provider("secretbox", ("a", Made.secretA))))
        let keys = [Self.key, "/registry/example.com/widgets/default/token"]
        let records = try keys.map { key in
            MadeRecord(key: key, value: try Made.sealed(hex("d9d9f7 a1 41 61 c1 00"), at: key, by: configuration))
        }
        let census = try census(records, [configuration])
        #expect(census.found == [.notObject: [Self.key]])
        #expect((census["widgets.example.com"].uncertain, census["secrets"].uncertain) == (1, 0))
        #expect(census.resources.values.allSatisfy { $0.current == 0 } && census.isUnproven)
    }

    /// A custom resource in CBOR is judged as one in JSON: it is the object, another one, or none.
    @Test(
        arguments: [
            ("token", nil), ("other", .moved), (nil, .notObject),
        ] as [(String?, FindingCode?)])
    func customResourcesInCBOR(_ name: String?, _ code: FindingCode?) throws {
        let configuration = try Made.configuration(
            ("widgets.example.com", Made.provider("secretbox", ("a", Made.secretA))))
        let key = "/registry/example.com/widgets/default/token"
        let object = ReferenceCBOR.map([
            "apiVersion": .text("example.com/v1"), "kind": .text("Widget"),
            "metadata": .map(["name": .text(name ?? "token"), "namespace": .text("default")]),
        ])
        // Without the name at the end it is cut short.
        let plaintext = name == nil ? Array(object.stored.dropLast()) : object.stored
        let value = try Made.sealed(plaintext, at: key, by: configuration, for: "widgets.example.com")
        let census = try census([MadeRecord(key: key, value: value)], [configuration])
        #expect(census.findings.totals == (code.map { [$0: 1] } ?? [:]) && !census.isUnproven)
        #expect(census["widgets.example.com"].byLabel.values.map(\.opened) == [code == nil ? 1 : 0])
    }

    /// Two names that are equal to Unicode are two keys: one of them is stale.
    @Test(arguments: [false, true])
    func namesOfKeysAreBytes(isCensusOnly: Bool) throws {
        let (composed, decomposed) = ("cl\u{e9}", "cle\u{301}")
        func configuration(_ first: String, _ firstSecret: String, _ second: String, _ secondSecret: String) throws
            -> EncryptionConfiguration
        {
            try Made.configuration(
                ("secrets", Made.provider("secretbox", (first, firstSecret), (second, secondSecret))))
        }
        let reader = try configuration(composed, Made.secretA, decomposed, Made.secretB)
        let writer = try configuration(decomposed, Made.secretB, composed, Made.secretA)
        let keys = ["/registry/secrets/default/a", "/registry/secrets/default/b"]
        let records = [
            MadeRecord(key: keys[0], value: try Made.sealed(Made.object("a"), at: keys[0], by: writer)),
            MadeRecord(key: keys[1], value: try Made.sealed(Made.object("b"), at: keys[1], by: reader)),
        ]
        let census = try census(records, [reader], AuditOptions(isCensusOnly: isCensusOnly))
        #expect(census.found == [.stale: [keys[0]]])
        let labels = census["secrets"].byLabel
        #expect(labels.count == 2 && census["secrets"].stale == 1 && census["secrets"].unreadable == 0)
        #expect(labels[StoredLabel(provider: .secretbox, key: ByteName(decomposed))]?.stale == 1)
        #expect(labels[StoredLabel(provider: .secretbox, key: ByteName(composed))]?.stale == 0)
    }

    // MARK: Other layouts

    @Test func plaintextOfOpenShift() throws {
        let configuration = try Made.configuration(
            ("secrets, routes.route.openshift.io, oauthaccesstokens.oauth.openshift.io", "\(gcm()), identity: {}"))
        let token = Made.object(
            "sha256~x", namespace: "", kind: "OAuthAccessToken", apiVersion: "oauth.openshift.io/v1")
        let records = [
            MadeRecord(key: "/openshift.io/oauth/accesstokens/sha256~x", value: token),
            MadeRecord(
                key: "/openshift.io/routes/ns/r",
                value: Made.object("r", namespace: "ns", kind: "Route", apiVersion: "route.openshift.io/v1")),
        ]
        for prefix in [nil, "/kubernetes.io", "kubernetes.io"] {
            let census = try census(records, [configuration], AuditOptions(prefix: prefix))
            #expect(census.found == [.plaintext: records.map(\.key)])
            #expect(census.otherKeys == 0)
        }
    }

    /// A key that names no group gets the one that its object is of.
    @Test func plaintextTellsItsResource() throws {
        let configuration = try Made.configuration(("secrets, foos.new.k8s.io", "\(gcm()), identity: {}"))
        let records = [
            MadeRecord(key: "/registry/foos/ns/f", value: foo("new.k8s.io/v1", "f")),
            MadeRecord(key: "/registry/foos/ns/g", value: foo("old.k8s.io/v1", "g")),
            MadeRecord(key: "/a/b/c/d/e/secrets/default/t", value: Made.object("t")),
            MadeRecord(key: "/copies/of/s/default/t", value: Made.object("t")),
        ]
        let census = try census(records, [configuration])
        #expect(census.found == [.plaintext: [records[0].key, records[2].key]])
        #expect((census["foos.new.k8s.io"].objects, census["foos.old.k8s.io"].objects) == (1, 1))
        // Whose the last one is nobody can tell.
        #expect((census.otherKeys, census.otherObjects, census.isUnproven) == (1, 1, true))
        let below = try self.census(records, [configuration], AuditOptions(prefix: "/registry"))
        #expect((below.otherKeys, below.otherObjects, below.isUnproven) == (2, 0, false))
    }

    private func foo(_ apiVersion: String, _ name: String) -> [UInt8] {
        Made.object(name, namespace: "ns", kind: "Foo", apiVersion: apiVersion)
    }

    /// Plaintext of other resources is a finding only if they are asked for by name.
    @Test func plaintextThatNobodyAskedFor() throws {
        let key = "/registry/configmaps/default/c"
        let record = MadeRecord(key: key, value: Made.object("c", kind: "ConfigMap"))
        for (resources, providers) in [("secrets", gcm()), ("configmaps", "identity: {}, \(gcm())")] {
            let configuration = try Made.configuration((resources, providers))
            let census = try census([record], [configuration])
            #expect(census.found.isEmpty && census["configmaps"].plaintext == 1)
            let asked = try self.census(
                [record], [configuration], AuditOptions(resources: [GroupResource(resource: "configmaps")]))
            #expect(asked.found == [.uncovered: [key]])
            // Where others are asked for, Secrets are not.
            let other = MadeRecord(key: Self.key, value: Made.object("token"))
            let secret = try self.census(
                [other], [configuration], AuditOptions(resources: [GroupResource(resource: "configmaps")]))
            #expect(secret.found.isEmpty && secret.ledger.counts == [.outOfScope(.notAsked): 1])
        }
    }

    /// What stands in the list of a resource is read by kube-apiserver, whatever its key is like.
    @Test func strays() throws {
        let configuration = try Made.configuration(("secrets", "\(gcm()), identity: {}"))
        let keys = ["/registry/secrets/default/a/b", "/registry/secrets/", "/registry/secrets/a"]
        let census = try census(keys.map { MadeRecord(key: $0, value: Made.object("a")) }, [configuration])
        #expect(census.found == [.plaintext: keys, .moved: keys])
        #expect((census["secrets"].objects, census["secrets"].notObjects, census.otherKeys) == (3, 3, 0))
        let rubbish = try self.census([MadeRecord(key: keys[0], value: [1, 2])], [configuration])
        #expect(rubbish.found == [.plaintext: [keys[0]], .notObject: [keys[0]]])
    }

    /// A name that joins itself to the slash before it does not hide the object.
    @Test func namesThatBeginWithAMark() throws {
        let configuration = try Made.configuration(("'*.*'", "\(gcm()), identity: {}"))
        let key = "/registry/clusterroles/\u{301}admin"
        let role = Made.object(
            "\u{301}admin", namespace: "", kind: "ClusterRole", apiVersion: "rbac.authorization.k8s.io/v1")
        let census = try census([MadeRecord(key: key, value: role)], [configuration])
        #expect(census.found == [.plaintext: [key]])
    }

    // MARK: Findings of ciphers

    /// Padding beyond a block opens in kube-apiserver, which never writes it.
    @Test func longPadding() throws {
        let configuration = try Made.configuration(("secrets", Made.provider("aescbc", ("a", Made.secretA))))
        for (padding, isLong) in [(16, false), (32, true), (48, true)] {
            var plaintext = Made.object("token")
            while plaintext.count % 16 != 0 { plaintext.append(UInt8(ascii: " ")) }
            plaintext += [UInt8](repeating: UInt8(padding), count: padding)
            // Without the padding that the cipher adds.
            let value = try Made.sealed(plaintext, at: Self.key, by: configuration).dropLast(16)
            let census = try census([MadeRecord(key: Self.key, value: Array(value))], [configuration])
            #expect(census.found == (isLong ? [.padding: [Self.key]] : [:]))
            if case .longPadding(_, let count)? = census.findings.kept[.padding]?.first?.kind {
                #expect(count == padding)
            }
        }
    }

    @Test func aPluginIsNeeded() throws {
        let kms = "kms: {apiVersion: v2, name: vault, endpoint: 'unix:///run/a.sock'}"
        let configuration = try Made.configuration(
            ("secrets", "\(kms), identity: {}"), ("pods", "identity: {}, \(kms.replacing("vault", with: "other"))"))
        // EncryptedObject: some data, key ID "7", an encrypted DEK, the type of a seed.
        let envelope: [UInt8] =
            [0x0a, 30] + [UInt8](repeating: 1, count: 30) + [0x12, 1, 0x37, 0x1a, 2, 8, 9, 0x28, 1]
        let value = Array("k8s:enc:kms:v2:vault:".utf8) + envelope
        let records = ["a", "b"].map { MadeRecord(key: "/registry/secrets/default/\($0)", value: value) }
        let census = try census(records, [configuration])
        #expect(census.found == [.needsPlugin: records.map(\.key)])
        #expect(census.pluginUses == [PluginUse(provider: "vault", keyID: "7"): 2])
        #expect(census.pluginCalls.count == 1)
        #expect(census.isUnproven)
        #expect((census["secrets"].needsPlugin, census["secrets"].stale, census["secrets"].unreadable) == (2, 0, 0))
        let labelled = try self.census(records, [configuration], AuditOptions(isCensusOnly: true))
        #expect(labelled.found.isEmpty && !labelled.isUnproven)
    }

    @Test func onlyTheResourcesThatAreAskedFor() throws {
        let configuration = try Made.configuration(("secrets, configmaps", "\(gcm()), identity: {}"))
        let records = [
            MadeRecord(key: Self.key, value: Made.object("token")),
            MadeRecord(key: "/registry/configmaps/default/c", value: Made.object("c", kind: "ConfigMap")),
        ]
        let options = AuditOptions(resources: [GroupResource(resource: "configmaps")])
        let census = try census(records, [configuration], options)
        #expect(census.resources.keys.map(\.description) == ["configmaps"])
        #expect(census.found == [.plaintext: [records[1].key]])
    }

    @Test(arguments: [0, 1, 5, 100])
    func theLimit(limit: Int) throws {
        let configuration = try Made.configuration(("secrets", "\(gcm()), identity: {}"))
        let records = (0..<40).map {
            MadeRecord(key: "/registry/secrets/default/n\($0)", value: Made.object("n\($0)"), revision: Int64($0))
        }
        let census = try census(records, [configuration], AuditOptions(findingLimit: limit))
        #expect(census.findings.totals == [.plaintext: 40])
        #expect((census.found[.plaintext] ?? []) == records.prefix(limit).map(\.key))
    }

    // MARK: Places

    /// Keys that are no objects, in whatever order they come, are not taken for some.
    @Test(arguments: 0..<20)
    func placesDoNotDependOnTheOrder(seed: Int) throws {
        let keys = [
            "compact_rev_key", "/registry/health", "/registry/masterleases/10.0.0.1", "/registry/ranges/serviceips",
            "/registry/ranges/other", "/registry/ranges/servicenodeports", "/registry/secrets/default/",
            "/registry/secrets/default/a", "/registry/secrets/default/é", "/registry/secrets", "/registry/secrets/",
            "/registry/secrets/default/a/b", "/registry/example.com/widgets/default/w", "/registry/example.com/widgets",
            "/registry/services/specs/default/web", "/registry/services/endpoints/default/web",
            "/registry/clusterroles/a:b",
            "/registry/pods/default/a", "", "/", "/other/secrets/default/a", "secrets/default/a",
            "/registry/unknowns/a",
        ]
        let configuration = try Made.configuration(("'*.*'", "identity: {}"))
        func numbers(_ keys: [String]) throws -> [String: Int] {
            let census = try census(keys.map { MadeRecord(key: $0, value: Made.object("a")) }, [configuration])
            var numbers = ["-": census.otherKeys]
            for (name, resource) in census.resources { numbers[name.description] = resource.objects }
            return numbers
        }
        // One auditor for each key remembers nothing.
        var apart: [String: Int] = [:]
        for key in keys { apart.merge(try numbers([key]), uniquingKeysWith: +) }
        var random = SeededGenerator(seed: UInt64(seed))
        #expect(try numbers(keys.shuffled(using: &random)) == apart)
        #expect(apart["secrets"] == 6 && apart["services"] == 1 && apart["widgets.example.com"] == 1)
        #expect(apart["-"].map { $0 >= 8 } == true)
    }

    /// So many folders that the memory of them starts anew, and each key still finds its own.
    @Test func manyFolders() throws {
        let configuration = try Made.configuration(("secrets", "\(gcm()), identity: {}"))
        let auditor = Made.auditor([configuration], AuditOptions(findingLimit: 0))
        let count = PlaceCache.limit + 2000
        for number in 0..<count {
            let namespace = "n\(number)"
            try auditor.add(
                MadeRecord(key: "/registry/secrets/\(namespace)/a", value: Made.object("a", namespace: namespace)))
        }
        for number in stride(from: 0, to: count, by: 997) {
            let namespace = "n\(number)"
            try auditor.add(
                MadeRecord(key: "/registry/secrets/\(namespace)/b", value: Made.object("b", namespace: namespace)))
        }
        let secrets = auditor.census["secrets"]
        #expect(secrets.objects == count + (count + 996) / 997)
        #expect(secrets.notObjects == 0)
    }

    /// Two folders of one hash take each other's room, not each other's place.
    @Test func collisionsDoNoHarm() throws {
        let configuration = try Made.configuration(("secrets, configmaps", "identity: {}"))
        let transformer = try TransformerSet(configuration, unwrapping: NoKMS())
            .transformer(for: GroupResource(resource: "secrets"))
        let resource = AuditedResource(
            GroupResource(resource: "secrets"), transformer, isWanted: true, isAskedFor: true, mayBeCovered: false)
        var cache = PlaceCache()
        let names = ["/registry/secrets/a", "/registry/secrets/b", "/registry/secrets/c"]
        for name in names {
            let folder = Array(name.utf8)
            #expect(cache.place(of: folder.span.rawBytes, hash: 1) == nil)
            guard case .object(let key) = EtcdKey("\(name)/x") else { continue }
            cache.remember(KeyPlace(key, folder: folder.span.rawBytes, resource), hash: 1)
            #expect(cache.place(of: folder.span.rawBytes, hash: 1).map { $0.namespace } == [folder[folder.count - 1]])
        }
        #expect(cache.place(of: Array(names[0].utf8).span.rawBytes, hash: 1) == nil)
    }

    // MARK: Nonces

    private static func at(_ resource: String, _ name: String) -> String { "/registry/\(resource)/default/\(name)" }

    /// Seals with the nonce of another value, as no apiserver does.
    private func resealed(
        _ name: String, _ resource: String, like other: [UInt8], by configuration: EncryptionConfiguration
    ) throws -> MadeRecord {
        let key = Self.at(resource, name)
        let plaintext = Made.object(name, kind: resource == "secrets" ? "Secret" : "ConfigMap")
        let value = try NonceForger.seal(
            plaintext, at: key, prefix: "k8s:enc:aesgcm:v1:a:", secret: configuration.keys[0].key.secret,
            nonce: Array(other.dropFirst("k8s:enc:aesgcm:v1:a:".utf8.count).prefix(12)))
        return MadeRecord(key: key, value: value)
    }

    /// The same nonce under the same key bytes is found across resources and entries, and under nothing else.
    @Test func aNonceTwice() throws {
        let one = try Made.configuration(("secrets", gcm()), ("configmaps", gcm()))
        let key = Self.at("secrets", "first")
        let first = MadeRecord(key: key, value: try Made.sealed(Made.object("first"), at: key, by: one))
        let sameResource = try resealed("second", "secrets", like: first.value, by: one)
        let otherResource = try resealed("third", "configmaps", like: first.value, by: one)
        let fresh = MadeRecord(
            key: Self.at("secrets", "fresh"),
            value: try Made.sealed(Made.object("fresh"), at: Self.at("secrets", "fresh"), by: one))
        for (records, expected) in [
            ([first, fresh], []), ([first, fresh, sameResource], [sameResource]),
            ([first, otherResource], [otherResource]),
            ([sameResource, fresh, first, otherResource], [first, otherResource]),
            // A value that was put back as it was.
            ([first, fresh, first], []),
        ] {
            let auditor = Made.auditor([one])
            for record in records { try auditor.add(record) }
            #expect(auditor.census.findings.totals.isEmpty)
            let findings = try auditor.nonceFindings(in: records)
            #expect(findings.map { String(decoding: $0.etcdKey, as: UTF8.self) } == expected.map(\.key))
            for case .nonceReused(_, let other) in findings.map(\.kind) { #expect(other == Array(records[0].key.utf8)) }
        }
    }

    /// Another key of the same name has nonces of its own.
    @Test func theSameNonceOfOtherKeys() throws {
        let two = try Made.configuration(("secrets", gcm()), ("configmaps", gcm("a", Made.secretB)))
        let key = Self.at("secrets", "first")
        let first = MadeRecord(key: key, value: try Made.sealed(Made.object("first"), at: key, by: two))
        let otherKey = Self.at("configmaps", "x")
        let other = MadeRecord(
            key: otherKey,
            value: try NonceForger.seal(
                Made.object("x", kind: "ConfigMap"), at: otherKey, prefix: "k8s:enc:aesgcm:v1:a:",
                secret: two.keys[1].key.secret,
                nonce: Array(first.value.dropFirst("k8s:enc:aesgcm:v1:a:".utf8.count).prefix(12))))
        let auditor = Made.auditor([two])
        for record in [first, other] { try auditor.add(record) }
        #expect(auditor.census.findings.totals.isEmpty)
        #expect(try auditor.nonceFindings(in: [first, other]).isEmpty)
    }

    /// Two threads that each saw one of two values find them together.
    @Test func noncesOfTwoAuditors() throws {
        let one = try Made.configuration(("secrets", gcm()))
        let key = Self.at("secrets", "first")
        let first = MadeRecord(key: key, value: try Made.sealed(Made.object("first"), at: key, by: one))
        let second = try resealed("second", "secrets", like: first.value, by: one)
        var log = NonceLog()
        for record in [first, second] {
            let auditor = Made.auditor([one])
            try auditor.add(record)
            #expect(auditor.nonces.repeated().isEmpty)
            log.add(auditor.nonces)
        }
        #expect(log.repeated().count == 1)
    }

    // MARK: Parts

    /// Censuses of parts, added up in order, are the census of the whole, wherever it is cut.
    @Test(arguments: 0..<30)
    func partsAddUp(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let writer = try Made.configuration(
            ("secrets", Made.provider("secretbox", ("a", Made.secretA))),
            ("configmaps", Made.provider("aescbc", ("old", Made.secretB))))
        let reader = try Made.configuration(
            ("secrets", "\(gcm()), \(Made.provider("secretbox", ("a", Made.secretA))), identity: {}"),
            ("configmaps", Made.provider("aescbc", ("new", Made.secretA), ("old", Made.secretB))))
        let records = try (0..<80).map { number -> MadeRecord in
            let resource = ["secrets", "configmaps", "pods"].randomElement(using: &random) ?? ""
            let kind = ["secrets": "Secret", "configmaps": "ConfigMap"][resource] ?? "Pod"
            let name = "n\(Int.random(in: 0..<50, using: &random))"
            let key = "/registry/\(resource)/ns\(number % 3)/\(name)"
            let object = Made.object(name, namespace: "ns\(Int.random(in: 0..<3, using: &random))", kind: kind)
            var value = object
            switch Int.random(in: 0..<6, using: &random) {
            case 0: break
            case 1: value = random.bytes(20)
            case 2: value = Array("k8s:enc:aescbc:v1:lost\(number % 4):0123".utf8)
            default: value = try Made.sealed(object, at: key, by: writer, for: resource)
            }
            return MadeRecord(
                key: number % 9 == 0 ? "elsewhere" : key, value: value, revision: Int64(number),
                version: Int64.random(in: 1...9, using: &random))
        }
        let options = AuditOptions(
            isCensusOnly: seed % 5 == 0, findingLimit: [0, 1, 3, 100].randomElement(using: &random) ?? 0)
        let whole = try census(records, [reader], options)
        var sum = Census(findingLimit: options.findingLimit)
        var start = 0
        while start < records.count {
            let end = min(records.count, start + Int.random(in: 0...40, using: &random))
            sum.add(try census(Array(records[start..<end]), [reader], options))
            start = end
        }
        #expect(sum.resources == whole.resources)
        #expect(sum.otherKeys == whole.otherKeys && whole.otherKeys == 9)
        #expect(sum.findings.totals == whole.findings.totals && !whole.findings.totals.isEmpty)
        #expect(sum.found == whole.found)
        #expect(sum.pluginUses == whole.pluginUses && sum.pluginCalls == whole.pluginCalls)
    }
}
