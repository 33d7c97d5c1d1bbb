internal import JSONText
internal import RemoteCalls

/// The addresses behind the Service `kubernetes`, which the servers keep themselves (`--endpoint-reconciler-type=lease`).
///
/// A killed server is gone from them after some 15 s. There is one port for all, that of the server that wrote last
/// (recorded in testdata/apiserver).
public struct ServiceEndpoints: Sendable, Equatable {
    public let addresses: [String]
    /// Nil for none, or several.
    public let port: Int?

    public init(addresses: [String], port: Int?) {
        self.addresses = addresses
        self.port = port
    }
}

extension APIServer {
    /// The addresses of all kube-apiservers, from the EndpointSlices of the Service `kubernetes`.
    public func serviceEndpoints() throws(APIFailure) -> ServiceEndpoints {
        let answer = try ask(
            APIRequest(
                .get, "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
                query: [("labelSelector", "kubernetes.io/service-name=kubernetes")]))
        guard let json = JSONAnswer(answer), json.isKind("EndpointSliceList") else { throw .malformed }
        var (addresses, ports): ([String], Set<Int>) = ([], [])
        for slice in json.elements(json.node("items")) {
            for endpoint in json.elements(json.node("endpoints", of: slice)) {
                addresses += json.elements(json.node("addresses", of: endpoint)).compactMap { json.text($0) }
            }
            ports.formUnion(
                json.elements(json.node("ports", of: slice)).compactMap {
                    json.integer(json.node("port", of: $0)).flatMap { Int(exactly: $0) }
                })
        }
        // In slices of both families of addresses a server can be twice; each is an address of its own.
        return ServiceEndpoints(
            addresses: addresses.reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
            port: ports.count == 1 ? ports.first : nil)
    }
}
