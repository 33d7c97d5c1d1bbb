internal import JSONText
internal import RemoteCalls

/// What is known of an object without its content.
public struct ObjectReference: Sendable, Hashable {
    /// Nil for a resource without namespaces.
    public let namespace: String?
    public let name: String
    /// Nil if it is not known: a stored value was seen, and not the object.
    public let uid: String?
    public let resourceVersion: String?

    public init(namespace: String?, name: String, uid: String? = nil, resourceVersion: String? = nil) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.resourceVersion = resourceVersion
    }
}

extension ObjectReference: CustomStringConvertible {
    /// `namespace/name`
    public var description: String { namespace.map { "\($0)/\(name)" } ?? name }
}

/// A part of a list, of metadata alone.
public struct ObjectPage: Sendable {
    public let objects: [ObjectReference]
    /// Of the whole list: every page shows this revision.
    public let resourceVersion: String
    /// With which the next page is asked for; nil at the end.
    public let continueToken: String?
    /// How many objects come after the page; nil if the server does not say.
    public let remaining: Int?

    init?(_ json: JSONAnswer) {
        guard json.isKind("PartialObjectMetadataList"),
            let version = json.text(json.node("metadata", "resourceVersion"))
        else { return nil }
        let items = json.elements(json.node("items"))
        objects = items.compactMap { item in
            guard let name = json.text(json.node("metadata", "name", of: item)) else { return nil }
            return ObjectReference(
                namespace: json.text(json.node("metadata", "namespace", of: item)), name: name,
                uid: json.text(json.node("metadata", "uid", of: item)),
                resourceVersion: json.text(json.node("metadata", "resourceVersion", of: item)))
        }
        guard objects.count == items.count else { return nil }
        resourceVersion = version
        let token = json.text(json.node("metadata", "continue")) ?? ""
        continueToken = token.isEmpty ? nil : token
        remaining = json.integer(json.node("metadata", "remainingItemCount")).map { Int(min(max($0, 0), 1 << 40)) }
    }
}

extension APIServer {
    /// Reads a part of a list, of metadata alone. Annotations come along, which may hold a whole Secret; of those nothing
    /// is kept (recorded in testdata/apiserver).
    ///
    /// - Parameters:
    ///   - token: Of the page before; nil for the first.
    ///   - limit: So many objects at most. It is always given: without it the list may come from a cache.
    public func page(of resource: APIResource, after token: String?, limit: Int) throws(APIFailure) -> ObjectPage {
        let query = [("limit", "\(limit)")] + (token.map { [("continue", $0)] } ?? [])
        let answer = try ask(
            APIRequest(.get, resource.path, query: query, accept: APIRequest.metadataList))
        guard let json = JSONAnswer(answer), let page = ObjectPage(json) else { throw .malformed }
        return page
    }

    /// All objects of a resource, page by page, so that no more than one page is held.
    ///
    /// An answer that is too large is asked for again in smaller parts. A list that has expired meanwhile goes on at a later
    /// revision: an object that was made in between is new, and one that was changed was written by a server that runs the
    /// file.
    ///
    /// - Parameter body: Gets each page; answers whether it wants more.
    public func pages(
        of resource: APIResource, limit: Int = 500, _ body: (ObjectPage) throws(APIFailure) -> Bool
    ) throws(APIFailure) {
        var (token, limit) = (String?.none, limit)
        // A server that gives a token again would be asked for ever.
        var seen: Set<String> = []
        while true {
            let page: ObjectPage
            do {
                page = try self.page(of: resource, after: token, limit: limit)
            } catch {
                switch error {
                case .tooLarge where limit > 1:
                    limit = max(1, limit / 8)
                    continue
                case .expired(let status):
                    // Without a token for the rest, the missing objects are unknown.
                    guard let next = status.continueToken, seen.insert(next).inserted else { throw error }
                    token = next
                    continue
                default: throw error
                }
            }
            guard try body(page), let next = page.continueToken else { return }
            guard seen.insert(next).inserted else { throw .malformed }
            token = next
        }
    }
}
