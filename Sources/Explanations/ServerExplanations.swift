public import ClusterRollout
internal import KubernetesAPI
public import ShownText

extension ServerStanding.Problem {
    /// What is wrong with a server, or unknown about it.
    public var explanation: Phrase {
        switch self {
        case .failure(let failure): failure.explanation
        case .unanswered(isRenewed: true?): "runs and renews its Lease, but no known address reaches it"
        case .unanswered(isRenewed: false?):
            "no answer, and its Lease is not renewed; at its next start it loads the file on its disk"
        case .unanswered(isRenewed: nil): "no address answers for its Lease"
        case .answeredByAnother(let address): "another server answers at \(address)"
        case .withoutLease: "identity matches no Lease"
        case .noHash: "older than Kubernetes 1.34: does not report its file hash"
        case .noFile: "runs without an encryption file"
        case .unreadableMetrics: "some metrics are unreadable"
        case .otherFile: "runs another file"
        case .failedReloads(let count): "failed to load a changed file \(count) times since its start"
        case .notReady(let checks) where checks.isEmpty: "not ready"
        case .notReady(let checks): "not ready: \(checks.joined(separator: ", "))"
        case .otherWriteKey: "writes Secrets with another key than the write key of the file"
        case .canary(.notMade): "did not accept the canary Secret"
        case .canary(.notStored): "the canary Secret is not in this etcd"
        case .canary(.notDeleted(let name)): "the canary Secret \(name) could not be deleted"
        }
    }

    /// The remedy; nil if none is certain.
    public func hint(lease: String) -> Phrase? {
        switch self {
        case .failure(let failure): failure.hint
        case .unanswered(isRenewed: true?), .answeredByAnother:
            "pass the address of the server itself with "
                + "--server URL"
        case .unanswered(isRenewed: false?):
            "if the server was removed, run `kubectl -n kube-system delete lease \(lease)`"
        case .noHash: "use --canary with --etcd or --discover-from"
        case .failedReloads: "read the log of the server; check the file with `encconf verify`"
        case .canary(.notDeleted(let name)):
            "run `kubectl -n \(name.split(separator: "/").first ?? "") delete secret "
                + "\(name.split(separator: "/").last ?? "")`"
        case .otherFile: "restart the server, or wait a minute with automatic reload"
        default: nil
        }
    }
}

extension ServerCensus.Gap {
    public var explanation: Phrase {
        switch self {
        case .noServers: "No kube-apiserver is known."
        case .sourcesDisagree(let leases, let endpoints, let named):
            "The sources disagree on the number of servers: "
                + Self.counts([
                    ("Leases", leases), ("the addresses of the Service kubernetes", endpoints), ("--server", named),
                ])
        case .oneSource: "Only one list of the servers is known, and it may be incomplete."
        case .unknownEndpoint(let address):
            "The Service kubernetes has an address of no known server: \(address)"
        }
    }

    private static func counts(_ sources: [(name: Phrase, count: Int?)]) -> Phrase {
        sources.compactMap { name, count in count.map { "\(name) say \($0)" as Phrase } }.joined(separator: ", ")
    }

    public var hint: Phrase {
        switch self {
        case .noServers, .oneSource: "pass every server with --server URL, once for each"
        case .sourcesDisagree: "wait with --wait: a killed server stays listed for a while"
        case .unknownEndpoint: "wait with --wait: a killed server stays listed for 15 s"
        }
    }
}
