import JSONText
import SecretMemory

/// Plaintext JSON or YAML of Kubernetes that no etcd holds.
///
/// kube-apiserver sets uid and creationTimestamp before it creates an object (k8s.io/apiserver
/// pkg/registry/rest/create.go, `BeforeCreate`), and takes resourceVersion and selfLink out before it stores one
/// (pkg/storage/etcd3/store.go, `PrepareObjectForStorage`). Only what it keeps for itself has neither: allocations of
/// addresses and ports, and the leases of its servers, which are Endpoints without a name.
enum KubernetesText {
    /// Refuses `text` if it is an object that kube-apiserver cannot have stored.
    static func check(_ text: RawSpan) throws(PasteError) {
        let start = trim(text.byteOffsets, in: text).lowerBound
        if text.has("{", at: start) {
            guard let tree = try? JSONTree(parsing: text), let facts = Facts(tree, in: text) else { return }
            try facts.check()
        } else if text.has("apiVersion:", at: start) {
            try Facts(yaml: text).check()
        }
    }

    /// Whether ``check(_:)`` would refuse `text` as an answer of the API.
    static func isAPIAnswer(_ text: RawSpan) -> Bool {
        do throws(PasteError) {
            try check(text)
            return false
        } catch {
            return error == .apiAnswer
        }
    }

    static func check(_ text: borrowing SecretBytes) throws(PasteError) { try check(text.bytes) }

    /// Refuses `text` if an object in YAML begins on one of its lines, such as behind a command.
    static func checkLines(of text: RawSpan) throws(PasteError) {
        var (hasVersion, hasKind) = (false, false)
        var start: Int?
        var lines = TextLines(text)
        while let line = lines.next() {
            let isVersion = text.has("apiVersion:", at: line.lowerBound)
            let isKind = text.has("kind:", at: line.lowerBound)
            (hasVersion, hasKind) = (hasVersion || isVersion, hasKind || isKind)
            if isVersion || isKind { start = start ?? line.lowerBound }
        }
        guard hasVersion, hasKind, let start else { return }
        try Facts(yaml: text.extracting(droppingFirst: start)).check()
    }
}

/// What of an object shows whether it is stored.
private struct Facts {
    /// Whether the kind is one of answers alone: `Status`, lists, and those of the group meta.k8s.io.
    private var isAnswer = false
    private var isServersOwn = false
    private var hasName = false
    /// resourceVersion or selfLink.
    private var hasPlaceInAPI = false
    private var (hasUID, hasTime) = (false, false)

    func check() throws(PasteError) {
        if isAnswer || hasPlaceInAPI { throw .apiAnswer }
        if !(hasUID && hasTime || isServersOwn && !hasName) { throw .neverStored }
    }

    private mutating func setKind(_ kind: RawSpan, version: RawSpan, hasItems: Bool) {
        let isStatus = kind.isEqual(to: "Status") && version.isEqual(to: "v1")
        isAnswer = isStatus || version.has("meta.k8s.io/", at: 0) || hasItems && !hasName
        isServersOwn = kind.isEqual(to: "RangeAllocation") || kind.isEqual(to: "Endpoints")
    }

    /// nil if there is no object of Kubernetes.
    init?(_ tree: JSONTree, in text: RawSpan) {
        func string(_ name: String, of node: JSONTree.Node) -> SecretBytes? {
            guard let member = tree.member(name, of: node, in: text), member.kind == .string else { return nil }
            return tree.string(member, in: text)
        }
        guard let version = string("apiVersion", of: tree.root), let kind = string("kind", of: tree.root) else {
            return nil
        }
        if let metadata = tree.member("metadata", of: tree.root, in: text), metadata.kind == .object {
            func has(_ name: String) -> Bool { (string(name, of: metadata)?.count ?? 0) > 0 }
            hasName = has("name")
            (hasUID, hasTime) = (has("uid"), has("creationTimestamp"))
            // Of a list, the resourceVersion may be empty.
            hasPlaceInAPI = string("resourceVersion", of: metadata) != nil || has("selfLink")
        }
        let hasItems = tree.member("items", of: tree.root, in: text)?.kind == .array
        setKind(kind.bytes, version: version.bytes, hasItems: hasItems)
    }

    /// An object as `kubectl get -o yaml` prints it, with the members of metadata on lines of their own.
    init(yaml text: RawSpan) {
        var (kind, version) = (0..<0, 0..<0)
        var (isWithinMetadata, hasItems) = (false, false)
        /// The indentation of the members of metadata.
        var indentation: Int?
        var lines = TextLines(text)
        while let line = lines.next() {
            let content = trim(line, in: text)
            guard !content.isEmpty else { continue }
            guard let colon = content.first(where: { text.has(":", at: $0) }) else { continue }
            let name = text.extracting(content.lowerBound..<colon)
            let value = trim(colon + 1..<content.upperBound, in: text)
            if content.lowerBound == line.lowerBound {
                isWithinMetadata = name.isEqual(to: "metadata")
                indentation = nil
                hasItems = hasItems || name.isEqual(to: "items")
                if name.isEqual(to: "kind") { kind = value }
                if name.isEqual(to: "apiVersion") { version = value }
            } else if isWithinMetadata {
                indentation = indentation ?? content.lowerBound - line.lowerBound
                guard content.lowerBound - line.lowerBound == indentation else { continue }
                let isSet = !["", "null", "~", "\"\"", "''"].contains { text.extracting(value).isEqual(to: $0) }
                hasName = hasName || isSet && name.isEqual(to: "name")
                hasUID = hasUID || isSet && name.isEqual(to: "uid")
                hasTime = hasTime || isSet && name.isEqual(to: "creationTimestamp")
                hasPlaceInAPI =
                    hasPlaceInAPI || name.isEqual(to: "resourceVersion") || isSet && name.isEqual(to: "selfLink")
            }
        }
        setKind(text.extracting(kind), version: text.extracting(version), hasItems: hasItems)
    }
}

extension RawSpan {
    fileprivate func isEqual(to text: String) -> Bool { byteCount == text.utf8.count && has(text, at: 0) }
}
