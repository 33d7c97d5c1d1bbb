internal import JSONText
internal import RemoteCalls

/// The Lease in which a kube-apiserver says that it lives (recorded in testdata/apiserver).
///
/// A Lease that is there is no server that is there: a killed one leaves it for an hour. One whose time moves is.
public struct IdentityLease: Sendable, Equatable {
    /// Such as `apiserver-fj5kznqc76qe2fhtpt4hqnivua`.
    public let name: String
    public let uid: String
    /// The host name of the server, from the label `kubernetes.io/hostname`; nil without one.
    public let host: String?
    /// Where other servers reach it (`192.0.2.10:6443`); nil before 1.28, which has no such annotation.
    public let peerAddress: String?
    /// Of the process: another one after each start.
    public let holder: String?
    /// When it was renewed last, as the server writes it. Not to be compared with another clock.
    public let renewTime: String?
    /// The revision of etcd at which it was renewed last.
    public let resourceVersion: String?

    /// The path and label of all of them (kubernetes, pkg/controlplane/apiserver/server.go).
    static let path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
    static let selector = "apiserver.kubernetes.io/identity=kube-apiserver"

    /// - Returns: nil for what is no Lease.
    init?(_ json: JSONAnswer, _ node: JSONTree.Node) {
        guard let name = json.text(json.node("metadata", "name", of: node)),
            let uid = json.text(json.node("metadata", "uid", of: node))
        else { return nil }
        self.name = name
        self.uid = uid
        host = json.text(json.node("metadata", "labels", "kubernetes.io/hostname", of: node))
        peerAddress = json.text(json.node("metadata", "annotations", "kubernetes.io/peer-advertise-address", of: node))
        holder = json.text(json.node("spec", "holderIdentity", of: node))
        renewTime = json.text(json.node("spec", "renewTime", of: node))
        resourceVersion = json.text(json.node("metadata", "resourceVersion", of: node))
    }

    public init(
        name: String, uid: String, host: String? = nil, peerAddress: String? = nil, holder: String? = nil,
        renewTime: String? = nil, resourceVersion: String? = nil
    ) {
        self.name = name
        self.uid = uid
        self.host = host
        self.peerAddress = peerAddress
        self.holder = holder
        self.renewTime = renewTime
        self.resourceVersion = resourceVersion
    }

    /// Whether the server has done something since an earlier look at the same Lease.
    public func hasMoved(since earlier: IdentityLease) -> Bool {
        uid != earlier.uid || renewTime != earlier.renewTime || holder != earlier.holder
    }
}

extension APIServer {
    /// The Leases of all kube-apiservers.
    public func identityLeases() throws(APIFailure) -> [IdentityLease] {
        let answer = try ask(
            APIRequest(.get, IdentityLease.path, query: [("labelSelector", IdentityLease.selector)]))
        guard let json = JSONAnswer(answer), json.isKind("LeaseList") else { throw .malformed }
        let items = json.elements(json.node("items"))
        let leases = items.compactMap { IdentityLease(json, $0) }
        guard leases.count == items.count else { throw .malformed }
        return leases
    }
}
