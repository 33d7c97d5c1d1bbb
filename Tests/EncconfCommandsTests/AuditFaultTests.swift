import ClusterSupport
import Foundation
import PatientTesting
import TestSupport
import Testing

/// Small sources of which an audit once said something wrong, each named after the rule that it broke, and beside them
/// such of which it was right, marked as controls.
@Suite(.patient) struct AuditFaultTests {
    private func withCase(_ body: (AuditCase) throws -> Void) throws {
        let folder = try AuditCase()
        defer { folder.remove() }
        try body(folder)
    }

    private static let box = "secretbox k1=1; identity"
    private static let secrets = (0..<5).map { "s\($0)" }

    private func putPlaintextSecrets(_ snapshot: inout SnapshotBuilder) {
        for name in Self.secrets { snapshot.put("/registry/secrets/default/\(name)", MadeObject.secret(name)) }
    }

    private func putConfigMap(_ snapshot: inout SnapshotBuilder) throws {
        let key = "/registry/configmaps/default/a"
        let writer = try ShortConfiguration("configmaps: \(Self.box)").configuration()
        snapshot.put(key, try writer.sealed(MadeObject.configMap("a"), at: key, for: "configmaps"))
    }

    // MARK: A verdict is about what is stored, not about what the file under audit mentions

    /// The file says `secret`, which is no resource.
    @Test func aMisspeltResourceHidesNothing() throws {
        try withCase { folder in
            try folder.configure("secret, configmaps: \(Self.box)")
            try folder.save { snapshot in
                try putConfigMap(&snapshot)
                putPlaintextSecrets(&snapshot)
            }
            let (report, status) = try folder.audit()
            #expect((status, report.verdict) == (1, "findings"))
            #expect(report.uncovered == [.init(resource: "secrets", objects: 5, plaintext: 5)])
            #expect(report.findings.map(\.code) == Array(repeating: "ENC0410", count: 5))
            for format in ["text", "html", "openmetrics"] {
                let text = try folder.run("audit --config c.yaml s.db -o \(format)").text
                #expect(text.contains(#/\bsecrets\b/#), "\(format)")
            }
        }
    }

    @Test func whatIsAskedForIsInScope() throws {
        try withCase { folder in
            try folder.configure("configmaps: \(Self.box)")
            try folder.save { snapshot in
                try putConfigMap(&snapshot)
                putPlaintextSecrets(&snapshot)
            }
            let (report, status) = try folder.audit("--config c.yaml s.db --resources secrets")
            #expect((status, report.verdict) == (1, "findings"))
            #expect(report.findings.map(\.code) == Array(repeating: "ENC0410", count: 5))
        }
    }

    @Test func identityFirstEncryptsNothing() throws {
        try withCase { folder in
            try folder.configure("secrets: identity; secretbox k1=1")
            try folder.save { putPlaintextSecrets(&$0) }
            let (report, status) = try folder.audit()
            #expect((status, report.verdict) == (1, "findings"))
            #expect(report.findings.map(\.code) == Array(repeating: "ENC0410", count: 5))
        }
    }

    /// Control: plaintext ConfigMaps that nobody asked for are no finding, but each format lists them.
    @Test func whatIsNotCoveredIsListed() throws {
        try withCase { folder in
            try folder.configure("secrets: \(Self.box)")
            try folder.save { snapshot in
                for name in Self.secrets { try snapshot.put(secret: name, by: "secrets: \(Self.box)") }
                for name in ["m0", "m1"] {
                    snapshot.put("/registry/configmaps/default/\(name)", MadeObject.configMap(name))
                }
            }
            let (report, status) = try folder.audit()
            #expect((status, report.verdict) == (0, "clean"))
            #expect(report.uncovered == [.init(resource: "configmaps", objects: 2, plaintext: 2)])
            for format in ["text", "html", "openmetrics"] {
                let text = try folder.run("audit --config c.yaml s.db -o \(format)").text
                #expect(text.contains(#/\bconfigmaps\b/#), "\(format)")
            }
        }
    }

    // MARK: Absence is concluded only from a source that proves its own completeness

