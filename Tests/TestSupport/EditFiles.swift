import EncryptionConfig
import Foundation
import GoText
import SecretMemory

/// A file of testdata/edits.
public struct EditFile: CustomStringConvertible, Sendable {
    public let name: String
    public let bytes: [UInt8]

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    public var description: String { name }
    public var headerless: Bool { name == "headerless.yaml" }
    /// Whether kube-apiserver would take it.
    public var isAccepted: Bool { name != "empty-lists.yaml" }

    /// Whether each item of its lists of keys and providers has lines of its own.
    public var isInBlockStyle: Bool {
        !name.hasSuffix(".json") && !name.hasPrefix("flow-")
            && !["bom-json.yaml", "one-line.yaml", "cr.yaml"].contains(name)
            && !["single-pairs.yaml", "empty-lists.yaml"].contains(name)
    }

    public static let all: [EditFile] = {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: TestData.path("edits")).sorted()
                .filter { !$0.hasSuffix(".md") }
                .map { EditFile(name: $0, bytes: try TestData.bytes("edits/\($0)")) }
        } catch {
            fatalError("\(error)")
        }
    }()

    public static func named(_ name: String) -> EditFile {
        guard let file = all.first(where: { $0.name == name }) else { fatalError("no file \(name)") }
        return file
    }

    public func edited(_ edits: ConfigurationEdit...) throws(EditRefusal) -> EditFile { try edited(edits) }

    public func edited(_ edits: [ConfigurationEdit]) throws(EditRefusal) -> EditFile {
        let source = SecretBytes(copying: bytes.span.rawBytes)
        let text = try ConfigurationEditor.apply(edits, to: source, headerless: headerless)
        return EditFile(name: name, bytes: text.bytes.copiedToArray())
    }

    public func document() throws -> ConfigurationDocument {
        try ConfigurationDocument.read(SecretBytes(copying: bytes.span.rawBytes), headerless: headerless)
    }

    public func configuration() throws -> EncryptionConfiguration {
        try EncryptionConfiguration(checking: try document(), options: .lenient)
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    public func diff(to other: EditFile, context: Int = 3) -> String {
        UnifiedDiff(
            from: SecretBytes(copying: bytes.span.rawBytes), to: SecretBytes(copying: other.bytes.span.rawBytes),
            oldName: "a", newName: "b", context: context
        ).text
    }

    /// The lines, each with its line break.
    public var lines: [String] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Every primitive edit that a document has room for, at single places.
public func everyEdit(of document: ConfigurationDocument, _ random: inout SeededGenerator) -> [ConfigurationEdit] {
    func key() -> NewKey { newKey("key-20260729t120000z", &random) }
    var edits: [ConfigurationEdit] = []
    for (entry, resource) in document.resources.enumerated() {
        let providers = resource.providers
        for index in 0...providers.count {
            edits.append(.insertProvider(.identity, at: index, entries: [entry]))
            edits.append(.insertProvider(.keys(.secretbox, key()), at: index, entries: [entry]))
            edits.append(
                .insertProvider(.kms(name: "plugin", endpoint: "unix:///run/new.sock"), at: index, entries: [entry]))
        }
        for index in providers.indices {
            edits.append(.moveProviderToFront(from: index, entries: [entry]))
            edits.append(.removeProviders(at: [index], entries: [entry]))
            guard let list = providers[index].aescbc ?? providers[index].aesgcm ?? providers[index].secretbox else {
                continue
            }
            let place = ProviderPlace(entry: entry, provider: index)
            for position in 0...list.keys.count { edits.append(.insertKey(key(), at: position, in: [place])) }
            for position in list.keys.indices {
                edits.append(.moveKeyToFront(from: position, in: [place]))
                edits.append(.removeKeys(at: [position], in: [place]))
            }
        }
    }
    return edits
}

public func newKey(_ name: String, _ random: inout SeededGenerator) -> NewKey {
    NewKey(name: ByteName(name), secret: SecretKey(SecretBytes(copying: random.bytes(32).span.rawBytes)))
}

extension [UInt8] {
    /// Whether the bytes are in `other`, in this order, with others between them.
    public func isSubsequence(of other: [UInt8]) -> Bool {
        var rest = self[...]
        for byte in other where byte == rest.first { rest = rest.dropFirst() }
        return rest.isEmpty
    }
}

extension EditFile {
    /// A file with one entry for secrets.
    public static func oneEntry(_ providers: String, name: String = "one.yaml") -> EditFile {
        EditFile(
            name: name,
            bytes: Array(
                """
                apiVersion: apiserver.config.k8s.io/v1
                kind: EncryptionConfiguration
                resources: [{resources: [secrets], providers: \(providers)}]

                """.utf8))
    }
}
