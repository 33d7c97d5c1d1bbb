import KubernetesObjects
import TestSupport
import Testing

/// A stored value of a real cluster, and what is in it. See testdata/objects/README.md.
struct RecordedObject: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let etcdKey: String
    let encoding: String?
    let apiVersion: String?
    let kind: String?
    let namespace: String?
    let name: String?
    let type: String?
    let immutable: Bool?
    let labels: [String: String]?
    let annotations: [String: String]?
    /// Base64.
    let data: [String: String]?

    var testDescription: String { etcdKey }

    static func all() throws -> [RecordedObject] { try TestData.json("objects/index.json") }

    func plaintext() throws -> [UInt8] { try TestData.bytes("objects/" + file) }
}

/// Any object as values that a test can compare.
struct Unpacked: Equatable {
    var identity: ObjectIdentity
    var type: String?
    var immutable: Bool?
    var labels: [String: String]
    var annotations: [String: String]
    var data: [String: [UInt8]]
    var binaryData: [String: [UInt8]]
}

func unpack(_ plaintext: [UInt8]) throws -> Unpacked {
    let bytes = plaintext.span.bytes
    let object = try StoredObject(reading: bytes)
    func values(_ entries: [DataEntry]) -> [String: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: entries.map {
                ($0.key, object.withValue(of: $0, in: plaintext.span.bytes) { $0.copiedToArray() })
            })
    }
    return Unpacked(
        identity: object.identity, type: object.type, immutable: object.immutable,
        labels: Dictionary(uniqueKeysWithValues: object.metadata.labels.map { ($0.key, $0.value) }),
        annotations: values(object.metadata.annotations).mapValues { String(decoding: $0, as: UTF8.self) },
        data: values(object.data), binaryData: values(object.binaryData))
}

func unpack(_ text: String) throws -> Unpacked { try unpack(Array(text.utf8)) }