    /// A rotation that has come to its last step: the new key writes, the old one is still there.
    private static let rotated =
        "secrets: secretbox key-20260601t000000z=2 key-20260101t000000z=1; identity"
    private static let new = "secrets: secretbox key-20260601t000000z=2"
    private static let old = "secrets: secretbox key-20260101t000000z=1"

    @Test func aFileWithoutDigestIsUnknown() throws {
        try withCase { folder in
            try folder.configure("f.yaml", Self.rotated)
            try folder.save("db") { snapshot in
                snapshot.hasDigest = false
                try snapshot.put(secret: "a", by: Self.new)
            }
            let (report, status) = try folder.audit("--config f.yaml db")
            #expect((status, report.verdict) == (3, "unknown"))
            #expect(report.source.sha256Verified != true)
        }
    }

    @Test func theFileOfARunningMemberIsRefused() throws {
        try withCase { folder in
            let member = try EtcdMember()
            try folder.configure("f.yaml", Self.rotated)
            try member.put(secret: "a", by: Self.new)
            let result = try folder.run("audit --config f.yaml -o json \(member.databasePath)")
            #expect(result.status == 2)
            #expect(result.errors.contains("running etcd or k3s"), "\(result.errors)")
            #expect(!result.text.contains("\"verdict\": \"clean\""))
        }
    }

    /// Two acknowledged writes, one in plaintext and one of the old key, are in the write-ahead log alone.
    @Test func whatOnlyTheLogHoldsIsNotAbsent() throws {
        try withCase { folder in
            let member = try EtcdMember(options: ["--backend-batch-interval", "30s"])
            try folder.configure("f.yaml", Self.rotated)
            try member.put(secret: "a", by: Self.new)
            // Brings all writes into the file.
            _ = try member.snapshot()
            try member.put("/registry/secrets/default/b", MadeObject.secret("b"))
            try member.put(secret: "c", by: Self.old)
            member.kill()
            try #require(!(try member.database()).contains(Array("default/c".utf8)))
            let (report, status) = try folder.audit("--config f.yaml \(member.databasePath)")
            #expect((status, report.verdict) == (3, "unknown"))
            let before = try folder.bytes("f.yaml")
            let statuses = try folder.retire("f.yaml", evidence: member.databasePath)
            #expect(statuses.count == 4 && statuses.allSatisfy { [1, 2, 3, 64].contains($0) }, "\(statuses)")
            #expect(try folder.bytes("f.yaml") == before)
        }
    }

    /// Control: a check that refuses everything is no check.
    @Test func aCompleteSourceProvesAbsence() throws {
        try withCase { folder in
            try folder.configure("f.yaml", Self.rotated)
            try folder.save { snapshot in
                for name in ["a", "b", "c"] { try snapshot.put(secret: name, by: Self.new) }
            }
            #expect(try folder.audit("--config f.yaml s.db").status == 0)
            #expect(try folder.retire("f.yaml", evidence: "s.db").last == 0)
            let text = String(decoding: try folder.bytes("f.yaml"), as: UTF8.self)
            #expect(!text.contains("key-20260101") && text.contains("key-20260601"))
        }
    }

    // MARK: A scanner that knows beginnings proves presence, never absence

    private func saveWithFreePages(_ folder: AuditCase, _ pages: [UInt8]) throws {
        try folder.configure("secrets: \(Self.box)")
        try folder.save { snapshot in
            try snapshot.put(secret: "a", by: "secrets: \(Self.box)")
            snapshot.freePages = pages
        }
    }

    /// Seven free pages of a plaintext Secret whose first page was used again.
    @Test func theMiddleOfAValueIsADoubt() throws {
        try withCase { folder in
            let value = Array(String(repeating: "TOPSECRETMARKER ", count: 2000).utf8)
            try saveWithFreePages(folder, Array(value.prefix(7 * 4096)))
            let (report, status) = try folder.audit("--config c.yaml s.db --remnants")
            #expect([1: "findings", 3: "unknown"][status] == report.verdict)
            #expect(try folder.audit().status == 0)
        }
    }

    /// Control.
    @Test func emptyFreePagesHoldNothing() throws {
        try withCase { folder in
            try saveWithFreePages(folder, [UInt8](repeating: 0, count: 8 * 4096))
            let (report, status) = try folder.audit("--config c.yaml s.db --remnants")
            #expect((status, report.verdict) == (0, "clean"))
        }
    }

