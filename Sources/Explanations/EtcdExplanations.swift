internal import ShownText
public import EtcdClient
internal import RemoteCalls
internal import SecretMemory

extension EtcdError {
    /// The error of a command.
    ///
    /// - Parameter source: The endpoints, as the person named them.
    public func failure(_ source: String) -> CommandFailure {
        let source: Phrase = "\(source)"
        return switch self {
        case .cancelled: CommandFailure("\(source): interrupted")
        case .noEndpoint(let errors):
            CommandFailure(
                [CommandFailure.Problem(message: "Cannot read etcd: no endpoint answered: \(source)")]
                    + errors.enumerated().map { index, error in
                        CommandFailure.Problem(
                            message: "etcd: \(error.sentence)", hint: index == errors.count - 1 ? Self.where : nil)
                    },
                status: .unproven)
        case .refused(let error): CommandFailure("etcd: \(error.sentence)", hint: error.refusalHint)
        case .authentication(let fault, let error):
            CommandFailure("etcd: \(error.sentence)", hint: fault.hint)
        case .compacted(let revision):
            CommandFailure(
                "\(source): revision \(revision) was compacted",
                hint: "choose a revision of the last 5 minutes; kube-apiserver compacts older ones", status: .unproven)
        case .compactedTooOften(let restarts):
            CommandFailure(
                "\(source): etcd compacted the revision during the read, \(restarts + 1) times",
                hint:
                    "save a snapshot with `encconf snapshot save` and read that, or remove --max-bytes-per-second",
                status: .unproven)
        case .answerTooLarge(let error):
            CommandFailure("etcd: \(error.sentence)", hint: "save a snapshot and read that", status: .unproven)
        case .malformed(let fault, let peer):
            CommandFailure(
                "\(peer.description): invalid answer: \(fault.explanation)", hint: Self.where,
                status: .unproven)
        case .otherCluster(let expected, let found):
            CommandFailure(
                "\(expected.text) and \(found.text) are different clusters",
                hint: "pass the members of one cluster with --endpoints")
        case .snapshot(let fault, let peer):
            CommandFailure("\(peer.description): \(fault.explanation)", hint: "run it again, or use another member")
        }
    }

    private static let `where`: Phrase =
        "check that etcd runs and that --endpoints, --cacert, --cert and --key are right, or use --discover-from"
}

extension ClusterIdentity {
    fileprivate var text: Phrase { "\(peer.description) (\(String(clusterID, radix: 16)))" }
}

extension RemoteCallError {
    /// The call, the endpoint and the error.
    fileprivate var sentence: Phrase { "\(method.split(separator: "/").last ?? "") at \(peer): \(message) (\(code))" }

    private var isSnapshot: Bool { method.hasSuffix("/Snapshot") }

    fileprivate var refusalHint: Phrase? {
        switch code {
        // Before etcd 3.6, maintenance calls give the text of the auth store, without a code.
        case .permissionDenied where isSnapshot, .unknown where isSnapshot && message == "auth: permission denied":
            "etcd gives snapshots to users with the role root only"
        case .permissionDenied:
            "grant the user read access to all keys; for an audit the keys below --etcd-prefix are enough"
        case .outOfRange: "choose another revision: this one does not exist yet, or no longer"
        default: nil
        }
    }
}

extension AuthenticationFault {
    fileprivate var hint: Phrase {
        switch self {
        case .required: "pass --user NAME and set ETCDCTL_PASSWORD"
        case .refused: "check the name and the password"
        case .tokenRefused:
            "check that the clocks and settings of the members are the same: etcd rejected a new "
                + "token"
        }
    }
}

extension AnswerFault {
    fileprivate var explanation: Phrase {
        switch self {
        case .wire: "not a protobuf message"
        case .fieldType(let number): "field \(number) has the wrong type"
        case .noHeader: "the cluster ID is missing"
        case .number: "a number is negative"
        case .text: "a text is not UTF-8"
        case .keyOrder: "the keys are not in order"
        case .keyOutsideRange: "a key outside the requested range"
        case .keyCount: "more keys than requested"
        case .recordNumbers: "the revisions of a key contradict each other"
        case .total: "the number of keys is wrong"
        case .revision: "the member has not reached the revision of its answer"
        case .token: "the token contains characters that cannot be sent"
        }
    }
}

extension SnapshotFault {
    fileprivate var explanation: Phrase {
        switch self {
        case .broken(let error): "the snapshot ended early: \(error.message) (\(error.code))"
        case .missingEnd: "the snapshot ended without its digest"
        case .length: "the snapshot has another length than announced"
        case .digest: "the digest of the snapshot does not match"
        case .noDigest: "the cipher library has no SHA-256"
        }
    }
}
