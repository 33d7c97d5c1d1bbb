internal import EnvelopeCrypto
internal import GoText
internal import ProtobufWire
internal import SecretMemory

// The messages of k8s.io/kms, apis/v1beta1/api.proto and apis/v2/api.proto. proto3 leaves out what is empty.

/// A key as a plugin encrypted it. No secret.
struct EncryptedKey: Equatable, Sendable {
    var ciphertext: [UInt8] = []
    /// Empty for v1.
    var keyID: ByteName = ""
    var annotations: [ByteName: [UInt8]] = [:]
}

/// The requests.
enum PluginRequest {
    static func status(_ version: KMSProvider.Version) -> SecretBytes {
        version == .v1 ? v1() : SecretBytes()
    }

    static func encrypt(_ plaintext: RawSpan, _ version: KMSProvider.Version, uid: String) -> SecretBytes {
        guard version == .v2 else { return v1(plaintext) }
        var writer = WireWriter()
        writer.append(1, bytes: plaintext)
        writer.append(2, string: uid)
        return writer.finish().finish()
    }

    static func decrypt(_ key: EncryptedKey, _ version: KMSProvider.Version, uid: String) -> SecretBytes {
        guard version == .v2 else { return v1(key.ciphertext.span.rawBytes) }
        var writer = WireWriter()
        writer.append(1, bytes: key.ciphertext.span.rawBytes)
        writer.append(2, string: uid)
        writer.append(3, string: key.keyID.text)
        for (name, value) in key.annotations.sorted(by: { $0.key < $1.key }) {
            var entry = WireWriter()
            entry.append(1, string: name.text)
            entry.append(2, bytes: value.span.rawBytes)
            let bytes = entry.finish()
            writer.append(4, bytes: bytes.bytes)
        }
        return writer.finish().finish()
    }

    private static func v1(_ bytes: RawSpan? = nil) -> SecretBytes {
        var writer = WireWriter()
        writer.append(1, string: "v1beta1")
        if let bytes { writer.append(2, bytes: bytes) }
        return writer.finish().finish()
    }
}

/// The answers.
enum PluginAnswer {
    static func version(_ message: RawSpan) throws(PluginError) -> PluginStatus {
        let fields = try Fields(message)
        return PluginStatus(apiVersion: try fields.text(1), healthz: nil, keyID: nil)
    }

    static func status(_ message: RawSpan) throws(PluginError) -> PluginStatus {
        let fields = try Fields(message)
        return PluginStatus(
            apiVersion: try fields.text(1), healthz: try fields.text(2), keyID: ByteName(try fields.text(3)))
    }

    /// Both versions.
    static func encrypted(_ message: RawSpan) throws(PluginError) -> EncryptedKey {
        let fields = try Fields(message)
        var key = EncryptedKey(ciphertext: fields.bytes(1).copiedToArray(), keyID: ByteName(try fields.text(2)))
        for entry in fields.ranges(3) {
            let entry = try Fields(message.extracting(entry))
            key.annotations[ByteName(try entry.text(1))] = entry.bytes(2).copiedToArray()
        }
        return key
    }

    /// Both versions.
    static func decrypted(_ message: RawSpan) throws(PluginError) -> SecretKey {
        let fields = try Fields(message)
        return SecretKey(SecretBytes(copying: fields.bytes(1)))
    }
}

/// The fields of a message that hold bytes or text, by number.
private struct Fields: ~Escapable {
    private let message: RawSpan
    private var ranges: [Int: [Range<Int>]] = [:]

    @_lifetime(copy message)
    init(_ message: RawSpan) throws(PluginError) {
        self.message = message
        var reader = WireReader(message)
        do throws(WireError) {
            while let field = try reader.next() {
                if field.type == .bytes { ranges[field.number, default: []].append(field.payload) }
            }
        } catch {
            throw .untrue("proto: cannot parse invalid wire-format data")
        }
    }

    func ranges(_ number: Int) -> [Range<Int>] { ranges[number] ?? [] }

    /// The last one counts, as everywhere in protobuf.
    @_lifetime(copy self)
    func bytes(_ number: Int) -> RawSpan { message.extracting(ranges(number).last ?? 0..<0) }

    func text(_ number: Int) throws(PluginError) -> String {
        guard let text = String(validatingUTF8: bytes(number)) else {
            throw .untrue("string field contains invalid UTF-8")
        }
        return text
    }
}