    // MARK: A reader takes everything that the tools of etcd write

    /// What `etcdutl snapshot restore --bump-revision` leaves.
    @Test func aRevisionMarkerIsNoDamage() throws {
        try withCase { folder in
            try folder.configure("secrets: \(Self.box)")
            try folder.save { snapshot in
                try snapshot.put(secret: "a", by: "secrets: \(Self.box)")
                snapshot.raise(to: 1_000_002)
            }
            for options in ["", " --history"] {
                let (report, status) = try folder.audit("--config c.yaml s.db" + options)
                #expect((status, report.verdict) == (0, "clean"))
                #expect(report.source.revision == 1_000_002)
                #expect(report.resource("secrets")?.objects == 1)
            }
        }
    }

    /// A member that has such a record and goes on can be saved, and what is saved is clean.
    @Test func aMemberWithARevisionMarkerIsSaved() throws {
        try withCase { folder in
            try folder.configure("secrets: \(Self.box)")
            let member = try EtcdMember()
            try member.put(secret: "a", by: "secrets: \(Self.box)")
            // Large: a small bucket lies inside another page.
            try member.put("/x", Array(String(repeating: "to be emptied", count: 200).utf8))
            let bumped = try member.state().header.revision
            member.stop()
            var database = try member.database()
            #expect(BoltPages.empty(bumped, in: &database) > 0)
            try member.replaceDatabase(database)
            try member.restart()
            try member.put(secret: "b", by: "secrets: \(Self.box)")
            let saved = try folder.run("snapshot save out.db --endpoints \(member.endpoint)")
            #expect(saved.status == 0, "\(saved.errors)")
            let (report, status) = try folder.audit("--config c.yaml out.db")
            #expect((status, report.verdict) == (0, "clean"))
            #expect(report.resource("secrets")?.objects == 2)
        }
    }

    /// Control: a record with bytes, none of which is a key, is damaged.
    @Test func aRecordWithoutKeyIsDamage() throws {
        try withCase { folder in
            try folder.configure("secrets: \(Self.box)")
            try folder.save { snapshot in
                try snapshot.put(secret: "a", by: "secrets: \(Self.box)")
                snapshot.putRaw([0x18, 7, 0x20])
            }
            #expect([2, 3].contains(try folder.run("audit --config c.yaml s.db").status))
        }
    }

    // MARK: Redaction is at the one exit

    /// Somebody pasted the key into its name too.
    @Test func aKeyAsNameIsNotShown() throws {
        try withCase { folder in
            let name = "k-\(ShortConfiguration.secret("1"))"
            try folder.configure("secrets: aescbc \(name)=1 other=2; identity")
            try folder.configure("next.yaml", "secrets: aescbc other=2 \(name)=1; identity")
            try folder.configure("gone.yaml", "secrets: aescbc other=2; identity")
            let key = "/registry/secrets/default/a"
            let value = try ShortConfiguration("secrets: aescbc \(name)=1").configuration()
                .sealed(MadeObject.secret("a"), at: key)
            try folder.save { $0.put(key, value) }
            try folder.write("value", value)
            let retire = "rotate next.yaml --step retire --without-evidence --archive old.yaml --dry-run"
            let lines = [
                "verify c.yaml -o text", "verify c.yaml -o json", "verify c.yaml -o sarif", "show c.yaml -o text",
                "show c.yaml -o json", "diff c.yaml gone.yaml -o text", "diff c.yaml gone.yaml -o json",
                "diff c.yaml gone.yaml --evidence s.db", "verify gone.yaml --against c.yaml", "rotate --status c.yaml",
                "rotate --status c.yaml -o json", retire, "\(retire) -o json", "rotate c.yaml --step add --dry-run",
                "audit --config c.yaml s.db -o text", "audit --config c.yaml s.db -o json",
                "audit --config c.yaml s.db -o html", "audit --config c.yaml s.db -o openmetrics",
                "audit --config gone.yaml --config c.yaml s.db",
                "decrypt-secret --config c.yaml --snapshot s.db default/a",
                "decrypt-secret --config c.yaml --snapshot s.db default/a -o json",
                "decrypt-secret --config gone.yaml --config c.yaml --etcd-key \(key) --format raw value",
            ]
            for line in lines {
                let result = try folder.run(line)
                #expect((0...3).contains(result.status), "\(line): \(result.status) \(result.errors)")
                for spelling in Self.spellings(ShortConfiguration.key("1"))
                    + Self.spellings(ShortConfiguration.key("2"))
                {
                    for text in [result.text, result.errors].flatMap(Self.unescaped) {
                        #expect(!text.contains(spelling), "\(line)")
                    }
                }
            }
        }
    }

