import ClusterSupport
import EncryptionConfig
import Reports
import StorageAudit
import TestSupport
import Testing

/// What nobody can judge is a doubt, also where only an old revision holds it.
struct OldRevisionTests {
    private static let file = """
        secrets, widgets.example.com: secretbox k1=1; kms v2 vault@run/vault.sock
        foos.example.com: secretbox k1=1
        """
    private static let widget = "/registry/example.com/widgets/default/w"

    /// Some data, key ID "7", an encrypted DEK, the type of a seed.
    private static let envelope: [UInt8] =
        [0x0a, 30] + [UInt8](repeating: 1, count: 30) + [0x12, 1, 0x37, 0x1a, 2, 8, 9, 0x28, 1]

    private static let open: [(reason: Booking.UnknownReason, key: String, value: [UInt8])] = [
        (.unknownGroup, "/registry/foos/default/f", Array("k8s:enc:secretbox:v1:k1:x".utf8)),
        (.unknownKey, "/elsewhere/f", Array("k8s:enc:secretbox:v1:k1:x".utf8)),
        (.unknownObject, "/copies/of/s/default/t", MadeObject.secret("t")),
        (.encoding, widget, hex("d9d9f7 a1 41 61 c1 00")),
        (.identity, widget, MadeObject.json("Gadget", "w", apiVersion: "example.com/v1")),
        (.plugin, "/registry/secrets/default/k", Array("k8s:enc:kms:v2:vault:".utf8) + envelope),
    ]

    @Test(arguments: open.map(\.reason))
    func isADoubt(reason: Booking.UnknownReason) throws {
        let file = try ShortConfiguration(Self.file).file()
        let made = try #require(Self.open.first { $0.reason == reason })
        var snapshot = SnapshotBuilder()
        try snapshot.put(secret: "a", by: "secrets: secretbox k1=1")
        let isEncrypted = [.encoding, .identity].contains(reason)
        snapshot.put(made.key, isEncrypted ? try file.configuration.sealed(made.value, at: made.key) : made.value)
        snapshot.delete(made.key)
        func report(history: Bool) throws -> AuditReport {
            AuditReport(
                path: "s.db", configurations: [file], result: try snapshot.audit(under: [file], history: history),
                failOn: Set(FindingCode.allCases.filter(\.countsByDefault)), options: AuditOptions())
        }
        let asked = try report(history: true)
        #expect(asked.judgement.coverage.records.count(of: reason) == 1)
        #expect(asked.judgement.doubts.count == 1 && asked.judgement.verdict == .unknown)
        // Where nobody asks about old revisions, they are out of scope.
        let unasked = try report(history: false)
        #expect(unasked.judgement.verdict == .clean && unasked.judgement.coverage.records.outOfScope == 2)
    }
}
