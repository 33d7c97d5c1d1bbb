public import SecretMemory

/// Writes objects as manifests in YAML, several with `---` between them.
///
/// Fields that belong to one cluster and would disturb `kubectl apply` are omitted: uid, resourceVersion, generation,
/// selfLink, managedFields and the deletion timestamp. Redacted, each value, and each annotation that may hold one
/// (see ``Disclosure``), is replaced by a text with its length and tag; revealed, the manifest can be applied, unless
/// some members have only a number (``StoredObject/Coverage/byNumber``): these are under `fields`.
public struct ManifestWriter: ~Copyable {
    private var yaml = YAMLWriter()
    private var isEmpty = true
    private let disclosure: Disclosure

    public init(disclosure: Disclosure) { self.disclosure = disclosure }

    /// Appends one object.
    ///
    /// - Precondition: `plaintext` is what `object` was read from.
    public mutating func append(_ object: StoredObject, plaintext: RawSpan) {
        if !isEmpty { yaml.write("---\n") }
        isEmpty = false
        member("apiVersion", object.apiVersion)
        member("kind", object.kind)
        append(object.metadata, of: object, plaintext: plaintext)
        if let type = object.type { member("type", type) }
        if let immutable = object.immutable { member("immutable", immutable) }
        append("data", object.data, of: object, as: object.isSecret ? .base64 : .text, plaintext: plaintext)
        append("binaryData", object.binaryData, of: object, as: .base64, plaintext: plaintext)
        if let content = object.content {
            ContentYAML(tree: content, plaintext: plaintext, disclosure: disclosure).append(to: &yaml)
        }
    }

    /// The YAML, which ends with a newline unless nothing was appended.
    public consuming func finish() -> SecretBytes { yaml.finish().finish() }
}

private enum Presentation { case text, base64 }

extension ManifestWriter {
    private mutating func append(_ metadata: ObjectMetadata, of object: StoredObject, plaintext: RawSpan) {
        yaml.write("metadata:\n")
        member("name", metadata.name, indent: 2)
        if !metadata.namespace.isEmpty { member("namespace", metadata.namespace, indent: 2) }
        if let created = metadata.creationTimestamp { member("creationTimestamp", created, indent: 2) }
        if !metadata.labels.isEmpty { yaml.write("  labels:\n") }
        for label in metadata.labels { member(label.key, label.value, indent: 4) }
        if !metadata.annotations.isEmpty { yaml.write("  annotations:\n") }
        for annotation in metadata.annotations {
            let isShown = object.shows(annotation, in: plaintext, disclosure)
            append(annotation, of: object, as: .text, isShown: isShown, indent: 4, plaintext: plaintext)
        }
        if !metadata.ownerReferences.isEmpty { yaml.write("  ownerReferences:\n") }
        for owner in metadata.ownerReferences {
            yaml.write("  -")
            member("apiVersion", owner.apiVersion, indent: 1)
            member("kind", owner.kind, indent: 4)
            member("name", owner.name, indent: 4)
            member("uid", owner.uid, indent: 4)
            if let controller = owner.controller { member("controller", controller, indent: 4) }
            if let blocks = owner.blockOwnerDeletion { member("blockOwnerDeletion", blocks, indent: 4) }
        }
        if !metadata.finalizers.isEmpty { yaml.write("  finalizers:\n") }
        for finalizer in metadata.finalizers {
            yaml.write("  - ")
            yaml.scalar(finalizer)
            yaml.write("\n")
        }
    }

    private mutating func append(
        _ name: String, _ entries: [DataEntry], of object: StoredObject, as presentation: Presentation,
        plaintext: RawSpan
    ) {
        guard !entries.isEmpty else { return }
        yaml.write(name + ":\n")
        for entry in entries {
            append(
                entry, of: object, as: presentation, isShown: disclosure.isRevealed, indent: 2, plaintext: plaintext)
        }
    }

    private mutating func append(
        _ entry: DataEntry, of object: StoredObject, as presentation: Presentation, isShown: Bool, indent: Int,
        plaintext: RawSpan
    ) {
        yaml.indent(indent)
        yaml.key(entry.key, indent: indent)
        yaml.write(" ")
        object.withValue(of: entry, in: plaintext) { value in
            if !isShown {
                yaml.scalar(disclosure.redaction(of: value))
            } else if presentation == .base64 {
                yaml.scalar(SecretBase64.encode(value).bytes)
            } else {
                yaml.block(value, indent: indent + 2)
            }
        }
        yaml.write("\n")
    }

    private mutating func member(_ name: String, _ value: String, indent: Int = 0) {
        yaml.indent(indent)
        yaml.key(name, indent: indent)
        yaml.write(" ")
        yaml.scalar(value)
        yaml.write("\n")
    }

    private mutating func member(_ name: String, _ value: Bool, indent: Int = 0) {
        yaml.indent(indent)
        yaml.write("\(name): \(value)\n")
    }
}
