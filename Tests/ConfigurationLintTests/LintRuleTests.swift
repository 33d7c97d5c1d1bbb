import ConfigurationLint
import Diagnostics
import EncryptionConfig
import Explanations
import GoText
import TestSupport
import Testing

struct LintTests {
    /// Exactly what the comments in the file say, in that order.
    @Test(arguments: try LintCase.all())
    func finds(_ item: LintCase) throws {
        let found = try item.findings().map { finding in
            "\(finding.code) \(finding.severity.rawValue) \(finding.position?.description ?? "")"
        }
        #expect(found == item.expected)
    }

    /// Each rule has a file that shows it and a near miss that does not.
    @Test(arguments: Linter.rules.map(\.code))
    func hasCases(_ code: String) throws {
        let cases = try LintCase.all().filter { $0.name.hasPrefix(code) }
        let showing = cases.filter { item in item.expected.contains { $0.hasPrefix(code) } }
        #expect(!showing.isEmpty && showing.allSatisfy { !$0.name.contains("-not-") })
        #expect(cases.contains { $0.name.contains("-not-") })
    }

    @Test func rulesAndExplanationsHaveOneCodeEach() {
        let codes = Explanation.ofConfigurations.map(\.code)
        #expect(codes == Set(codes).sorted())
        #expect(Linter.rules.map(\.code) == Linter.rules.map(\.code).sorted())
        #expect(codes.allSatisfy { $0.wholeMatch(of: /ENC0[12]\d\d/) != nil })
        #expect(Explanation.ofConfiguration("enc0201")?.title == "new objects are plaintext")
        #expect(Explanation.ofConfiguration("ENC0999") == nil)
    }

    /// No finding is an error: kube-apiserver takes the file.
    @Test func nothingIsAnError() { #expect(Linter.rules.allSatisfy { $0.severity != .error }) }

    @Test func namesPathsAndResources() throws {
        let finding = try #require(try LintCase(name: "ENC0201-first.yaml").findings().first)
        #expect(finding.path == "resources[0].providers[0]")
        #expect(finding.message.contains("secrets and configmaps"))
        let name = try #require(try LintCase(name: "ENC0210-two-items.yaml").findings().first)
        #expect(name.path == "resources[0].providers[1].secretbox.keys[0].name")
        #expect(
            name.message
                == "duplicate key name key1 with different key bytes (also resources[0].providers[0].secretbox.keys[0])"
        )
        let fatal = try LintCase(name: "ENC0214-fatal.yaml").findings().first { $0.code == "ENC0214" }
        #expect(fatal?.message.hasPrefix("every value of a:123456789012345 decrypts to wrong data") == true)
        let harmless = try LintCase(name: "ENC0214-length.yaml").findings().first { $0.code == "ENC0214" }
        #expect(
            harmless?.message.hasPrefix(
                "a (resources[0].providers[1].aescbc.keys[0]) is tried first for values of a:12345678901234") == true)
    }

    @Test func copiesAreNamed() throws {
        let copies = try LintCase(name: "ENC0203-copies.yaml").findings().filter { $0.code == "ENC0203" }
        #expect(!copies.isEmpty)
        for finding in copies { #expect(!finding.message.contains("["), "\(finding.message)") }
    }

    @Test func filesHaveFindingsToo() {
        let findings: [FileFinding] = [
            .readableByOthers(mode: 0o644), .owner(userID: 1000), .notRegular,
            .furtherDocument(SourcePosition(line: 9, column: 1, offset: 99)),
        ]
        #expect(findings.map(\.diagnostic.code) == ["ENC0260", "ENC0261", "ENC0262", "ENC0263"])
        #expect(findings[0].diagnostic.message.hasSuffix("its mode is 0644"))
        #expect(findings.allSatisfy { Explanation.ofConfiguration($0.diagnostic.code) != nil })
        #expect(findings[3].diagnostic.position?.line == 9)
    }

    @Test func joinedEntriesWriteWithTheFirstOne() throws {
        // The identity of the second entry writes configmaps alone.
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets]
              providers:
              - secretbox: {keys: [{name: k, secret: nXmxo38xgBzRGmcG+0DWvVdSaEaQO7E+3lYkOenBuCM=}]}
            - resources: [secrets, configmaps]
              providers:
              - identity: {}
            """
        let findings = try lint(Array(text.utf8))
        #expect(findings.map(\.code) == ["ENC0206", "ENC0201"])
        #expect(findings.last?.message.hasPrefix("new objects of configmaps are") == true)
    }

    /// Whose file names custom resources alone is not known, so that it is neither a warning nor nothing.
    @Test(arguments: [
        ("configmaps", Diagnostic.Severity.warning), ("configmaps, routes.route.openshift.io", .warning),
        ("routes.route.openshift.io", .note), ("widgets.example.com, routes.route.openshift.io", .note),
        ("secrets, routes.route.openshift.io", nil), ("'*.*'", nil), ("'*.example.com'", .warning),
    ])
    func secretsThatAreNotNamed(resources: String, severity: Diagnostic.Severity?) throws {
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [\(resources)]
              providers:
              - secretbox: {keys: [{name: k, secret: BK2Inj8yqF6iMkRhpn7J9qpCNNUV1NVbYAOIURnzBzY=}]}
              - identity: {}
            """
        #expect(try lint(Array(text.utf8)).first { $0.code == "ENC0202" }?.severity == severity)
    }

    /// An alias brings the same key into two lists; it is one place in the file.
    @Test func aliasedKeysAreReportedOnce() throws {
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets]
              providers: &p
              - secretbox: {keys: [{name: k, secret: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}]}
              - identity: {}
            - resources: [configmaps]
              providers: *p
            """
        #expect(try lint(Array(text.utf8)).map(\.code) == ["ENC0221"])
    }
}

struct LintSpellingTests {
    @Test(
        arguments: [
            ("secret", "secrets"), ("secerts", "secrets"), ("configmap", "configmaps"), ("config-maps", "configmaps"),
            ("cm", "configmaps"), ("deployment", "deployments.apps"), ("deployments", "deployments.apps"),
            ("deployments.app", "deployments.apps"), ("deploy", "deployments.apps"),
            ("ingress", "ingresses.networking.k8s.io"),
            ("leases", "leases.coordination.k8s.io"), ("secrets.v1", "secrets"),
            ("deployments.v1.apps", "deployments.apps"),
            ("secrets/status", "secrets"), ("apps/deployments", "deployments.apps"),
            (
                "customresourcedefinition",
                "customresourcedefinitions.apiextensions.k8s.io"
            ), ("'*.app'", "*.apps"), ("'*.core'", nil), ("frobnicators", nil),
        ] as [(String, String?)])
    func suggests(_ written: String, _ meant: String?) throws {
        let finding = try #require(try findings(in: written).first { $0.code == "ENC0240" })
        #expect(
            finding.hint
                == (meant.map {
                    "\($0) may be meant; if servers already run this file, `encconf diff` with the edited copy as NEW shows the steps"
                }
                    ?? "`kubectl api-resources` lists names and groups"))
    }

    @Test(arguments: [
        "pods", "deployments.apps", "pandas.awesome.bears.example", "volumesnapshots.snapshot.storage.k8s.io",
        "podsecuritypolicies.policy", "'*.batch'", "'*.cert-manager.io'", "'*.'",
    ])
    func accepts(_ written: String) throws {
        #expect(try !findings(in: written).contains { $0.code == "ENC0240" })
    }

    private func findings(in resource: String) throws -> [Diagnostic] {
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [\(resource)]
              providers:
              - secretbox: {keys: [{name: k, secret: nXmxo38xgBzRGmcG+0DWvVdSaEaQO7E+3lYkOenBuCM=}]}
            """
        return try lint(Array(text.utf8))
    }
}

