import EncryptionConfig
import Foundation
import TestSupport

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
    /// Resource to the prefix of a new value of it.
    let resolved: [String: String]?

    struct EffectiveRule: Decodable, Equatable {
        let write: PrefixedKey
        let read: [PrefixedKey]
    }

    struct PrefixedKey: Decodable, Equatable {
        let provider: String
        let key: String?
        let prefix: String
    }

    /// The modes with their verdicts.
    var modes: [(options: ServerOptions, verdict: RecordedVerdict)] {
        [
            (ServerOptions(), `default`), (ServerOptions(automaticReload: true), default_reload),
            (ServerOptions(kmsv1: true), kmsv1), (ServerOptions(automaticReload: true, kmsv1: true), kmsv1_reload),
        ]
    }

    /// The name that the recorded texts have for the file.
    var name: String { file ?? "config.yaml" }

    /// The file.
    func bytes() throws -> [UInt8] {
        if let file { return try TestData.bytes("verdicts/\(file)") }
        return [UInt8](Data(base64Encoded: content_b64 ?? "") ?? Data())
    }

    /// All files of `verdicts`.
    static func files() throws -> [RecordedCase] {
        struct Index: Decodable { let cases: [RecordedCase] }
        return try TestData.json("verdicts/index.json", as: Index.self).cases
    }

    /// The files that were made by mutation.
    static func mutants() throws -> [RecordedCase] { try GzipLines.decode("mutants.jsonl.gz") }
}

/// What kube-apiserver said of a file in one mode of operation.
struct RecordedVerdict: Decodable {
    let ok: Bool
    let stage: String?
    let error: String?
}
