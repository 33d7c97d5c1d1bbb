import EncryptionConfig
import EnvelopeCrypto
import KubernetesResources
import SecretMemory
import TestSupport
import Transformers

/// One version of the configuration file, ready to serve.
final class FileVersion {
    let bytes: [UInt8]
    let document: ConfigurationDocument
    let configuration: EncryptionConfiguration
    private let transformers: TransformerSet

    init(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        document = try ConfigurationDocument.read(SecretBytes(copying: bytes.span.rawBytes))
        configuration = try EncryptionConfiguration(checking: document, options: .lenient)
        transformers = TransformerSet(configuration, unwrapping: NoKMS())
    }

    func transformer(for resource: GroupResource) throws -> ResourceTransformer {
        try transformers.transformer(for: resource)
    }
}

/// One object in etcd.
struct StoredObject {
    let resource: GroupResource
    let etcdKey: [UInt8]
    /// What was written last.
    var plaintext: [UInt8]
    var value: [UInt8]
}

/// Something that a client of the cluster would see.
struct Misreading: Error, CustomStringConvertible {
    let server: Int
    let etcdKey: String
    let problem: String

    var description: String { "server \(server) on \(etcdKey): \(problem)" }
}

/// Some kube-apiservers before one etcd. Each of them runs the version of the file that it loaded at its last start.
struct Cluster {
    static let resources = ["secrets", "configmaps", "deployments.apps", "widgets.example.com"]
        .map { GroupResource(parsing: $0) }

    private(set) var servers: [FileVersion]
    private(set) var objects: [StoredObject] = []
    /// How often a value was read or written.
    private(set) var accesses = 0
    var random: SeededGenerator

    init(count: Int, running version: FileVersion, random: SeededGenerator) {
        servers = Array(repeating: version, count: count)
        self.random = random
    }

    // MARK: What servers do

    mutating func create(by server: Int) throws {
        let resource = Self.resources[Int.random(in: Self.resources.indices, using: &random)]
        let etcdKey = Array("/registry/\(resource.description)/default/object-\(objects.count)".utf8)
        objects.append(StoredObject(resource: resource, etcdKey: etcdKey, plaintext: [], value: []))
        try write(object: objects.count - 1, by: server)
    }

    mutating func write(object: Int, by server: Int) throws {
        let count = Int.random(in: 1...24, using: &random)
        objects[object].plaintext = Array("k8s\0".utf8) + random.bytes(count)
        try store(object: object, by: server)
    }

    /// An update that changes nothing: kube-apiserver writes only if the value is stale.
    mutating func touch(object: Int, by server: Int) throws {
        guard try read(object: object, by: server).isStale else { return }
        try store(object: object, by: server)
    }

    /// - Throws: ``Misreading``.
    @discardableResult
    mutating func read(object: Int, by server: Int) throws -> Opened {
        accesses += 1
        return try Self.read(objects[object], running: servers[server], server: server)
    }

    static func read(_ object: StoredObject, running version: FileVersion, server: Int) throws -> Opened {
        func misreading(_ problem: String) -> Misreading {
            Misreading(server: server, etcdKey: String(decoding: object.etcdKey, as: UTF8.self), problem: problem)
        }
        var output = SecretBuffer()
        let opened: Opened
        do {
            opened = try version.transformer(for: object.resource).open(
                object.value.span.rawBytes, etcdKey: object.etcdKey.span.rawBytes, appendingTo: &output)
        } catch {
            throw misreading("\(error)")
        }
        guard output.bytes.copiedToArray() == object.plaintext else { throw misreading("other bytes") }
        return opened
    }

    private mutating func store(object: Int, by server: Int) throws {
        accesses += 1
        var output = SecretBuffer()
        let (resource, plaintext, etcdKey) =
            (objects[object].resource, objects[object].plaintext, objects[object].etcdKey)
        try servers[server].transformer(for: resource).seal(
            plaintext.span.rawBytes, etcdKey: etcdKey.span.rawBytes, appendingTo: &output)
        objects[object].value = output.bytes.copiedToArray()
        // Every server watches: it decodes what any other one writes.
        for watcher in servers.indices { try read(object: object, by: watcher) }
    }

    // MARK: What happens in a cluster

    /// Clients do something, some of it through servers that still run another version.
    mutating func traffic(_ limit: Int = 4) throws {
        for _ in 0..<Int.random(in: 0...limit, using: &random) {
            let server = Int.random(in: servers.indices, using: &random)
            guard !objects.isEmpty, Int.random(in: 0..<8, using: &random) > 0 else {
                try create(by: server)
                continue
            }
            let object = Int.random(in: objects.indices, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: try write(object: object, by: server)
            case 1: try touch(object: object, by: server)
            default: try read(object: object, by: server)
            }
        }
    }

    /// Servers restart one after the other, in any order, with the new file; `count` of them, or all.
    mutating func roll(out version: FileVersion, count: Int? = nil) throws {
        for server in servers.indices.shuffled(using: &random).prefix(count ?? servers.count) {
            try traffic()
            servers[server] = version
            // A server reads everything at its start: the caches of its watches.
            for object in objects.indices { try read(object: object, by: server) }
        }
        try traffic()
    }

    /// Every object is updated without a change, in any order, by any server.
    mutating func rewriteAll() throws {
        for object in objects.indices.shuffled(using: &random) {
            try touch(object: object, by: Int.random(in: servers.indices, using: &random))
            if Int.random(in: 0..<6, using: &random) == 0 { try traffic(2) }
        }
    }

    mutating func readAll() throws {
        for object in objects.indices {
            for server in servers.indices { try read(object: object, by: server) }
        }
    }

    /// The labels of all stored values of a resource, as a snapshot shows them.
    func labels(of resource: ResourcePattern) -> Set<StoredKeyLabel> {
        Set(
            objects.filter { object in
                resource.isWildcard
                    ? resource == .everything || object.resource.group == resource.name.group
                    : object.resource == resource.name
            }.compactMap { object in
                let label = StoredLabel(reading: object.value.span.rawBytes)
                return label.provider.map { StoredKeyLabel(provider: $0, key: label.key) }
            })
    }

    /// A backup of etcd takes the place of what is stored.
    mutating func restore(_ backup: [StoredObject]) { objects = backup }
}
