internal import JSONText
internal import RemoteCalls
internal import SecretMemory

/// What `/readyz` answers.
public struct Readiness: Sendable, Equatable {
    public let isReady: Bool
    /// The checks that failed, such as `informer-sync`.
    public let failedChecks: [String]

    public init(isReady: Bool, failedChecks: [String] = []) {
        self.isReady = isReady
        self.failedChecks = failedChecks
    }
}

extension APIServer {
    /// Whether the server is ready to be asked. An answer of 500 is one too.
    public func readiness() throws(APIFailure) -> Readiness {
        try identified { (wasRefused) throws(APIFailure) in try readiness(wasRefused: wasRefused) }
    }

    private func readiness(wasRefused: Bool) throws(APIFailure) -> Readiness {
        var failed: [String] = []
        var text = SecretBuffer()
        var request = APIRequest(.get, "/readyz", query: [("verbose", "")], accept: APIRequest.text)
        request.byteCountLimit = 1 << 20
        let head = try stream(request, wasRefused: wasRefused) { _, bytes in
            text.append(bytes)
            return true
        }
        let answer = SecretKey(text.finish())
        guard [200, 500].contains(head.status) else { throw APIFailure(head, body: answer) ?? .malformed }
        // `[-]informer-sync failed: reason withheld`
        for line in answer.revealedText().split(separator: "\n") where line.hasPrefix("[-]") {
            failed.append(String(line.dropFirst(3).prefix { $0 != " " }))
        }
        return Readiness(isReady: head.status == 200, failedChecks: failed)
    }

    /// Such as `v1.36.2`.
    public func version() throws(APIFailure) -> String {
        guard let json = JSONAnswer(try ask(APIRequest(.get, "/version"))),
            let version = json.text(json.node("gitVersion"))
        else { throw .malformed }
        return version
    }

    /// The flags of the server; nil if it does not show them: the gate is off, or it is older than 1.32.
    ///
    /// As text they have another form at each request, so they are asked for as JSON (recorded in testdata/apiserver).
    public func flags() throws(APIFailure) -> [String: String]? {
        do throws(APIFailure) {
            let answer = try ask(
                APIRequest(.get, "/flagz", accept: "application/json;as=Flagz;v=v1beta1;g=config.k8s.io"))
            guard let json = JSONAnswer(answer), json.isKind("Flagz") else { throw .malformed }
            return Dictionary(json.texts(json.node("flags")).map { ($0.name, $0.value) }) { $1 }
        } catch {
            switch error {
            case .notServed, .unexpected(code: 406), .forbidden: return nil
            default: throw error
            }
        }
    }

    /// The namespace `kube-system`, whose uid names the cluster.
    public func clusterNamespace() throws(APIFailure) -> (uid: String, resourceVersion: String) {
        let answer = try ask(APIRequest(.get, "/api/v1/namespaces/kube-system", accept: APIRequest.metadata))
        guard let json = JSONAnswer(answer), let uid = json.text(json.node("metadata", "uid")),
            let version = json.text(json.node("metadata", "resourceVersion"))
        else { throw .malformed }
        return (uid, version)
    }

    /// A revision of the main etcd that is not older than the request: a list with a limit and without a revision is read
    /// from etcd, or from a cache that has caught up with it.
    public func revision() throws(APIFailure) -> Int64 {
        let answer = try ask(
            APIRequest(.get, "/api/v1/namespaces", query: [("limit", "1")], accept: APIRequest.metadataList))
        guard let json = JSONAnswer(answer), let text = json.text(json.node("metadata", "resourceVersion")),
            let revision = Int64(text), revision > 0
        else { throw .malformed }
        return revision
    }
}