    /// Base64 in both alphabets, with and without padding, and hexadecimal.
    private static func spellings(_ key: [UInt8]) -> [String] {
        let base64 = Data(key).base64EncodedString()
        let safe = base64.replacing("+", with: "-").replacing("/", with: "_")
        let digits = key.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        return [base64, safe].map { $0.replacing("=", with: "") } + [digits, digits.uppercased()]
    }

    /// A text, and the same without the ways in which JSON and HTML write single characters.
    private static func unescaped(_ text: String) -> [String] {
        [
            text, text.replacing("\\/", with: "/").replacing("\\u002b", with: "+").replacing("\\u003d", with: "="),
            text.replacing("&#43;", with: "+").replacing("&#47;", with: "/").replacing("&#61;", with: "="),
        ]
    }

    // MARK: Identity is equality of bytes

    /// `clé` with U+00E9, and with `e` and U+0301: two keys. Unicode has them equal, etcd and kube-apiserver do not.
    @Test func namesAreComparedByteByByte() throws {
        try withCase { folder in
            let (one, two) = ("cl\u{e9}", "cle\u{301}")
            try folder.configure("f.yaml", "secrets: secretbox \(one)=1 \(two)=2; identity")
            try folder.configure("one.yaml", "secrets: secretbox \(one)=1")
            try folder.save { snapshot in
                try snapshot.put(secret: "a", by: "secrets: secretbox \(two)=2")
                try snapshot.put(secret: "b", by: "secrets: secretbox \(one)=1")
            }
            let (report, status) = try folder.audit("--config f.yaml s.db")
            #expect(status == 0)
            #expect(report.resource("secrets")?.byKey.count == 2 && report.resource("secrets")?.stale == 1)
            let census = try folder.audit("--config f.yaml s.db --census-only").report
            #expect(census.resource("secrets")?.byKey.count == 2)
            #expect(try folder.run("diff f.yaml one.yaml --evidence s.db").status == 1)
            let before = try folder.bytes("f.yaml")
            let statuses = try folder.retire("f.yaml", evidence: "s.db")
            #expect(statuses.count == 4 && statuses.allSatisfy { [1, 2, 3, 64].contains($0) }, "\(statuses)")
            #expect(try folder.bytes("f.yaml") == before)
        }
    }

    // MARK: "Cannot tell" is a third value and never falls through to yes

    private static let widgets = "secrets, widgets.example.com: \(box)"

    /// An audit of a right Secret, a right widget, and one more value.
    private func auditWidgets(
        _ key: String, _ plaintext: [UInt8]
    ) throws -> (report: AuditCase.Report, status: Int32) {
        let folder = try AuditCase()
        defer { folder.remove() }
        try folder.configure(Self.widgets)
        let writer = try ShortConfiguration(Self.widgets).configuration()
        try folder.save { snapshot in
            try snapshot.put(secret: "good", by: Self.widgets)
            for (key, object) in [("/registry/example.com/widgets/default/good", widget("good")), (key, plaintext)] {
                snapshot.put(key, try writer.sealed(object, at: key))
            }
        }
        return try folder.audit()
    }

    private func widget(_ name: String, kind: String = "Widget", apiVersion: String = "example.com/v1") -> [UInt8] {
        MadeObject.json(kind, name, apiVersion: apiVersion)
    }

    /// An object of another group under the key of a custom resource.
    @Test func anObjectOfAnotherGroupIsAnother() throws {
        let (report, status) = try auditWidgets(
            "/registry/example.com/widgets/default/bar", widget("bar", kind: "Gadget", apiVersion: "other.io/v1"))
        #expect((status, report.verdict) == (1, "findings"))
    }

    @Test func aSecretIsNoCustomResource() throws {
        let (report, status) = try auditWidgets("/registry/example.com/widgets/default/foo", MadeObject.secret("foo"))
        #expect((status, report.verdict) == (1, "findings"))
    }

