public import EncryptionConfig
public import ShownText

/// The write key and the read keys of each resource of a configuration, in file order.
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
    public var text: Phrase {
        rows.map { row -> Phrase in
            let read = row.read.map(\.name)
            let writes: Phrase = row.write.provider == .identity ? "plaintext" : read[0]
            return """

                \(row.resource)
                  writes     \(writes)
                  reads      \(read.joined(separator: "\n             "))
                  plaintext  \(row.isPlaintextReadable ? "readable" : "not readable" as Phrase)

                """
        }.joined()
    }

    /// The rows as reports list them.
    public var value: ReportValue {
        .array(
            rows.map { row in
                [
                    "resource": .text(row.resource), "write": row.write.value, "read": .array(row.read.map(\.value)),
                    "plaintextReadable": .bool(row.isPlaintextReadable),
                ]
            })
    }
}
