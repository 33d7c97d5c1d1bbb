internal import JSONText
internal import RemoteCalls
internal import SecretMemory

extension APIServer {
    /// Makes a Secret without any secret in it.
    ///
    /// - Returns: The object, with its uid and resourceVersion.
    public func createCanary(namespace: String, name: String) throws(APIFailure) -> ObjectReference {
        var json = JSONWriter(capacity: 256)
        json.object { json in
            json.member("apiVersion", "v1")
            json.member("kind", "Secret")
            json.member("metadata") { json in
                json.object { json in
                    json.member("name", name)
                    json.member("labels") { json in
                        json.object { $0.member("app.kubernetes.io/managed-by", "encconf") }
                    }
                }
            }
            json.member("type", "Opaque")
        }
        // Once: a second request after a lost answer would say that the name is taken.
        let answer = try send(
            APIRequest(
                .post, "/api/v1/namespaces/\(APIRequest.encoded(namespace))/secrets", accept: APIRequest.metadata,
                contentType: APIRequest.json, body: SecretKey(json.finish())))
        guard let json = JSONAnswer(answer), let uid = json.text(json.node("metadata", "uid")),
            let version = json.text(json.node("metadata", "resourceVersion"))
        else { throw .malformed }
        return ObjectReference(namespace: namespace, name: name, uid: uid, resourceVersion: version)
    }

    /// Deletes a Secret, if it is still the object that was meant.
    public func deleteSecret(_ object: ObjectReference) throws(APIFailure) {
        var json = JSONWriter(capacity: 256)
        json.object { json in
            json.member("kind", "DeleteOptions")
            json.member("apiVersion", "v1")
            json.member("preconditions") { json in
                json.object { json in
                    if let uid = object.uid { json.member("uid", uid) }
                    if let version = object.resourceVersion { json.member("resourceVersion", version) }
                }
            }
        }
        let namespace = APIRequest.encoded(object.namespace ?? "")
        let request = APIRequest(
            .delete, "/api/v1/namespaces/\(namespace)/secrets/\(APIRequest.encoded(object.name))",
            accept: APIRequest.json, contentType: APIRequest.json, body: SecretKey(json.finish()))
        do {
            _ = try ask(request)
        } catch {
            // Gone is what was wanted.
            if case .notFound = error { return }
            throw error
        }
    }
}
