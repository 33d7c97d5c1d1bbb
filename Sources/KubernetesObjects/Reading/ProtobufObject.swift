internal import SecretMemory

extension StoredObject {
    init(protobuf plaintext: RawSpan) throws(StoredObjectError) {
        let unknown = try RuntimeUnknown(plaintext)
        self.init(
            encoding: .protobuf, apiVersion: try text(at: unknown.apiVersion, of: plaintext),
            kind: try text(at: unknown.kind, of: plaintext))

        var parts = PartCount()
        var (data, binaryData): ([Named<Range<Int>>], [Named<Range<Int>>]) = ([], [])
        var content: [Field] = []
        var fields = Message(unknown.raw, of: plaintext)
        while let field = try fields.next() {
            // k8s.io/api, core/v1/generated.proto: `Secret`, `ConfigMap`.
            switch field.number {
            case 1: try metadata.read(protobuf: field.range(), of: plaintext, counting: &parts)
            case 2 where isSecret || isConfigMap:
                try parts.add()
                data.append(try entry(field.range(), of: plaintext))
            case 3 where isSecret: type = try text(at: field.range(), of: plaintext)
            case 3 where isConfigMap:
                try parts.add()
                binaryData.append(try entry(field.range(), of: plaintext))
            case 4 where isConfigMap, 5 where isSecret: immutable = try field.bool()
            default:
                try parts.add()
                content.append(field)
            }
        }
        metadata.sortEntries()
        self.data = data.lastOfEachName().map { DataEntry(key: $0.name, value: .bytes($0.value)) }
        self.binaryData = binaryData.lastOfEachName().map { DataEntry(key: $0.name, value: .bytes($0.value)) }
        if !content.isEmpty {
            let schema = MessageSchema.of(kind: kind, apiVersion: apiVersion)
            tree = try ProtobufContent.tree(of: content, as: schema, in: plaintext, counting: parts)
        }
    }
}

private func entry(_ range: Range<Int>, of plaintext: RawSpan) throws(StoredObjectError) -> Named<Range<Int>> {
    let entry = try MapEntry(range, of: plaintext)
    return Named(name: try text(at: entry.key, of: plaintext), value: entry.value)
}

extension ObjectMetadata {
    /// Reads `ObjectMeta` (k8s.io/apimachinery, pkg/apis/meta/v1/generated.proto) on top of what was read before, as
    /// protobuf has it for a message that occurs twice.
    fileprivate mutating func read(
        protobuf range: Range<Int>, of plaintext: RawSpan, counting parts: inout PartCount
    ) throws(StoredObjectError) {
        var fields = Message(range, of: plaintext)
        while let field = try fields.next() {
            if (11...14).contains(field.number) { try parts.add() }
            switch field.number {
            case 1: name = try text(at: field.range(), of: plaintext)
            case 2, 4, 6: _ = try field.range()
            case 3: namespace = try text(at: field.range(), of: plaintext)
            case 5: uid = try text(at: field.range(), of: plaintext)
            case 8: creationTimestamp = try time(field.range(), of: plaintext)
            case 11:
                let label = try entry(field.range(), of: plaintext)
                labels.append(Label(key: label.name, value: try text(at: label.value, of: plaintext)))
            case 12:
                let annotation = try entry(field.range(), of: plaintext)
                annotations.append(DataEntry(key: annotation.name, value: .bytes(annotation.value)))
            case 13: ownerReferences.append(try OwnerReference(field.range(), of: plaintext))
            case 14: finalizers.append(try text(at: field.range(), of: plaintext))
            default: break
            }
        }
    }

    fileprivate mutating func sortEntries() {
        labels = labels.map { Named(name: $0.key, value: $0) }.lastOfEachName().map(\.value)
        annotations = annotations.map { Named(name: $0.key, value: $0) }.lastOfEachName().map(\.value)
    }
}

extension ObjectMetadata.OwnerReference {
    fileprivate init(_ range: Range<Int>, of plaintext: RawSpan) throws(StoredObjectError) {
        self.init()
        var fields = Message(range, of: plaintext)
        while let field = try fields.next() {
            switch field.number {
            case 1: kind = try text(at: field.range(), of: plaintext)
            case 3: name = try text(at: field.range(), of: plaintext)
            case 4: uid = try text(at: field.range(), of: plaintext)
            case 5: apiVersion = try text(at: field.range(), of: plaintext)
            case 6: controller = try field.bool()
            case 7: blockOwnerDeletion = try field.bool()
            default: break
            }
        }
    }
}

/// Reads a `Time`. An empty one is no time at all, and parts of a second do not count
/// (k8s.io/apimachinery, pkg/apis/meta/v1/time_proto.go, `Unmarshal`).
private func time(_ range: Range<Int>, of plaintext: RawSpan) throws(StoredObjectError) -> String? {
    guard !range.isEmpty else { return nil }
    var seconds: Int64 = 0
    var fields = Message(range, of: plaintext)
    while let field = try fields.next() {
        if field.number == 1 { seconds = try field.integer() }
    }
    return rfc3339(secondsSince1970: seconds)
}
