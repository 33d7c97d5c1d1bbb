import EncryptionConfig
import EnvelopeCrypto
import Foundation
import GoText
import KeyTransition
import KubernetesResources
import SecretMemory
import TestSupport
import Testing
import Transformers

/// A pair of configurations, and what Kubernetes reads under one of what was written under the other. See
/// testdata/vectors/README.md.
struct RecordedTransition: Decodable, Sendable, CustomTestStringConvertible {
    struct Writer: Decodable, Sendable {
        let provider: String
        let key: String?
        let fingerprint: String?
    }

    struct Reader: Decodable, Sendable {
        let provider: String
        let key: String?
        let fingerprint: String?
        let result: String
        let alsoSeen: [String]?
    }

    struct Facts: Decodable, Sendable {
        let oldRule: String?
        let newRule: String?
        let oldWrite: Writer
        let newWrite: Writer
        let newReadsOldWrite: String
        let newReadsOldWriteAlsoSeen: [String]?
        let oldReadsNewWrite: String
        let oldReadsNewWriteAlsoSeen: [String]?
        let newReadsOldReaders: [Reader]
    }

    let id: String
    let change: String
    let old: String
    let new: String
    let resources: [String: Facts]

    var testDescription: String { "\(id) \(change)" }

    static func all() throws -> [RecordedTransition] { try GzipLines.decode("transitions.jsonl.gz") }
}

struct TransitionTests {
    /// The object of each resource: any plaintext will do.
    private static let plaintext = Array("k8s\0".utf8) + SeededBytes.make(300)
    private static let etcdKeys = [
        "secrets": "/registry/secrets/default/one",
        "configmaps": "/registry/configmaps/default/one",
        "deployments.apps": "/registry/deployments/default/one",
        "widgets.example.com": "/registry/example.com/widgets/default/one",
        "events": "/registry/events/default/one",
        "leases.coordination.k8s.io": "/registry/leases/default/one",
    ]

    @Test(arguments: try RecordedTransition.all()) func readsAsKubernetesDoes(_ pair: RecordedTransition) throws {
        let old = TransformerSet(try configuration(pair.old), unwrapping: NoKMS())
        let new = TransformerSet(try configuration(pair.new), unwrapping: NoKMS())
        #expect(pair.resources.count == 6)
        for (name, facts) in pair.resources {
            let resource = GroupResource(parsing: name)
            let etcdKey = try #require(Self.etcdKeys[name])
            let (old, new) = try (old.transformer(for: resource), new.transformer(for: resource))
            #expect(old.rule?.pattern.description == facts.oldRule)
            #expect(new.rule?.pattern.description == facts.newRule)
            let (oldReaders, newReaders) = (try Self.readers(of: old), try Self.readers(of: new))
            try Self.check(oldReaders[0], is: facts.oldWrite)
            try Self.check(newReaders[0], is: facts.newWrite)
            Self.check(
                try Self.sealed(by: oldReaders[0]) { try old.seal(Self.plaintext, etcdKey: etcdKey) }, etcdKey,
                openedBy: new, facts.newReadsOldWrite, facts.newReadsOldWriteAlsoSeen)
            Self.check(
                try Self.sealed(by: newReaders[0]) { try new.seal(Self.plaintext, etcdKey: etcdKey) }, etcdKey,
                openedBy: old, facts.oldReadsNewWrite, facts.oldReadsNewWriteAlsoSeen)
            #expect(oldReaders.count == facts.newReadsOldReaders.count)
            for (reader, fact) in zip(oldReaders, facts.newReadsOldReaders) {
                #expect(reader.provider.rawValue == fact.provider)
                #expect(reader.key?.name.text == fact.key)
                #expect(try reader.key.map(Self.fingerprint) == fact.fingerprint)
                Self.check(
                    try Self.sealed(by: reader) { try Self.seal(etcdKey, as: reader) }, etcdKey, openedBy: new,
                    fact.result, fact.alsoSeen)
            }
        }
    }

    @Test func allAreThere() throws {
        let pairs = try RecordedTransition.all()
        #expect(pairs.count == 500)
        let results = pairs.flatMap { $0.resources.values }.flatMap { facts in
            [facts.newReadsOldWrite, facts.oldReadsNewWrite] + facts.newReadsOldReaders.map(\.result)
        }
        #expect(results.count == 12_761)
        #expect(results.count { $0 == "ok" } == 11_536)
        #expect(results.count { $0 == "wrongBytes" } == 23)
    }

    private typealias Entry = (provider: ProviderName, key: EncryptionKey?)

    /// Each entry of a list, in order: what could have written a value.
    private static func readers(of transformer: ResourceTransformer) throws -> [Entry] {
        guard let rule = transformer.rule else { return [(.identity, nil)] }
        return rule.providers.flatMap { provider -> [Entry] in
            provider.keys.isEmpty ? [(provider.name, nil)] : provider.keys.map { (provider.name, $0) }
        }
    }

    private static func seal(_ etcdKey: String, as entry: Entry) throws -> [UInt8] {
        guard let key = entry.key else { return plaintext }
        return try TransformersTests.seal(
            plaintext, entry.provider, TestKey(key.name.text, key.secret.span.copiedToArray()), etcdKey: etcdKey)
    }

    /// A value whose nonce does not go on like the name of another key, which chance makes of one in 65,000.
    private static func sealed(by entry: Entry, _ seal: () throws -> [UInt8]) rethrows -> [UInt8] {
        guard let key = entry.key else { return try seal() }
        let prefix = "k8s:enc:\(entry.provider.rawValue):v1:\(key.name.text):".utf8.count
        while true {
            let value = try seal()
            if !value.dropFirst(prefix).prefix(4).contains(UInt8(ascii: ":")) { return value }
        }
    }

    /// As the recordings tell keys apart: version 1 of the fingerprint.
    private static func fingerprint(_ key: EncryptionKey) throws -> String {
        let message = Array("encconf/key-fingerprint/v1".utf8)
        let code = try Digest.hmacSHA256(key: key.secret.span, message: message.span.rawBytes)
        return Digest.hexadecimal(code.prefix(8))
    }

    private static func check(_ entry: Entry, is writer: RecordedTransition.Writer) throws {
        #expect(entry.provider.rawValue == writer.provider)
        #expect(entry.key?.name.text == writer.key)
        #expect(try entry.key.map(fingerprint) == writer.fingerprint)
    }

    /// Opens a value and compares the result with the recorded one, or, where chance decides, with those.
    private static func check(
        _ value: [UInt8], _ etcdKey: String, openedBy transformer: ResourceTransformer, _ result: String,
        _ alsoSeen: [String]?
    ) {
        let found =
            switch open(value, etcdKey: etcdKey, with: transformer) {
            case .opened(let plaintext, _, _, _): plaintext == Self.plaintext ? "ok" : "wrongBytes"
            case .failed(let error): error.apiserverText() ?? "no text"
            }
        guard let alsoSeen else {
            #expect(found == result)
            return
        }
        #expect(Set(([result] + alsoSeen).map(textClass)).contains(textClass(found)))
    }

    /// The text with the two errors of a wrong AES-CBC key made one.
    private static func textClass(_ text: String) -> String {
        let parts = text.trimmingCharacters(in: CharacterSet(charactersIn: "[]")).components(separatedBy: ", ")
        let classes = parts.map {
            $0 == "invalid PKCS7 data (empty or not padded)" ? "invalid padding on input" : $0
        }
        return aggregated(classes)
    }
}

private enum SeededBytes {
    static func make(_ count: Int) -> [UInt8] {
        var random = SeededGenerator(seed: 0)
        return random.bytes(count)
    }
}