    /// The mark of CBOR, and then nothing that CBOR could be, where a Secret belongs.
    @Test func whatIsNotReadIsNotOpened() throws {
        let (report, status) = try auditWidgets(
            "/registry/secrets/default/foo", [0xd9, 0xd9, 0xf7] + Array("garbage".utf8))
        #expect([1: "findings", 3: "unknown"][status] == report.verdict)
        let (custom, customStatus) = try auditWidgets(
            "/registry/example.com/widgets/default/foo", [0xd9, 0xd9, 0xf7] + Array("garbage".utf8))
        #expect((customStatus, custom.verdict) == (1, "findings"))
        let (unread, unreadStatus) = try auditWidgets(
            "/registry/example.com/widgets/default/foo", hex("d9d9f7 a1 41 61 c1 00"))
        #expect((unreadStatus, unread.verdict) == (3, "unknown"))
    }

    /// Control: objects of the right group, in another version.
    @Test func everyVersionOfAGroupIsRight() throws {
        let (report, status) = try auditWidgets(
            "/registry/example.com/widgets/default/v2", widget("v2", apiVersion: "example.com/v2beta1"))
        #expect((status, report.verdict) == (0, "clean"))
        #expect(report.resource("widgets.example.com")?.objects == 2)
    }

    // MARK: A guess from a path is checked against the object

    /// OpenShift's keys do not hold the group: a plaintext token and a plaintext route, both configured.
    @Test func keysOfOpenShiftAreTold() throws {
        try withCase { folder in
            try folder.configure(
                "secrets, routes.route.openshift.io, oauthaccesstokens.oauth.openshift.io: \(Self.box)")
            let key = "/kubernetes.io/secrets/default/a"
            let writer = try ShortConfiguration("secrets: \(Self.box)").configuration()
            let plaintext = [
                (
                    "/openshift.io/oauth/accesstokens/sha256~x",
                    MadeObject.json(
                        "OAuthAccessToken", "sha256~x", namespace: "", apiVersion: "oauth.openshift.io/v1")
                ),
                (
                    "/openshift.io/routes/ns/r",
                    MadeObject.json("Route", "r", namespace: "ns", apiVersion: "route.openshift.io/v1")
                ),
            ]
            try folder.save { snapshot in
                snapshot.put(key, try writer.sealed(MadeObject.secret("a"), at: key))
                for (key, object) in plaintext { snapshot.put(key, object) }
            }
            let (report, status) = try folder.audit()
            #expect((status, report.verdict) == (1, "findings"))
            #expect(report.findings.map(\.etcdKey) == plaintext.map(\.0))
        }
    }

    // MARK: Paths are split at bytes

    /// A plaintext ClusterRole whose name begins with U+0301, where everything is configured as encrypted.
    @Test func aCombiningMarkHidesNothing() throws {
        try withCase { folder in
            try folder.configure("*.*: aesgcm k1=1; identity")
            let name = "\u{301}admin"
            try folder.save { snapshot in
                snapshot.put(
                    "/registry/clusterroles/\(name)",
                    MadeObject.protobuf(
                        "ClusterRole", name, namespace: "", apiVersion: "rbac.authorization.k8s.io/v1"))
                try snapshot.put(secret: "a", by: "secrets: aesgcm k1=1")
            }
            let (report, status) = try folder.audit()
            #expect((status, report.verdict) == (1, "findings"))
            #expect(report.findings.map(\.code) == ["ENC0401"])
        }
    }
}

extension EtcdMember {
    /// Puts a value of any bytes.
    fileprivate func put(_ key: String, _ value: [UInt8]) throws {
        let digits = value.map { byte in "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        try change(["put \(key) \"\(digits)\""])
    }

    /// Puts a Secret of the namespace `default`, stored as the configuration has it.
    fileprivate func put(secret name: String, by short: String) throws {
        let key = "/registry/secrets/default/\(name)"
        try put(key, try ShortConfiguration(short).configuration().sealed(MadeObject.secret(name), at: key))
    }
}

extension Array<UInt8> {
    fileprivate func contains(_ part: [UInt8]) -> Bool { Data(self).range(of: Data(part)) != nil }
}
