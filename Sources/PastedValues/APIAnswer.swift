import SecretMemory

/// An object as the API gives it. etcd holds none that looks like this: kube-apiserver takes the resourceVersion out
/// before it stores an object, and puts it in when it reads one
/// (k8s.io/apiserver pkg/storage/etcd3/store.go, `PrepareObjectForStorage`; pkg/storage/api_object_versioner.go).
enum APIAnswer {
    /// Whether `text` is YAML of an object or a list, as `kubectl get -o yaml` prints it.
    static func isYAML(_ text: RawSpan) -> Bool {
        guard text.has("apiVersion:", at: 0) else { return false }
        var (isWithinMetadata, isList, hasItems) = (false, false, false)
        var lines = TextLines(text)
        while let line = lines.next() {
            guard !line.isEmpty else { continue }
            let start = trim(line, in: text).lowerBound
            if start > line.lowerBound {
                if isWithinMetadata, text.has("resourceVersion:", at: start) { return true }
                continue
            }
            isWithinMetadata = text.has("metadata:", at: start)
            hasItems = hasItems || text.has("items:", at: start)
            isList = isList || (text.has("kind:", at: start) && text.extracting(line).ends(with: "List"))
        }
        return isList && hasItems
    }
}

extension RawSpan {
    fileprivate func ends(with text: String) -> Bool {
        byteCount >= text.utf8.count && has(text, at: byteCount - text.utf8.count)
    }
}
