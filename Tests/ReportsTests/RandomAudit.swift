import AuditControls
import ClusterSupport
import EncryptionConfig
import KubernetesResources
import KubernetesVersions
import Reports
import StorageAudit
import TestSupport

/// The audit of a small cluster that a seed decides: values of every kind, whatever was asked.
struct RandomAudit {
    private static let current = """
        secrets: aesgcm new=2; secretbox old=1; kms v2 vault@run/vault.sock; identity
        configmaps: identity; secretbox old=1
        widgets.example.com: secretbox old=1; identity
        foos.example.com: secretbox old=1; identity
        """
    private static let resources = [
        "secrets", "configmaps", "widgets.example.com", "pods", "foos.example.com", "jobs.batch",
    ]

    private(set) var random: SeededGenerator
    private(set) var snapshot = SnapshotBuilder()
    /// The records that the file holds.
    private(set) var recordCount = 0
    private var lastKey = ""
    let options: AuditOptions
    let hasHistory: Bool
    let hasRemnants: Bool
    let isDamaged: Bool
    let failOn: Set<FindingCode>

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }
        let asked = Self.resources.filter { _ in chance(3) }.map { GroupResource(parsing: $0) }
        options = AuditOptions(
            isCensusOnly: chance(5), findingLimit: [0, 1, 3, 1000].randomElement(using: &random) ?? 0,
            resources: chance(3) && !asked.isEmpty ? Set(asked) : nil,
            unknownVersion: seed.isMultiple(of: 6) ? KubernetesVersion("1.25") : nil)
        hasHistory = chance(2)
        hasRemnants = chance(2)
        isDamaged = chance(10)
        failOn =
            chance(2)
            ? Set(FindingCode.allCases.filter(\.countsByDefault))
            : Set(FindingCode.allCases.filter { $0 != .needsPlugin && chance(2) })
        snapshot.hasDigest = !chance(6)
        self.random = random
    }

    /// Builds the file and audits it.
    mutating func report() throws -> AuditReport {
        let file = try ShortConfiguration(Self.current).file("enc.yaml")
        // Often only a few kinds, so that rare verdicts are met too.
        let kinds = RecordKind.allCases.shuffled(using: &random)
            .prefix(Int.random(in: 1...RecordKind.allCases.count, using: &random))
        for number in 0..<Int.random(in: 0...30, using: &random) {
            guard let kind = kinds.randomElement(using: &random) else { continue }
            try put(kind, number, file.configuration)
            // Then only old revisions hold it.
            guard Int.random(in: 0..<5, using: &random) == 0 else { continue }
            snapshot.delete(lastKey)
            recordCount += 1
        }
        if isDamaged { snapshot.putRaw([0x18, 7, 0x20]) }
        if Int.random(in: 0..<8, using: &random) == 0 {
            snapshot.raise(to: snapshot.revision + 1000)
            recordCount += 1
        }
        for _ in 0..<Int.random(in: 0...3, using: &random) { addFreePage() }
        let result = try snapshot.audit(
            under: [file], options, history: hasHistory, remnants: hasRemnants, isSalvage: isDamaged)
        return AuditReport(
            path: "s.db", configurations: [file], result: result, failOn: failOn, options: options,
            policy: PolicyPreset.allCases.map(\.policy).randomElement(using: &random)
                .flatMap { Bool.random(using: &random) ? $0 : nil })
    }

    private enum RecordKind: CaseIterable {
        case right, stale, plaintext, foreignKey, lostKey, rubbish, moved, unread, kms, uncovered, custom, otherGroup
        case unusualPlural, unknownGroup, unknownKey, unknownObject, bookkeeping, foreign, rewritten
    }

    private mutating func put(_ kind: RecordKind, _ number: Int, _ file: EncryptionConfiguration) throws {
        let name = "n\(number)"
        let secret = "/registry/secrets/default/\(name)"
        let widget = "/registry/example.com/widgets/default/\(name)"
        func sealed(_ short: String, _ object: [UInt8], _ key: String, _ resource: String = "secrets") throws -> [UInt8]
        {
            try ShortConfiguration(short).configuration().sealed(object, at: key, for: resource)
        }
        let object = MadeObject.secret(name)
        switch kind {
        case .right: write(secret, try file.sealed(object, at: secret))
        case .stale: write(secret, try sealed("secrets: secretbox old=1", object, secret))
        case .plaintext: write(secret, object)
        case .foreignKey: write(secret, try sealed("secrets: aesgcm new=9", object, secret))
        case .lostKey: write(secret, Array("k8s:enc:aescbc:v1:lost:0123456789abcdef".utf8))
        case .rubbish: write(secret, try sealed("secrets: secretbox old=1", Array("rubbish".utf8), secret))
        case .moved:
            write(secret, try sealed("secrets: secretbox old=1", MadeObject.secret("other"), secret))
        case .unread:
            // CBOR with a moment in it, which Kubernetes does not write.
            write(widget, try sealed("secrets: secretbox old=1", hex("d9d9f7 a1 41 61 c1 00"), widget))
        case .kms:
            let envelope: [UInt8] =
                [0x0a, 30] + [UInt8](repeating: 1, count: 30) + [0x12, 1, 0x37, 0x1a, 2, 8, 9, 0x28, 1]
            write(secret, Array("k8s:enc:kms:v2:vault:".utf8) + envelope)
        case .uncovered:
            if number % 2 == 0 {
                write("/registry/configmaps/default/\(name)", MadeObject.configMap(name))
            } else {
                write("/registry/pods/default/\(name)", MadeObject.protobuf("Pod", name))
            }
        case .custom, .otherGroup:
            let object = MadeObject.json("Widget", name, apiVersion: kind == .custom ? "example.com/v1" : "other.io/v1")
            write(widget, try sealed("secrets: secretbox old=1", object, widget))
        case .unusualPlural:
            write(widget, MadeObject.json("Gadget", name, apiVersion: "example.com/v1"))
        case .unknownGroup: write("/registry/foos/default/\(name)", Array("k8s:enc:secretbox:v1:old:xyz".utf8))
        case .unknownKey: write("/elsewhere/\(name)", Array("k8s:enc:secretbox:v1:old:xyz".utf8))
        case .unknownObject: write("/copies/of/s/default/\(name)", object)
        case .bookkeeping: write("compact_rev_key", Array("\(number)".utf8))
        case .foreign: write("/calico/\(name)", Array("x".utf8))
        case .rewritten:
            write(secret, object)
            write(secret, try file.sealed(object, at: secret))
        }
    }

    private mutating func write(_ key: String, _ value: [UInt8]) {
        snapshot.put(key, value)
        recordCount += 1
        lastKey = key
    }

    /// A page that no bucket holds: empty, old plaintext, an old encrypted value, or anything.
    private mutating func addFreePage() {
        var page = [UInt8](repeating: 0, count: 4096)
        let kind = Int.random(in: 0..<4, using: &random)
        switch kind {
        case 0: break
        case 1, 2:
            // The value of a record, as field 5 of `mvccpb.KeyValue`.
            let object = MadeObject.secret("old")
            let value = kind == 1 ? object : Array("k8s:enc:secretbox:v1:old:".utf8) + random.bytes(400)
            let field = [0x2a] + varint(value.count) + value
            page.replaceSubrange(100..<100 + field.count, with: field)
        default: page = (0..<4096).map { UInt8($0 % 7 + 97) }
        }
        snapshot.freePages += page
    }
}
