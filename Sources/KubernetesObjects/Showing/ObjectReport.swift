public import JSONText
internal import SecretMemory

extension StoredObject {
    /// Writes the object as one JSON value:
    /// `{encoding, apiVersion, kind, namespace, name, type, immutable, labels, annotations, data}`.
    ///
    /// `data` has for each value, also of `binaryData`, its length (`bytes`) and a tag that equal values share
    /// (`tag`), and if the values are revealed, the value in base64 (`value`). Of an object that is not a Secret or
    /// ConfigMap it has each text, number and boolean by path, such as `spec.list[0].color`; it is null for a kind of
    /// which only the numbers of fields are known. Those are in the member `fields`, by paths such as `2.1[0].3`,
    /// with their type in protobuf (`type`: `varint`, `fixed32`, `fixed64`, `text`, `bytes`). Paths have up to
    /// ``pathByteLimit`` bytes; if values are omitted, the member `omitted` has their number. Other texts that are
    /// absent are null, maps that are absent empty. Annotations that may hold values are redacted, see
    /// ``Disclosure``.
    ///
    /// - Precondition: `plaintext` is what this object was read from.
    public func write(to json: inout JSONWriter, plaintext: RawSpan, disclosure: Disclosure) {
        json.object { json in
            json.member("encoding", encoding.rawValue)
            json.member("apiVersion", apiVersion)
            json.member("kind", kind)
            json.member("namespace", orNull: metadata.namespace.isEmpty ? nil : metadata.namespace)
            json.member("name", metadata.name)
            json.member("type", orNull: type)
            json.key("immutable")
            if let immutable { json.bool(immutable) } else { json.null() }
            json.member("labels") { json in
                json.object { json in
                    for label in metadata.labels { json.member(label.key, label.value) }
                }
            }
            json.member("annotations") { json in
                json.object { json in
                    for annotation in metadata.annotations {
                        json.key(annotation.key)
                        write(annotation: annotation, to: &json, plaintext: plaintext, disclosure: disclosure)
                    }
                }
            }
            write(contentTo: &json, plaintext: plaintext, disclosure: disclosure)
        }
    }

    private func write(contentTo json: inout JSONWriter, plaintext: RawSpan, disclosure: Disclosure) {
        let tree = content ?? .empty
        var leaves = ContentLeaves(tree: tree, plaintext: plaintext, disclosure: disclosure)
        json.key("data")
        if coverage == .byNumber, !tree.hasNamedMembers, data.isEmpty, binaryData.isEmpty {
            json.null()
        } else {
            json.object { json in
                leaves.writeNamed(to: &json)
                for entry in data + binaryData {
                    json.key(entry.key)
                    withValue(of: entry, in: plaintext) { json.report(on: $0, disclosure) }
                }
            }
        }
        if coverage == .byNumber {
            json.key("fields")
            json.object { json in leaves.writeNumbered(to: &json) }
        }
        if leaves.omittedCount > 0 { json.member("omitted", leaves.omittedCount) }
    }

    private func write(
        annotation: DataEntry, to json: inout JSONWriter, plaintext: RawSpan, disclosure: Disclosure
    ) {
        let isShown = shows(annotation, in: plaintext, disclosure)
        withValue(of: annotation, in: plaintext) { value in
            if isShown {
                json.string(value)
            } else {
                json.string(disclosure.redaction(of: value))
            }
        }
    }
}

extension JSONWriter {
    /// The report of a value.
    mutating func report(on value: RawSpan, ofType type: String? = nil, _ disclosure: Disclosure) {
        object { json in
            if let type { json.member("type", type) }
            json.member("bytes", value.byteCount)
            json.member("tag", disclosure.tag(value))
            if disclosure.isRevealed { json.member("value", base64: value) }
        }
    }

    fileprivate mutating func member(_ name: String, orNull value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }
}