struct LintKeyNameDateTests {
    @Test(
        arguments: [
            ("key-20260131t120000z", 1_769_860_800, false), ("key-20260131T120000Z", 1_769_860_800, false),
            ("key-2026-01-31", 1_769_817_600, true), ("key1-20260131", 1_769_817_600, true),
            ("2026.01.31-prod", 1_769_817_600, true), ("k_2026_01_31", 1_769_817_600, true),
            ("aescbckey-2026-01-31T12:00:00+01:00", 1_769_857_200, false),
            ("secretboxkey-2026-01-31T12:00:00Z", 1_769_860_800, false),
            ("secretboxkey-2026-01-31T12:00:00.123456789-05:30", 1_769_880_600, false),
            ("key-2026-01-31-12-00-00", 1_769_860_800, false), ("key-20260131120000", 1_769_860_800, false),
            ("key-1769860800", 1_769_860_800, false), ("key-1769860800123", 1_769_860_800, false),
            ("key-20240229", 1_709_164_800, true), ("key-20260131-2", 1_769_817_600, true),
            ("v2-key-00000000-2026-01-31", 1_769_817_600, true),
        ] as [(String, Int64, Bool)])
    func reads(_ name: String, _ seconds: Int64, _ isDayOnly: Bool) {
        let date = KeyNameDate(in: ByteName(name))
        #expect(date?.seconds == seconds)
        #expect(date?.isDayOnly == isDayOnly)
    }

    @Test(arguments: [
        "", "key", "key1", "aescbckey", "key-20261331", "key-20230229", "key-19991231", "key-12345678",
        "key-2026-1-31", "key-2026-01", "key-2026-01.31", "key-202601311", "key-0123456789", "key-99999999999999",
        "key-2026-13-01", "k-fw5hn", "12", "２０２６-01-31",
    ])
    func findsNone(_ name: String) { #expect(KeyNameDate(in: ByteName(name)) == nil) }
}
