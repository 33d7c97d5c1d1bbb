/// A reference to a container image: `registry.k8s.io/kube-apiserver:v1.30.2@sha256:…`.
///
/// (github.com/distribution/reference, regexp.go: the tag follows the last colon behind the last slash.)
struct ImageReference {
    /// Nil if the reference has none.
    let tag: String?
    /// Whether its name is that of kube-apiserver's own image, with or without an architecture, or of hyperkube.
    let isOfAPIServer: Bool

    init(_ text: String) {
        let name = text.prefix { $0 != "@" }
        let last = name[(name.lastIndex(of: "/").map(name.index(after:)) ?? name.startIndex)...]
        let repository = last.prefix { $0 != ":" }
        isOfAPIServer = repository.hasPrefix("kube-apiserver") || repository.hasPrefix("hyperkube")
        tag = last.firstIndex(of: ":").map { String(last[last.index(after: $0)...]) }
    }
}
