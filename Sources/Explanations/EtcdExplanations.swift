internal import ShownText
public import EtcdClient
internal import RemoteCalls
internal import SecretMemory

extension EtcdError {
    /// What to tell a person.
    ///
    /// - Parameter source: The endpoints, as the person named them.
    public func failure(_ source: String) -> CommandFailure {
        let source: Phrase = "\(source)"
        return switch self {
        case .cancelled: CommandFailure("\(source): given up")
        case .noEndpoint(let errors):
            CommandFailure(
                errors.map { CommandFailure.Problem(message: "etcd: \($0.sentence)") }
                    + [CommandFailure.Problem(message: "\(source): no endpoint of etcd answers", hint: Self.where)],
                status: .unproven)
        case .refused(let error): CommandFailure("etcd: \(error.sentence)", hint: error.refusalHint)
        case .authentication(let fault, let error):
            CommandFailure("etcd: \(error.sentence)", hint: fault.hint)
        case .compacted(let revision):
            CommandFailure(
                "\(source): revision \(revision) was compacted away",
                hint: "kube-apiserver keeps five to ten minutes of history", status: .unproven)
        case .compactedTooOften(let restarts):
            CommandFailure(
                "\(source): etcd compacted the revision under the walk, \(restarts + 1) times",
                hint:
                    "take a snapshot (`encconf snapshot save`) and read that, or leave --max-bytes-per-second out",
                status: .unproven)
        case .answerTooLarge(let error):
            CommandFailure("etcd: \(error.sentence)", hint: "take a snapshot and read that", status: .unproven)
        case .malformed(let fault, let peer):
            CommandFailure(
                "\(peer.description): answers what cannot be true: \(fault.explanation)", hint: Self.where,
                status: .unproven)
        case .otherCluster(let expected, let found):
            CommandFailure(
                "\(expected.text) and \(found.text) are different clusters",
                hint: "--endpoints are the members of one cluster")
        case .snapshot(let fault, let peer):
            CommandFailure("\(peer.description): \(fault.explanation)", hint: "try again, or another member")
        }
    }

    private static let `where`: Phrase =
        "--endpoints, --cacert, --cert and --key are those of etcdctl; --discover-from takes them from a manifest"
}

extension ClusterIdentity {
    fileprivate var text: Phrase { "\(peer.description) (\(String(clusterID, radix: 16)))" }
}

extension RemoteCallError {
    /// What was called, whom, and what came of it.
    fileprivate var sentence: Phrase { "\(method.split(separator: "/").last ?? "") at \(peer): \(message) (\(code))" }

    fileprivate var refusalHint: Phrase? {
        switch code {
        case .permissionDenied:
            "the user needs the right to read all keys; `encconf audit` can do with those below an --etcd-prefix"
        case .outOfRange: "the revision does not exist yet, or not any more"
        default: nil
        }
    }
}

extension AuthenticationFault {
    fileprivate var hint: Phrase {
        switch self {
        case .required: "this cluster wants a user: --user NAME, with ETCDCTL_PASSWORD"
        case .refused: "check the name and the password"
        case .tokenRefused: "the token of a new login is not taken; are the members' clocks and settings the same?"
        }
    }
}

extension AnswerFault {
    fileprivate var explanation: Phrase {
        switch self {
        case .wire: "no protobuf message"
        case .fieldType(let number): "field \(number) has the wrong type"
        case .noHeader: "it does not say which cluster it is"
        case .number: "a number is negative"
        case .text: "a text is not UTF-8"
        case .keyOrder: "the keys do not ascend"
        case .keyOutsideRange: "a key was not asked for"
        case .keyCount: "more keys than were asked for"
        case .recordNumbers: "the revisions of a key contradict one another"
        case .total: "the number of keys does not agree with the keys"
        case .revision: "it is not at the revision yet that it answers for"
        case .token: "the token cannot be sent"
        }
    }
}

extension SnapshotFault {
    fileprivate var explanation: Phrase {
        switch self {
        case .broken(let error): "the snapshot broke off: \(error.message) (\(error.code))"
        case .missingEnd: "the snapshot ended without its digest"
        case .length: "the pieces of the snapshot do not add up to its length"
        case .digest: "the snapshot does not have the digest that stands behind it"
        case .noDigest: "the cipher library computes no SHA-256"
        }
    }
}
