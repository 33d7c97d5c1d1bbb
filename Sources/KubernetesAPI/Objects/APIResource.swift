internal import JSONText
internal import GoText
public import KubernetesResources
internal import RemoteCalls

/// A resource as a kube-apiserver serves it.
public struct APIResource: Sendable, Hashable {
    public let resource: GroupResource
    /// The version that the server prefers.
    public let version: String
    public let isNamespaced: Bool
    public let verbs: Set<String>

    public init(_ resource: GroupResource, version: String, isNamespaced: Bool, verbs: Set<String>) {
        self.resource = resource
        self.version = version
        self.isNamespaced = isNamespaced
        self.verbs = verbs
    }

    /// Whether its stored values can be listed and rewritten. What lacks `patch` is not stored (recorded in testdata/apiserver).
    public var canBeRewritten: Bool { verbs.contains("list") && verbs.contains("patch") }

    /// Where all of its objects are listed.
    var path: String { "\(root)/\(APIRequest.encoded(resource.resource.text))" }

    /// Where one object is.
    func path(namespace: String?, name: String) -> String {
        let place = namespace.map { "/namespaces/\(APIRequest.encoded($0))" } ?? ""
        return "\(root)\(place)/\(APIRequest.encoded(resource.resource.text))/\(APIRequest.encoded(name))"
    }

    private var root: String {
        resource.group.isEmpty
            ? "/api/\(APIRequest.encoded(version))"
            : "/apis/\(APIRequest.encoded(resource.group.text))/\(APIRequest.encoded(version))"
    }
}

extension APIServer {
    /// The aggregated form, and nothing else: an unknown version with a fallback would bring the old form with 200.
    private static let discovery = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

    /// What the server serves, each resource once: of several versions the preferred one, and events in the core group
    /// alone, where a patch changes nothing else (recorded in testdata/apiserver).
    public func resources() throws(APIFailure) -> [APIResource] {
        var found: [GroupResource: APIResource] = [:]
        for path in ["/api", "/apis"] {
            guard let json = JSONAnswer(try ask(APIRequest(.get, path, accept: Self.discovery))),
                json.isKind("APIGroupDiscoveryList")
            else { throw .malformed }
            for group in json.elements(json.node("items")) {
                let name = json.text(json.node("metadata", "name", of: group)) ?? ""
                for version in json.elements(json.node("versions", of: group)) {
                    guard let versionName = json.text(json.node("version", of: version)) else { continue }
                    for node in json.elements(json.node("resources", of: version)) {
                        guard let resource = Self.resource(json, node, group: name, version: versionName),
                            found[resource.resource] == nil
                        else { continue }
                        found[resource.resource] = resource
                    }
                }
            }
        }
        found[GroupResource(resource: "events", group: "events.k8s.io")] = nil
        return found.values.sorted { $0.resource < $1.resource }
    }

    private static func resource(
        _ json: JSONAnswer, _ node: JSONTree.Node, group: String, version: String
    ) -> APIResource? {
        guard let name = json.text(json.node("resource", of: node)), !name.contains("/"),
            let scope = json.text(json.node("scope", of: node))
        else { return nil }
        return APIResource(
            GroupResource(resource: ByteName(name), group: ByteName(group)), version: version,
            isNamespaced: scope == "Namespaced",
            verbs: Set(json.elements(json.node("verbs", of: node)).compactMap { json.text($0) }))
    }
}
