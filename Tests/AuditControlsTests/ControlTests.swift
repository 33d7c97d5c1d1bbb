import AuditControls
import ClusterSupport
import EncryptionConfig
import Explanations
import KubernetesResources
import KubernetesVersions
import ShownText
import TestSupport
import Testing

@testable import StorageAudit

/// What an audit shows about each control, both ways.
struct ControlTests {
    private struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let scene: @Sendable () -> Scene
        /// The controls that are not met.
        let notMet: Set<Control>
        /// Those that would be met in the good scene and are not shown here.
        let notShown: Set<Control>

        var testDescription: String { name }

        init(
            _ name: String, notMet: Set<Control> = [], notShown: Set<Control> = [],
            _ change: @escaping @Sendable (inout Scene) -> Void
        ) {
            self.name = name
            (self.notMet, self.notShown) = (notMet, notShown)
            scene = {
                var scene = Scene()
                change(&scene)
                return scene
            }
        }
    }

    /// The controls that say that what is stored is encrypted.
    private static let stored: Set<Control> = [
        .cisConfiguration, .stigSecrets, .pciUnreadable, .nistAtRest, .nistCryptography, .isoCryptography, .socAccess,
    ]
    private static let meetable = Set(Control.allCases.filter(\.canBeMet))
    /// Of the ways to be encrypted, those that can be met.
    private static let storedAndMeetable = stored.intersection(meetable)
    private static let young = Scene.young

    private static let cases: [Case] = [
        Case("all is well") { _ in },
        Case("a plaintext Secret, although the file is right", notMet: stored) {
            $0.adding = { snapshot in snapshot.put(plainSecret: "p") }
            $0.configuration += "; identity"
        },
        Case("plaintext of another resource that the file encrypts", notMet: stored.subtracting([.stigSecrets])) {
            $0.adding = { snapshot in snapshot.put(plainConfigMap: "p") }
            $0.configuration = "secrets, configmaps: secretbox \(young)=1; identity"
        },
        Case("identity is first", notMet: stored.union([.cisProviders]), notShown: [.pciCryptoperiod]) {
            $0.configuration = "secrets: identity; secretbox \(young)=1"
        },
        Case("no entry covers secrets", notMet: stored.union([.cisProviders])) {
            $0.configuration = "configmaps: secretbox \(young)=1"
            $0.writer = nil
        },
        Case("aesgcm, which CIS does not name", notMet: [.cisProviders]) {
            $0.configuration = "secrets: aesgcm \(young)=1"
            $0.writer = $0.configuration
        },
        Case("stale values of aesgcm", notMet: [.cisProviders]) {
            $0.configuration = "secrets: secretbox \(young)=2; aesgcm \(young)=1"
            $0.writer = "secrets: aesgcm \(young)=1"
        },
        Case("aescbc, which does not authenticate", notMet: [.nistCryptography]) {
            $0.configuration = "secrets: aescbc \(young)=1"
            $0.writer = $0.configuration
        },
        Case("an entry that leaves a resource out") {
            $0.configuration += "\nevents: identity\n*.*: secretbox \(young)=1"
        },
        Case("a wildcard") {
            $0.configuration = "*.*: secretbox \(young)=1"
            $0.writer = $0.configuration
        },
        Case("no policy", notShown: [.pciUnreadable, .pciCryptoperiod, .isoCryptography]) { $0.policy = nil },
        Case("a preset alone", notShown: [.pciUnreadable, .isoCryptography]) { $0.preset = .pci },
        Case("a policy without periods", notShown: [.pciCryptoperiod]) { $0.policy = "mustEncrypt: [secrets]" },
        Case("a policy without a period for the provider", notShown: [.pciCryptoperiod]) {
            $0.policy = "mustEncrypt: [secrets]\ncryptoperiods: {aescbc: 1d}"
        },
        Case("old revisions were not checked", notShown: [.pciUnreadable, .nistAtRest, .nistCryptography]) {
            $0.history = false
        },
        Case("free pages were not checked", notShown: [.pciUnreadable, .nistAtRest, .nistCryptography]) {
            $0.remnants = false
        },
        Case("an old revision is plaintext", notMet: stored) {
            $0.writer = nil
            $0.adding = { snapshot in
                snapshot.put(plainSecret: "a")
                try snapshot.put(secret: "a", by: "secrets: secretbox \(young)=1")
            }
        },
        Case("nothing was decrypted", notShown: meetable) { $0.options = AuditOptions(isCensusOnly: true) },
        Case("the file has no digest", notShown: meetable) { scene in
            scene.adding = { $0.hasDigest = false }
        },
        Case("the file was modified", notShown: meetable) { scene in
            scene.changing = { $0[$0.count - 1] ^= 1 }
        },
        Case(
            "a running etcd, of which copies are not seen", notShown: [.pciUnreadable, .nistAtRest, .nistCryptography]
        ) {
            $0.isSerializable = false
            ($0.history, $0.remnants) = (false, false)
        },
        Case("a member that may lag behind", notShown: meetable) { $0.isSerializable = true },
        Case("a published key that nothing uses") {
            $0.configuration += "; aescbc \(young)=9"
            $0.replacing = (ShortConfiguration.secret("9"), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        },
        Case("an old revision of another resource is plaintext", notMet: stored.subtracting([.stigSecrets])) { scene in
            scene.configuration = "secrets, configmaps: secretbox \(young)=1"
            scene.adding = { snapshot in
                snapshot.put(plainConfigMap: "c")
                let key = "/registry/configmaps/default/c"
                let file = try ShortConfiguration("configmaps: secretbox \(young)=1").configuration()
                snapshot.put(key, try file.sealed(MadeObject.configMap("c"), at: key, for: "configmaps"))
            }
        },
        // The rest of the page is not explained, so that nothing else is shown.
        Case("a free page holds plaintext", notMet: stored, notShown: [.cisProviders, .pciCryptoperiod]) { scene in
            scene.adding = { snapshot in
                let object = MadeObject.secret("old")
                var page = [UInt8](repeating: 0, count: 4096)
                // The value of a record, as field 5 of `mvccpb.KeyValue`; its length as a varint of two bytes.
                let field = [0x2a, UInt8(object.count & 0x7f | 0x80), UInt8(object.count >> 7)] + object
                page.replaceSubrange(100..<100 + field.count, with: field)
                snapshot.freePages += page
            }
        },
        Case("padding that kube-apiserver never writes", notShown: storedAndMeetable) { $0.findings = [.padding] },
        Case("a value needs a plugin", notShown: meetable) { scene in
            scene.configuration += "; kms v2 vault@run/vault.sock"
            scene.adding = { snapshot in
                let envelope: [UInt8] =
                    [0x0a, 30] + [UInt8](repeating: 1, count: 30) + [0x12, 1, 0x37, 0x1a, 2, 8, 9, 0x28, 1]
                snapshot.put("/registry/secrets/default/k", Array("k8s:enc:kms:v2:vault:".utf8) + envelope)
            }
        },
        Case("a value that no key decrypts", notShown: storedAndMeetable) { scene in
            scene.adding = { snapshot in
                snapshot.put(
                    "/registry/secrets/default/l", Array("k8s:enc:secretbox:v1:lost:0123456789abcdef".utf8))
            }
        },
        Case(
            "another resource that the file encrypts was not asked for", notShown: meetable.subtracting([.stigSecrets])
        ) {
            $0.options = AuditOptions(resources: [GroupResource(resource: "secrets")])
            $0.configuration = "secrets, configmaps: secretbox \(young)=1"
        },
        Case("a wildcard of which one resource was asked for", notShown: meetable.subtracting([.stigSecrets])) {
            $0.options = AuditOptions(resources: [GroupResource(resource: "secrets")])
            $0.configuration = "*.*: secretbox \(young)=1"
        },
        Case("all that the file encrypts was asked for") {
            $0.options = AuditOptions(resources: [GroupResource(resource: "secrets")])
        },
        Case("Secrets were not asked for", notShown: meetable) { scene in
            scene.options = AuditOptions(resources: [GroupResource(resource: "configmaps")])
            scene.configuration = "secrets, configmaps: secretbox \(young)=1"
            scene.policy = scene.policy?.replacing("[secrets]", with: "[configmaps]")
            scene.adding = { snapshot in
                let key = "/registry/configmaps/default/c"
                let file = try ShortConfiguration("configmaps: secretbox \(young)=1").configuration()
                snapshot.put(key, try file.sealed(MadeObject.configMap("c"), at: key, for: "configmaps"))
            }
        },
        Case("no Secret is stored", notShown: storedAndMeetable) { scene in
            scene.configuration = "secrets, configmaps: secretbox \(young)=1"
            scene.writer = nil
            scene.adding = { snapshot in
                let key = "/registry/configmaps/default/c"
                let file = try ShortConfiguration("configmaps: secretbox \(young)=1").configuration()
                snapshot.put(key, try file.sealed(MadeObject.configMap("c"), at: key, for: "configmaps"))
            }
        },
        Case("an old key", notMet: [.pciCryptoperiod, .pciRetirement, .nistKeys, .isoCryptography]) {
            $0.configuration = "secrets: secretbox \(Scene.old)=1"
            $0.writer = $0.configuration
        },
        Case("a key without a date", notShown: [.pciCryptoperiod, .isoCryptography]) {
            $0.configuration = "secrets: secretbox key1=1"
            $0.writer = $0.configuration
        },
        Case("a key of the future", notShown: [.pciCryptoperiod, .isoCryptography]) {
            $0.configuration = "secrets: secretbox key-20270101t000000z=1"
            $0.writer = $0.configuration
        },
        Case("a key that wrote too often", notMet: [.cisProviders, .pciCryptoperiod, .isoCryptography]) { scene in
            scene.configuration = "secrets: aesgcm \(young)=1"
            scene.writer = scene.configuration
            scene.policy = scene.policy.map { "\($0)\ngcmWriteLimit: 2" }
        },
        Case("a provider that the policy does not allow", notMet: [.isoCryptography]) {
            $0.policy = $0.policy.map { "\($0)\nallowedProviders: [kmsv2]" }
        },
        Case(
            "a resource that the policy wants encrypted", notMet: stored.subtracting([.stigSecrets])
        ) { $0.policy = $0.policy?.replacing("[secrets]", with: "[secrets, configmaps]") },
        Case(
            "a published key",
            notMet: stored.subtracting([.cisConfiguration]).union([
                .cisProviders, .pciKeyProtection, .pciRetirement, .nistKeys,
            ])
        ) {
            $0.replacing = (ShortConfiguration.secret("1"), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        },
        Case(
            "a nonce is reused",
            notMet: [.pciUnreadable, .pciRetirement, .nistKeys, .nistCryptography, .isoCryptography]
        ) { $0.findings = [.nonceReuse] },
        Case(
            "a data key is stored in clear",
            notMet: stored.union([.pciKeyProtection, .pciRetirement, .nistKeys])
        ) { $0.findings = [.keyInClear] },
    ]

    @Test(arguments: cases)
    private func isJudged(_ made: Case) throws {
        let judged = try made.scene().judged()
        for control in Control.allCases {
            let expected: ControlJudgement.Verdict =
                made.notMet.contains(control)
                ? .notMet : control.canBeMet && !made.notShown.contains(control) ? .met : .notShown
            let judgement = try #require(judged.controls[control])
            // What contradicts one control can leave others open.
            if expected == .met, judgement.verdict == .notShown, judgement.contradictions.isEmpty,
                made.name == "no entry covers secrets"
            {
                continue
            }
            #expect(
                judgement.verdict == expected, "\(control): \(Redactor().shown(judgement.evidence).text)")
            #expect(!judgement.evidence.isEmpty)
        }
    }

    /// Every control is seen in every verdict that it can have, and in no other.
    @Test func everyVerdictIsSeen() throws {
        var seen: [Control: Set<ControlJudgement.Verdict>] = [:]
        for made in Self.cases {
            for (control, judgement) in try made.scene().judged().controls {
                seen[control, default: []].insert(judgement.verdict)
            }
        }
        for control in Control.allCases {
            var possible: Set<ControlJudgement.Verdict> = [.notShown]
            if control.canBeMet { possible.insert(.met) }
            if control.canBeNotMet { possible.insert(.notMet) }
            #expect(seen[control] == possible, "\(control)")
        }
    }

    /// The findings behind a verdict have their codes in it.
    @Test func codesAreNamed() throws {
        func codes(_ control: Control, _ change: (inout Scene) -> Void) throws -> [String] {
            var scene = Scene()
            change(&scene)
            return try #require(try scene.judged().controls[control]).codes
        }
        let plain = { (scene: inout Scene) in
            scene.adding = { snapshot in snapshot.put(plainSecret: "p") }
            scene.configuration += "; identity"
        }
        #expect(try codes(.stigSecrets, plain) == ["ENC0401", "ENC0420"])
        #expect(
            try codes(.stigSecrets) {
                $0.configuration = "secrets: identity; secretbox \(Scene.young)=1"
                $0.adding = { snapshot in snapshot.put(plainSecret: "p") }
                $0.policy = nil
            } == ["ENC0410"])
        #expect(try codes(.pciCryptoperiod) { $0.configuration = "secrets: secretbox \(Scene.old)=1" } == ["ENC0418"])
        #expect(try codes(.nistKeys) { $0.findings = [.nonceReuse] } == ["ENC0406"])
        #expect(try codes(.pciKeyProtection) { $0.findings = [.keyInClear] } == ["ENC0414"])
        #expect(
            try codes(.nistKeys) {
                $0.replacing = (ShortConfiguration.secret("1"), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
            }.contains { $0.hasPrefix("ENC022") })
        #expect(try codes(.stigSecrets) { _ in }.isEmpty)
    }

    /// A wildcard meets the intent of the STIG, and not its letter: both are said.
    @Test func aWildcardIsSaid() throws {
        var scene = Scene()
        scene.configuration = "*.*: secretbox \(Scene.young)=1"
        let judgement = try #require(try scene.judged().controls[.stigSecrets])
        #expect(judgement.verdict == .met)
        let evidence = Redactor().shown(judgement.evidence).text
        #expect(evidence.contains("*.* covers secrets: that meets the intent of the check, not its letter."))
        #expect(Control.stigSecrets.reading.contains("A wildcard meets the intent of the check, not its letter."))
        scene.configuration = "secrets: secretbox \(Scene.young)=1"
        #expect(
            !Redactor().shown(try #require(try scene.judged().controls[.stigSecrets]).evidence).text.contains("letter"))
    }

    /// The policy of an organization is evidence where it is kept.
    @Test func aKeptPolicyIsSaid() throws {
        func evidence(_ change: (inout Scene) -> Void) throws -> String {
            var scene = Scene()
            change(&scene)
            return Redactor().shown(try #require(try scene.judged().controls[.isoCryptography]).evidence).text
        }
        let sentence = "Keys, providers and resources are as the policy file asks."
        #expect(try evidence { _ in }.contains(sentence))
        #expect(try !evidence { $0.preset = .pci }.contains(sentence))
        #expect(try !evidence { $0.configuration = "secrets: secretbox \(Scene.old)=1" }.contains(sentence))
        #expect(try !evidence { $0.configuration = "secrets: secretbox key1=1" }.contains(sentence))
    }

    /// The numbers are those of the frameworks; those of CIS depend on the version of Kubernetes.
    @Test func numbersAreThoseOfTheFrameworks() {
        func numbers(_ minor: Int) -> [String] {
            Control.allCases.map { $0.number(for: KubernetesVersion(minor: minor)) }
        }
        #expect(
            numbers(36) == [
                "1.2.27", "1.2.28", "V-274882", "V-274883", "3.5.1", "3.6.1", "3.7.4", "3.7.5", "SC-12", "SC-28",
                "SC-28(1)", "A.8.24", "CC6.1", "APP.4.4.A20",
            ])
        #expect(numbers(27) == numbers(36))
        #expect(numbers(26).prefix(2) == ["1.2.28", "1.2.29"] && numbers(26).dropFirst(2) == numbers(36).dropFirst(2))
        #expect(Control.cisProviders.edition(for: KubernetesVersion(minor: 26)) == "v1.8")
        #expect(Control.cisProviders.edition(for: .newest) == "v1.9 to v1.12")
        #expect(Control.stigSecrets.alias == "CNTR-K8-001162" && Control.stigPlacement.alias == "CNTR-K8-001161")
    }

    /// One line of our own for each, with the exact reading; an auditor decides what is compliant.
    @Test(arguments: Control.allCases)
    func everyControlIsExplained(control: Control) {
        #expect(control.summary.hasSuffix(".") && control.summary.count < 100)
        #expect(!control.reading.isEmpty)
        #expect(!"\(control.summary) \(control.reading)".lowercased().contains("complian"))
    }

    @Test func theExactReadingsAreThere() {
        #expect(Control.cisProviders.reading.contains("does not name aesgcm"))
        for control in [Control.nistCryptography, .nistKeys, .stigSecrets] {
            #expect(
                control.reading.contains("rules out secretbox") || control.reading.contains("secretbox is ruled out"))
        }
    }
}
