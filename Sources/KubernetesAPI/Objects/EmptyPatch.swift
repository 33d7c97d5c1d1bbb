internal import JSONText
internal import RemoteCalls
internal import SecretMemory

extension APIServer {
    /// Re-encrypts an object by an empty merge patch. The server writes the value if it would store it differently
    /// (recorded in testdata/apiserver).
    ///
    /// - Parameters:
    ///   - object: Its uid and resourceVersion, if known, are preconditions.
    ///   - isDryRun: Whether the server only says whether it would be allowed.
    /// - Returns: The resourceVersion afterwards. It is another one if the value was written.
    public func patchEmpty(
        _ object: ObjectReference, of resource: APIResource, isDryRun: Bool = false
    ) throws(APIFailure) -> String {
        var json = JSONWriter(capacity: 128)
        json.object { json in
            guard object.uid != nil || object.resourceVersion != nil else { return }
            json.member("metadata") { json in
                json.object { json in
                    if let uid = object.uid { json.member("uid", uid) }
                    if let version = object.resourceVersion { json.member("resourceVersion", version) }
                }
            }
        }
        let request = APIRequest(
            .patch, resource.path(namespace: object.namespace, name: object.name),
            query: isDryRun ? [("dryRun", "All")] : [], accept: APIRequest.metadata,
            contentType: APIRequest.mergePatch, body: SecretKey(json.finish()))
        // Repeated without harm: what was done already is done.
        guard let answer = JSONAnswer(try ask(request)), answer.isKind("PartialObjectMetadata"),
            let version = answer.text(answer.node("metadata", "resourceVersion"))
        else { throw .malformed }
        return version
    }
}
