import EncryptionConfig
import EnvelopeCrypto
import GoText
import KubernetesObjects
import KubernetesResources
import SecretMemory
import StorageAudit
import TestSupport
import Testing
import Transformers

/// The second question: is what a value opens to the object that its etcd key names?
struct ObjectReaderTests {
    static let keyA = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    static let keyB = "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM="
    static let etcdKey = "/registry/secrets/default/token"
    static let object = #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"token","namespace":"default"}}"#

    private func configuration(_ provider: String, _ keys: [(name: String, secret: String)]) throws
        -> EncryptionConfiguration
    {
        let list = keys.map { "{name: \($0.name), secret: \($0.secret)}" }.joined(separator: ", ")
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources: [{resources: [secrets], providers: [\(provider): {keys: [\(list)]}]}]
            """
        let document = try ConfigurationDocument.read(SecretBytes(copying: Array(text.utf8).span.rawBytes))
        return try EncryptionConfiguration(checking: document)
    }

    private func sealed(_ plaintext: String, etcdKey: String = etcdKey, _ configuration: EncryptionConfiguration) throws
        -> SecretKey
    {
        let transformer = try TransformerSet(configuration, unwrapping: NoKMS())
            .transformer(for: GroupResource(resource: "secrets"))
        var value = SecretBuffer()
        try transformer.seal(
            Array(plaintext.utf8).span.rawBytes, etcdKey: Array(etcdKey.utf8).span.rawBytes, appendingTo: &value)
        return SecretKey(value.finish())
    }

    private func record(_ readings: [SecretKey], etcdKey: String? = etcdKey) -> StoredRecord {
        var registryKey: RegistryKey?
        if let etcdKey, case .object(let key) = EtcdKey(etcdKey) { registryKey = key }
        return StoredRecord(
            etcdKey: etcdKey.map { Array($0.utf8) }, registryKey: registryKey,
            resource: GroupResource(resource: "secrets"), readings: readings)
    }

    private func read(_ record: StoredRecord, _ configurations: [EncryptionConfiguration]) throws -> ObjectReading {
        try ObjectReader(configurations, unwrapping: NoKMS()).read(record)
    }

    @Test(arguments: ["aescbc", "aesgcm", "secretbox"])
    func theRightObject(provider: String) throws {
        let configuration = try configuration(provider, [("a", Self.keyA)])
        let reading = try read(record([try sealed(Self.object, configuration)]), [configuration])
        guard case .object(let value) = reading else {
            Issue.record("\(reading)")
            return
        }
        #expect(value.plaintext.isText(Self.object))
        #expect(value.key?.name == "a")
        #expect(!value.isStale)
        #expect(value.configurationIndex == 0)
    }

    /// What only an archive opens is stale, since the configuration in force cannot read it at all.
    @Test(arguments: 1...3)
    func anArchive(place: Int) throws {
        let current = try configuration("aesgcm", [("new", Self.keyB)])
        let archive = try configuration("aesgcm", [("old", Self.keyA)])
        let configurations = Array(repeating: current, count: place) + [archive]
        let reading = try read(record([try sealed(Self.object, archive)]), configurations)
        guard case .object(let value) = reading else {
            Issue.record("\(reading)")
            return
        }
        #expect(value.configurationIndex == place)
        #expect(value.isStale)
    }

    @Test func anotherObject() throws {
        let configuration = try configuration("aescbc", [("a", Self.keyA)])
        let value = try sealed(Self.object, configuration)
        let reading = try read(record([value], etcdKey: "/registry/secrets/default/other"), [configuration])
        guard case .notTheObject(_, .other(let identity), nil) = reading else {
            Issue.record("\(reading)")
            return
        }
        #expect(identity.name == "token")
    }

    @Test func noObjectAtAll() throws {
        let configuration = try configuration("secretbox", [("a", Self.keyA)])
        let reading = try read(record([try sealed("hello", configuration)]), [configuration])
        guard case .notTheObject(_, .notAnObject, nil) = reading else {
            Issue.record("\(reading)")
            return
        }
    }

    /// A key whose bytes fit under another name is named, and so is the name that the value knows it by.
    @Test(arguments: ["aescbc", "aesgcm", "secretbox"], ["a", "a:b", "x:y:z"])
    func aRenamedKey(provider: String, storedName: String) throws {
        let writer = try configuration(provider, [("'\(storedName)'", Self.keyA)])
        let reader = try configuration(provider, [("other", Self.keyB), ("renamed", Self.keyA)])
        let reading = try read(record([try sealed(Self.object, writer)]), [reader])
        guard case .unreadable(let errors, let key?) = reading else {
            Issue.record("\(reading)")
            return
        }
        #expect(errors.count == 1)
        #expect(key.key.name == "renamed")
        #expect(key.storedName.text == storedName)
    }

    /// AES-CBC opens about one value in 255 with a wrong key. Such a value is told as what it is, with the right key.
    @Test func aWrongKeyThatOpens() throws {
        let writer = try configuration("aescbc", [("a", Self.keyB)])
        let reader = try configuration("aescbc", [("a", Self.keyA), ("a", Self.keyB)])
        var seen = 0
        for _ in 0..<4000 where seen < 3 {
            let reading = try read(record([try sealed(Self.object, writer)]), [reader])
            guard case .notTheObject(let value, let check, let key) = reading else { continue }
            seen += 1
            // Now and then the garbage begins as an object would.
            #expect(check != .same)
            #expect(value.key?.secret.isEqual(to: reader.keys[0].key.secret) == true)
            #expect(key?.key.secret.isEqual(to: reader.keys[1].key.secret) == true)
        }
        #expect(seen == 3)
    }

    /// In an archive, a key under which the value may be its object comes before one that opens it to garbage.
    @Test func aBagTakesTheBestMatch() throws {
        let writer = try configuration("aescbc", [("a", Self.keyB)])
        let bag = try KeyBag(configuration("aescbc", [("a", Self.keyA), ("a", Self.keyB)]), unwrapping: NoKMS())
        let wrong = try KeyBag(configuration("aescbc", [("a", Self.keyA)]), unwrapping: NoKMS())
        var seen = 0
        for _ in 0..<4000 where seen < 3 {
            let value = try sealed(Self.object, writer)
            let etcdKey = Array(Self.etcdKey.utf8)
            guard case .success = wrong.open(value.span, etcdKey: etcdKey.span.rawBytes, judging: { _ in .other })
            else {
                continue
            }
            seen += 1
            let opened = bag.open(value.span, etcdKey: etcdKey.span.rawBytes) { plaintext in
                plaintext.copiedToArray() == Array(Self.object.utf8) ? .possible : .other
            }
            guard case .success(let (_, plaintext)) = opened else {
                Issue.record("\(opened)")
                return
            }
            #expect(plaintext.isText(Self.object))
        }
        #expect(seen == 3)
    }

    /// Of several readings the one that is the object counts, and the errors are those of the first.
    @Test func severalReadings() throws {
        let configuration = try configuration("aesgcm", [("a", Self.keyA)])
        let value = try sealed(Self.object, configuration)
        var longer = SecretBuffer()
        longer.append(value.span)
        longer.append("\n")
        let withNewline = SecretKey(longer.finish())
        guard case .object = try read(record([withNewline, value]), [configuration]) else {
            Issue.record("the second reading was not taken")
            return
        }
        guard case .unreadable(let errors, nil) = try read(record([withNewline, withNewline]), [configuration]) else {
            Issue.record("a damaged value was opened")
            return
        }
        #expect(errors.map { $0.apiserverText() } == ["cipher: message authentication failed"])
    }
}
