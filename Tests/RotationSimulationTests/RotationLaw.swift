import ClusterSupport
import EncryptionConfig
import EnvelopeCrypto
import GoText
import KeyRotation
import KubernetesObjects
import KubernetesResources
import SecretMemory
import StorageAudit
import TestSupport

/// The law of rotation: everything that any earlier version of a file could open is opened by the present file or by an
/// archive that the program wrote.
///
/// For each resource, and each key that a version of the file reads for it, the law keeps a value that was sealed with
/// this key alone.
struct RotationLaw {
    /// A resource, and an object of it.
    private struct Sample {
        let resource: String
        let etcdKey: String
        let plaintext: [UInt8]
    }

    private static let samples = [
        Sample(resource: "secrets", etcdKey: "/registry/secrets/default/s", plaintext: MadeObject.secret("s")),
        Sample(
            resource: "configmaps", etcdKey: "/registry/configmaps/default/c", plaintext: MadeObject.configMap("c")),
        Sample(
            resource: "deployments.apps", etcdKey: "/registry/deployments/default/d",
            plaintext: MadeObject.protobuf("Deployment", "d", apiVersion: "apps/v1")),
        Sample(
            resource: "widgets.example.com", etcdKey: "/registry/example.com/widgets/default/w",
            plaintext: MadeObject.json("Widget", "w", apiVersion: "example.com/v1")),
    ]

    private struct Sealed {
        let sample: Int
        let form: StorageKeyForm
        let name: String
        let value: [UInt8]
        /// Whether an edit by hand took it out of the reach of the file, though the file has its key.
        var isShut = false
    }

    private var sealed: [Sealed] = []
    private var known: Set<String> = []

    /// Keeps a value for everything that a version of the file reads and that no version before did.
    mutating func see(_ file: EncryptionConfiguration) throws {
        let resolution = ResourceResolution(file)
        for (number, sample) in Self.samples.enumerated() {
            let providers = resolution.rule(for: GroupResource(parsing: sample.resource))?.providers ?? []
            for provider in providers {
                for (key, form) in zip(provider.keys, provider.forms) {
                    let bytes = key.secret.span.copiedToArray()
                    guard known.insert("\(number) \(provider.name) \(key.name) \(bytes)").inserted else { continue }
                    let writer = EncryptionConfiguration(
                        form: .current,
                        entries: [
                            EncryptionConfiguration.Entry(
                                resources: [ResourcePattern(parsing: sample.resource)],
                                providers: [provider.with(key)])
                        ])
                    let value = try writer.sealed(sample.plaintext, at: sample.etcdKey, for: sample.resource)
                    let entry = Sealed(
                        sample: number, form: form, name: "\(provider.name) \(key.name) of \(sample.resource)",
                        value: value)
                    // What even this version misreads, such as a name that begins with another one, proves nothing.
                    if try opens(entry, [file]) { sealed.append(entry) }
                }
            }
        }
    }

    /// Somebody edited the file: what it held and nobody has any more is not the program's doing, and what it holds for
    /// another resource now is no longer open until the program takes it out.
    mutating func editByHand(to file: EncryptionConfiguration, _ archive: EncryptionConfiguration?) throws {
        let present = Set(file.entries.flatMap(\.providers).flatMap(\.forms))
        sealed = try sealed.compactMap { entry in
            var entry = entry
            if try opens(entry, [file] + [archive].compactMap { $0 }) {
                entry.isShut = false
                return entry
            }
            entry.isShut = true
            return present.contains(entry.form) ? entry : nil
        }
    }

    /// What neither the file nor the archive opens.
    func lost(_ file: EncryptionConfiguration, _ archive: EncryptionConfiguration?) throws -> [String] {
        let present = Set(file.entries.flatMap(\.providers).flatMap(\.forms))
        return try sealed.filter { entry in
            if entry.isShut, present.contains(entry.form) { return false }
            return try !opens(entry, [file] + [archive].compactMap { $0 })
        }.map(\.name)
    }

    var count: Int { sealed.count }

    /// Whether the object is found as `decrypt-secret` finds it.
    private func opens(_ entry: Sealed, _ configurations: [EncryptionConfiguration]) throws -> Bool {
        let sample = Self.samples[entry.sample]
        guard case .object(let registryKey) = EtcdKey(sample.etcdKey) else { return false }
        let record = StoredRecord(
            etcdKey: Array(sample.etcdKey.utf8), registryKey: registryKey,
            resource: GroupResource(parsing: sample.resource), readings: [SecretKey(SecretBytes(entry.value))])
        guard case .object(let found) = try ObjectReader(configurations, unwrapping: NoKMS()).read(record) else {
            return false
        }
        return found.plaintext.span.copiedToArray() == sample.plaintext
    }
}

extension Provider {
    /// The same with one key alone.
    fileprivate func with(_ key: EncryptionKey) -> Provider {
        let kind: Provider.Kind =
            switch self.kind {
            case .aescbc: .aescbc([key])
            case .aesgcm: .aesgcm([key])
            case .secretbox: .secretbox([key])
            case .identity, .kms: self.kind
            }
        return Provider(kind: kind, path: path, position: position)
    }
}
