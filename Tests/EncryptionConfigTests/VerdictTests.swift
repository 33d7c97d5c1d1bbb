import EncryptionConfig
import Foundation
import SecretMemory
import TestSupport
import Testing

/// What kube-apiserver said of a file in one mode of operation.
struct RecordedVerdict: Decodable {
    let ok: Bool
    let stage: String?
    let error: String?
}

/// One file that was given to kube-apiserver, and its answers. See testdata/verdicts/README.md.
struct RecordedCase: Decodable {
    let file: String?
    let id: String?
    let content_b64: String?
    let `default`: RecordedVerdict
    let default_reload: RecordedVerdict
    let kmsv1: RecordedVerdict
    let kmsv1_reload: RecordedVerdict
    let effective: [String: EffectiveRule]?

    struct EffectiveRule: Decodable, Equatable {
        let write: ReadKey
        let read: [ReadKey]
    }
    struct ReadKey: Decodable, Equatable {
        let provider: String
        let key: String?
    }

    /// The modes with their verdicts.
    var modes: [(options: ServerOptions, verdict: RecordedVerdict)] {
        [
            (ServerOptions(), `default`), (ServerOptions(automaticReload: true), default_reload),
            (ServerOptions(kmsv1: true), kmsv1), (ServerOptions(automaticReload: true, kmsv1: true), kmsv1_reload),
        ]
    }
}

struct VerdictTests {
    struct Index: Decodable { let cases: [RecordedCase] }

    @Test func recordedFiles() throws {
        let index: Index = try TestData.json("verdicts/index.json")
        var failures: [String] = []
        for item in index.cases {
            let bytes = try TestData.bytes("verdicts/\(item.file ?? "")")
            guard !bytes.isEmpty else { continue }
            failures += differences(item, name: item.file ?? "", bytes: bytes)
        }
        print(failures.count); for f in failures.prefix(6000) { print(f) }
    }
    @Test func mutants() throws {
        var failures: [String] = []
        for item in try GzipLines.decode("mutants.jsonl.gz", as: RecordedCase.self) {
            let bytes = [UInt8](Data(base64Encoded: item.content_b64 ?? "") ?? Data())
            guard !bytes.isEmpty else { continue }
            failures += differences(item, name: "config.yaml", bytes: bytes).map { "\(item.id ?? "") \($0)" }
        }
        print(failures.count); for f in failures.prefix(6000) { print(f) }
    }

    /// Whether the two texts are the same but for what ours redacts.
    func matches(redacted: String, recorded: String) -> Bool {
        let pattern = redacted.components(separatedBy: "REDACTED").map(NSRegularExpression.escapedPattern(for:))
            .joined(separator: "[\\s\\S]*")
        return recorded.range(of: "^\(pattern)$", options: .regularExpression) != nil
    }

    func differences(_ item: RecordedCase, name: String, bytes: [UInt8]) -> [String] {
        var failures: [String] = []
        for (options, verdict) in item.modes {
            do {
                let document = try ConfigurationDocument.read(SecretBytes(copying: bytes.span.rawBytes))
                let configuration = try EncryptionConfiguration(checking: document, options: options)
                if !verdict.ok { failures.append("ACCEPTED \(name) \(verdict.error ?? "")".prefix(400).description) }
                _ = configuration
            } catch {
                let text = error.apiserverError(path: name) ?? "-"
                if verdict.ok {
                    failures.append("REFUSED \(name) \(text)")
                } else if !matches(redacted: text, recorded: verdict.error ?? "") {
                    failures.append("TEXT \(name)\n    \(text.prefix(500))\n    \((verdict.error ?? "").prefix(500))")
                }
            }
        }
        return failures
    }
}
