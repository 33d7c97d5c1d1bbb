import EnvelopeCrypto
import Foundation
import SecretMemory

/// SplitMix64, so that each run has the same sizes.
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// A file of Secrets as a cluster would have them, all written by one key.
struct Workload {
    enum Cipher: String, CaseIterable { case aesgcm, aescbc, secretbox }
    enum Sizes: String {
        /// 300 to 2752 bytes, 1.5 KiB in the mean: those on which Kubernetes' own code was measured.
        case medium
        /// 60 % of 300 B to 2 KiB, 35 % of 2 to 8 KiB, 5 % of 20 to 200 KiB.
        case realistic
        /// Some 300 bytes each.
        case small
        /// 6,000 bytes each.
        case large
        /// 1,500 bytes each.
        case middling
    }

    static let secretText = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    let cipher: Cipher
    let count: Int
    let sizes: Sizes
    let snapshotPath: String
    let configurationPath: String
    private(set) var plaintextByteCount = 0

    var prefix: [UInt8] { Array("k8s:enc:\(cipher.rawValue):v1:key1:".utf8) }

    var configurationText: String {
        """
        apiVersion: apiserver.config.k8s.io/v1
        kind: EncryptionConfiguration
        resources:
          - resources: [secrets]
            providers:
              - \(cipher.rawValue): {keys: [{name: key1, secret: \(Self.secretText)}]}
              - identity: {}

        """
    }

    static var key: SecretKey { SecretKey(SecretBytes(copying: [UInt8](0..<32).span.rawBytes)) }

    /// Makes the files in `folder`.
    init(_ cipher: Cipher, count: Int, sizes: Sizes, in folder: URL) throws {
        self.cipher = cipher
        self.count = count
        self.sizes = sizes
        snapshotPath = folder.appendingPathComponent("snapshot.db").path
        configurationPath = folder.appendingPathComponent("\(cipher.rawValue).yaml").path
        try Data(configurationText.utf8).write(to: URL(fileURLWithPath: configurationPath))
        var writer = try SnapshotWriter(snapshotPath)
        var random = Generator(state: 7)
        let noise = (0..<50_000).map { _ in random.next() }.withUnsafeBytes { Array($0) }
        let sealer = try Sealer(cipher)
        for number in 0..<count {
            let (name, namespace) = ("secret-\(number)", "namespace-\(number % 500)")
            let etcdKey = Array("/registry/secrets/\(namespace)/\(name)".utf8)
            let plaintext = Self.object(
                name, namespace, data: noise.prefix(Self.size(sizes, &random) - Self.overhead))
            plaintextByteCount += plaintext.count
            try writer.put(etcdKey, prefix + sealer.seal(plaintext, etcdKey: etcdKey))
        }
        try writer.finish()
    }

    /// Appends the SHA-256, as `etcdctl snapshot save` does.
    func addDigest() throws {
        let url = URL(fileURLWithPath: snapshotPath)
        let digest = try Digest.sha256(try Data(contentsOf: url, options: .alwaysMapped).span.bytes)
        let file = try FileHandle(forWritingTo: url)
        try file.seekToEnd()
        try file.write(contentsOf: digest)
        try file.close()
    }

    /// The bytes of an object besides its data.
    private static let overhead = 220

    private static func size(_ sizes: Sizes, _ random: inout Generator) -> Int {
        switch (sizes, Int.random(in: 0..<100, using: &random)) {
        case (.small, _): Int.random(in: 280...320, using: &random)
        case (.large, _): 6000
        case (.middling, _): 1500
        case (.medium, _): Int.random(in: 300...2752, using: &random)
        case (.realistic, 0..<60): Int.random(in: 300...2048, using: &random)
        case (.realistic, 60..<95): Int.random(in: 2048...8192, using: &random)
        case (.realistic, _): Int.random(in: 20 << 10...200 << 10, using: &random)
        }
    }

    /// A Secret as kube-apiserver stores it: `k8s\0`, and a runtime.Unknown.
    private static func object(_ name: String, _ namespace: String, data: ArraySlice<UInt8>) -> [UInt8] {
        func field(_ number: Int, _ bytes: some Collection<UInt8>) -> [UInt8] {
            varint(number << 3 | 2) + varint(bytes.count) + bytes
        }
        func text(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
        let managed =
            text(1, "kubectl-create") + text(2, "Update") + text(3, "v1")
            + field(4, [0x08, 0x80, 0xe2, 0xcf, 0xaa, 0x06])
        let metadata =
            text(1, name) + text(2, "") + text(3, namespace) + text(4, "")
            + text(5, "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0") + text(6, "") + [0x38, 0]
            + field(8, [0x08, 0x80, 0xe2, 0xcf, 0xaa, 0x06, 0x10, 0]) + field(17, managed)
        let secret = field(1, metadata) + field(2, text(1, "data") + field(2, data)) + text(3, "Opaque")
        return [0x6b, 0x38, 0x73, 0] + field(1, text(1, "v1") + text(2, "Secret")) + field(2, secret) + [
            0x1a, 0, 0x22, 0,
        ]
    }
}

/// Encrypts values, and decrypts them with only the cipher.
final class Sealer {
    private let gcm: AESGCM?
    private let cbc: AESCBC?
    private let box: Secretbox?

    init(_ cipher: Workload.Cipher) throws {
        let key = Workload.key
        gcm = cipher == .aesgcm ? try AESGCM(key: key.bytes) : nil
        cbc = cipher == .aescbc ? try AESCBC(key: key.bytes) : nil
        box = cipher == .secretbox ? try Secretbox(key: key) : nil
    }

    func seal(_ plaintext: [UInt8], etcdKey: [UInt8]) throws -> [UInt8] {
        var message = SecretBuffer()
        if let gcm {
            try gcm.seal(plaintext.span.rawBytes, authenticating: etcdKey.span.rawBytes, appendingTo: &message)
        } else if let cbc {
            try cbc.seal(plaintext.span.rawBytes, appendingTo: &message)
        } else {
            try box?.seal(plaintext.span.rawBytes, appendingTo: &message)
        }
        return message.bytes.copiedToArray()
    }

    /// Opens what follows the name of the key.
    func open(_ message: RawSpan, etcdKey: RawSpan, appendingTo plaintext: inout SecretBuffer) throws {
        if let gcm {
            try gcm.open(message, authenticating: etcdKey, appendingTo: &plaintext)
        } else if let cbc {
            try cbc.open(message, appendingTo: &plaintext)
        } else {
            try box?.open(message, appendingTo: &plaintext)
        }
    }
}
