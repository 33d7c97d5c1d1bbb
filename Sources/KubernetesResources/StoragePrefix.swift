internal import GoText

/// The etcd prefix of a server, and the layout of its resources below the prefix.
struct StoragePrefix {
    /// The kind of server that stores below the prefix.
    enum Layout {
        /// A kube-apiserver.
        case kubernetes
        /// The openshift-apiserver and the oauth-apiserver, which have no custom resources.
        case openShift
    }

    let segments: [ByteName]

    init(segments: [ByteName]) { self.segments = segments }

    /// As kube-apiserver cleans it: `registry`, `/registry` and `/registry/` are the same.
    init(_ prefix: String) { segments = ByteName(prefix).split(at: UInt8(ascii: "/")).filter { !$0.isEmpty } }

    /// The prefix of OpenShift's own API servers: `etcdStoragePrefix` of openshift/oauth-apiserver,
    /// pkg/cmd/oauth-apiserver/cmd.go, and the default of openshift/openshift-apiserver.
    static let openShift = StoragePrefix(segments: ["openshift.io"])
    /// The prefixes to try if none is known. OpenShift's kube-apiserver uses `/kubernetes.io`.
    static let defaults = [
        StoragePrefix(RegistryKey.defaultPrefix), StoragePrefix(segments: ["kubernetes.io"]), openShift,
    ]

    var layout: Layout { segments == Self.openShift.segments ? .openShift : .kubernetes }

    /// The layout below a prefix that begins with a slash and does not end with one.
    static func layout(below name: ByteName) -> Layout { name == "/openshift.io" ? .openShift : .kubernetes }

    /// Begins with a slash and does not end with one; can be empty.
    var name: ByteName { ByteName(segments.map { "/" + $0.text }.joined()) }

    /// The part of a path after the prefix; nil if the path does not begin with the prefix.
    func rest(of path: ArraySlice<ByteName>) -> ArraySlice<ByteName>? {
        path.starts(with: segments) ? path.dropFirst(segments.count) : nil
    }

    /// The resource whose objects are stored at this path.
    func resource(at path: ArraySlice<ByteName>) -> KnownResource? {
        KnownResource.stored(at: ByteName(path.map(\.text).joined(separator: "/")), layout)
    }

    /// Whether known resources use this first segment of a path, so that it is not the plural of an unknown one.
    func isTaken(_ segment: ByteName) -> Bool { KnownResource.isTaken(segment, layout) }
}
