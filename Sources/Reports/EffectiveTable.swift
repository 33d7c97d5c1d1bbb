public import EncryptionConfig
public import JSONText
internal import SecretMemory

/// Who writes and reads each resource that a configuration names, in file order.
public struct EffectiveTable {
    struct Row {
        let resource: String
        /// In the order in which they are tried; the first one writes.
        let read: [ReadKey]
        var write: ReadKey { read[0] }
        var isPlaintextReadable: Bool { read.contains { $0.provider == .identity } }
    }

    let rows: [Row]

    public init(_ configuration: EncryptionConfiguration) {
        rows = ResourceResolution(configuration).rules.map {
            Row(resource: $0.pattern.description, read: ReadKey.list(of: $0.providers))
        }
    }

    /// A block of lines for each resource, with an empty line in front.
    public var text: String {
        rows.map { row in
            let read = row.read.map(\.description)
            return """

                \(row.resource.printable)
                  writes     \(row.write.provider == .identity ? "plaintext" : read[0])
                  reads      \(read.joined(separator: "\n             "))
                  plaintext  \(row.isPlaintextReadable ? "readable" : "not readable")

                """
        }.joined()
    }

    /// The rows as reports list them.
    public func write(to json: inout JSONWriter) {
        json.array { json in
            for row in rows {
                json.object { json in
                    json.member("resource", row.resource)
                    json.key("write")
                    row.write.write(to: &json)
                    json.key("read")
                    json.array { json in
                        for key in row.read { key.write(to: &json) }
                    }
                    json.member("plaintextReadable", row.isPlaintextReadable)
                }
            }
        }
    }
}
