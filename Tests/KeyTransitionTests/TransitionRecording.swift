import EncryptionConfig
import KeyTransition
import SecretMemory
import TestSupport

/// A change, and what Kubernetes read of the other side's values. See testdata/transitions.md.
struct RecordedTransition: Decodable {
    struct Key: Decodable, Equatable {
        let provider: String
        let key: String?
    }

    struct ReaderFact: Decodable {
        let provider: String
        let key: String?
        let result: String
        let alsoSeen: [String]?
    }

    struct ResourceFacts: Decodable {
        let oldRule: String?
        let newRule: String?
        let oldWrite: Key
        let newWrite: Key
        let newReadsOldWrite: String
        let newReadsOldWriteAlsoSeen: [String]?
        let oldReadsNewWrite: String
        let oldReadsNewWriteAlsoSeen: [String]?
        let newReadsOldReaders: [ReaderFact]
    }

    let id: String
    let change: String
    let old: String
    let new: String
    let safeSingleCertain: Bool
    let safeSingleAll: Bool
    let rolling: Bool
    let rollingAll: Bool
    let chance: Bool
    let resources: [String: ResourceFacts]

    static func all() throws -> [RecordedTransition] { try GzipLines.decode("transitions.jsonl.gz") }
}

/// A configuration from its text, with every feature gate open.
func configuration(_ text: some StringProtocol) throws -> EncryptionConfiguration {
    let bytes = Array(text.utf8)
    return try EncryptionConfiguration(
        checking: ConfigurationDocument.read(SecretBytes(copying: bytes.span.rawBytes)), options: .lenient)
}

extension Counterexample.Effect {
    /// What a recorded result means; nil for the same bytes.
    static func recorded(_ result: String, alsoSeen: [String]?) -> Self? {
        switch result {
        case "ok": alsoSeen?.isEmpty ?? true ? nil : .byChance
        case "wrongBytes": .wrongBytes
        default: .unreadable
        }
    }
}
