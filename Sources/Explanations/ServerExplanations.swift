public import ClusterRollout
internal import KubernetesAPI
public import ShownText

extension ServerStanding.Problem {
    /// What is wrong with a server, or unknown of it.
    public var explanation: Phrase {
        switch self {
        case .failure(let failure): failure.explanation
        case .unanswered(isRenewed: true?): "it is running (it renews its Lease), but no known address reaches it"
        case .unanswered(isRenewed: false?):
            "it does not answer, and its Lease is not renewed; if it starts again, it loads the file that is on its disk then"
        case .unanswered(isRenewed: nil): "no address answers for its Lease"
        case .answeredByAnother(let address): "another server answers at \(address)"
        case .withoutLease: "its identity matches no Lease"
        case .noHash: "it is older than Kubernetes 1.34 and does not show which file it runs"
        case .noFile: "it runs without an encryption file"
        case .unreadableMetrics: "some of its metrics cannot be read"
        case .otherFile: "it runs another file"
        case .failedReloads(let count): "loading a changed file failed \(count) times since it started"
        case .notReady(let checks) where checks.isEmpty: "it is not ready"
        case .notReady(let checks): "it is not ready: \(checks.joined(separator: ", "))"
        case .otherWriteKey: "it writes Secrets with another key than the file says"
        case .canary(.notMade): "it did not take the canary Secret"
        case .canary(.notStored): "the canary Secret is not in this etcd"
        case .canary(.notDeleted(let name)): "the canary Secret \(name) could not be deleted"
        }
    }

    /// What to do about it; nil if that depends.
    public func hint(lease: String) -> Phrase? {
        switch self {
        case .failure(let failure): failure.hint
        case .unanswered(isRenewed: true?), .answeredByAnother: "give the address of the server itself: --server URL"
        case .unanswered(isRenewed: false?):
            "if the server is gone for good: `kubectl -n kube-system delete lease \(lease)`"
        case .noHash: "ask for a canary, with --canary and the connection to etcd"
        case .failedReloads: "the log of the server says why; `encconf verify` says whether the file would be accepted"
        case .canary(.notDeleted(let name)):
            "delete it: `kubectl -n \(name.split(separator: "/").first ?? "") delete secret \(name.split(separator: "/").last ?? "")`"
        case .otherFile: "an automatic reload takes up to a minute; without it the server has to be restarted"
        default: nil
        }
    }
}

extension ServerCensus.Gap {
    public var explanation: Phrase {
        switch self {
        case .noServers: "no kube-apiserver is known"
        case .sourcesDisagree(let leases, let endpoints, let named):
            "the sources disagree on the number of servers: "
                + Self.counts([
                    ("Leases", leases), ("the addresses of the Service kubernetes", endpoints), ("--server", named),
                ])
        case .oneSource: "only one source lists the servers, and it can be wrong"
        case .unknownEndpoint(let address):
            "the Service kubernetes has an address at which no known server is: \(address)"
        }
    }

    private static func counts(_ sources: [(name: Phrase, count: Int?)]) -> Phrase {
        sources.compactMap { name, count in count.map { "\(name) say \($0)" as Phrase } }.joined(separator: ", ")
    }

    public var hint: Phrase {
        switch self {
        case .noServers, .oneSource: "name every server: --server URL, once for each"
        case .sourcesDisagree: "a server that was killed stays in one of them for a while; --wait asks again"
        case .unknownEndpoint: "a server that was killed stays there for 15 seconds; --wait asks again"
        }
    }
}
