internal import SecretMemory

extension StoredObject {
    init(_ document: borrowing ObjectDocument, of plaintext: RawSpan) throws(StoredObjectError) {
        let root = document.tree.root
        self.init(
            encoding: document.encoding, apiVersion: try document.text("apiVersion", of: root),
            kind: try document.text("kind", of: root))
        tree = document.tree
        guard !apiVersion.isEmpty, !kind.isEmpty else { throw .noKind }
        var parts = PartCount()
        metadata = try ObjectMetadata(document, counting: &parts)

        if isSecret {
            let type = try document.text("type", of: root)
            if !type.isEmpty { self.type = type }
            data = try document.strings("data", of: root, counting: &parts)
                .map { DataEntry(key: $0.name, base64: $0.value) }
        } else if isConfigMap {
            data = try document.strings("data", of: root, counting: &parts)
                .map { DataEntry(key: $0.name, text: $0.value) }
            binaryData = try document.strings("binaryData", of: root, counting: &parts)
                .map { DataEntry(key: $0.name, base64: $0.value) }
        } else {
            try document.checkContent(counting: &parts)
            return
        }
        immutable = try document.bool("immutable", of: root)
        for case .base64(let node) in (data + binaryData).map(\.value) {
            guard node.value.withText(in: plaintext, { (try? SecretBase64.decode($0)) != nil }) else {
                throw .notBase64
            }
        }
    }

    /// The members of an object that are its type or metadata.
    static let envelope = ["apiVersion", "kind", "metadata"]
    static func isContent(_ key: String) -> Bool { !envelope.contains(key) }
}

extension DataEntry {
    fileprivate init(key: String, text node: ValueTree.Node?) {
        self.init(key: key, value: node.map { .string($0) } ?? .empty)
    }

    fileprivate init(key: String, base64 node: ValueTree.Node?) {
        self.init(key: key, value: node.map { .base64($0) } ?? .empty)
    }
}

extension ObjectMetadata {
    fileprivate init(
        _ document: borrowing ObjectDocument, counting parts: inout PartCount
    ) throws(StoredObjectError) {
        let node = try document.member("metadata", of: document.tree.root, .object)
        name = try document.text("name", of: node)
        namespace = try document.text("namespace", of: node)
        uid = try document.text("uid", of: node)
        creationTimestamp = try document.textIfAny("creationTimestamp", of: node)
        for label in try document.strings("labels", of: node, counting: &parts) {
            labels.append(Label(key: label.name, value: try document.text(ifAny: label.value)))
        }
        annotations = try document.strings("annotations", of: node, counting: &parts)
            .map { DataEntry(key: $0.name, text: $0.value) }
        if let owners = try document.member("ownerReferences", of: node, .array) {
            try parts.add(owners.count)
            for owner in document.tree.elements(of: owners) {
                ownerReferences.append(try OwnerReference(document, owner))
            }
        }
        if let finalizers = try document.member("finalizers", of: node, .array) {
            try parts.add(finalizers.count)
            for finalizer in document.tree.elements(of: finalizers) {
                guard finalizer.kind == .string else { throw .fieldType }
                self.finalizers.append(try document.text(finalizer))
            }
        }
    }
}

extension ObjectMetadata.OwnerReference {
    fileprivate init(
        _ document: borrowing ObjectDocument, _ node: ValueTree.Node
    ) throws(StoredObjectError) {
        guard node.kind == .object else { throw .fieldType }
        apiVersion = try document.text("apiVersion", of: node)
        kind = try document.text("kind", of: node)
        name = try document.text("name", of: node)
        uid = try document.text("uid", of: node)
        controller = try document.bool("controller", of: node)
        blockOwnerDeletion = try document.bool("blockOwnerDeletion", of: node)
    }
}

extension ObjectDocument {
    /// Refuses content that is nested too deep or has too many values.
    fileprivate func checkContent(counting parts: inout PartCount) throws(StoredObjectError) {
        for (key, value) in tree.members(of: tree.root) where try StoredObject.isContent(text(key)) {
            try check(value, depth: 1, counting: &parts)
        }
    }

    private func check(_ node: Node, depth: Int, counting parts: inout PartCount) throws(StoredObjectError) {
        guard depth < StoredObject.depthLimit else { throw .nestedTooDeep }
        try parts.add()
        for element in tree.elements(of: node) { try check(element, depth: depth + 1, counting: &parts) }
        for (_, value) in tree.members(of: node) { try check(value, depth: depth + 1, counting: &parts) }
    }
}
