import ClusterRollout
import Reports
import SecretMemory
import ShownText
import Testing

/// What stands beside the file: it comes back as it was written, and anything else is no record.
struct RolloutRecordTests {
    @Test func comesBack() throws {
        var record = RolloutRecord(goal: "rotation - k2", originalHash: "sha256:0", previousKey: "k\"1\n", newKey: nil)
        record.prepare(RolloutRecord.Version(hash: "sha256:1", position: .added), isConverged: true)
        record.complete()
        record.prepare(RolloutRecord.Version(hash: "sha256:2", position: .promoted), isConverged: false)
        record.isGoingBack = true
        record.finished = 1_796_000_000
        let text = SecretKey(record.value.document(Redactor()))
        #expect(RolloutRecord(json: text) == record)
        #expect(record.besides == ["sha256:0", "sha256:1"] && record.mayRun("sha256:0", beside: "sha256:2"))
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"apiVersion":"encconf/v1","kind":"RolloutRecord"}"#,
        #"{"apiVersion":"encconf/v1","kind":"RolloutRecord","goal":"g","originalHash":"h","current":{"hash":"x"}}"#,
        #"{"apiVersion":"encconf/v1","kind":"RolloutRecord","goal":"g","originalHash":"h","besides":[1]}"#,
        #"{"apiVersion":"encconf/v1","kind":"ConvergenceReceipt","goal":"g","originalHash":"h"}"#,
    ]) func isNoRecord(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(RolloutRecord(json: SecretKey(SecretBytes(copying: bytes.span.rawBytes))) == nil)
    }

    /// The file is one of the rollout's versions, or somebody changed it.
    @Test func standings() {
        var record = RolloutRecord(goal: "", originalHash: "o", previousKey: nil)
        #expect(record.standing(of: "o") == .original && record.standing(of: "x") == nil)
        record.prepare(RolloutRecord.Version(hash: "a", position: .added), isConverged: true)
        #expect(record.standing(of: "o") == .original && record.standing(of: "a") == .at(.added))
        record.complete()
        #expect(record.standing(of: "o") == nil && record.standing(of: "a") == .at(.added))
        // From a converged version on, older ones are foreign.
        record.prepare(RolloutRecord.Version(hash: "p", position: .promoted), isConverged: true)
        record.complete()
        #expect(record.mayRun("a", beside: "p") && !record.mayRun("o", beside: "p") && !record.mayRun(nil, beside: "p"))
    }
}
