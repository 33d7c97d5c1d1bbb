public import KubernetesAPI
public import KubernetesVersions
public import Transformers

/// What was seen at one address where a kube-apiserver should be.
public struct ServerSighting: Sendable {
    public enum Answer: Sendable {
        case metrics(ServerMetrics)
        case failure(APIFailure)
    }

    /// What a canary showed: which key the server writes Secrets with, and whether it is the one of the file.
    public enum Canary: Sendable, Equatable {
        case wrote(StoredLabel, isAsFile: Bool)
        /// The Secret could not be made, found or deleted.
        case failed(CanaryFault)
    }

    /// The address of the request: `192.0.2.10:6443`, or the URL of `--server`.
    public let address: String
    public var answer: Answer
    public var readiness: Readiness?
    /// Such as `v1.36.2`; nil if it did not say.
    public var version: String?
    /// Whether it loads a changed file by itself; nil if it did not say.
    public var reloadsAutomatically: Bool?
    public var canary: Canary?
    /// When it answered, by the clock of this machine: seconds since 1970.
    public var seenAt: Int64

    public init(
        address: String, _ answer: Answer, readiness: Readiness? = nil, version: String? = nil,
        reloadsAutomatically: Bool? = nil, canary: Canary? = nil, seenAt: Int64
    ) {
        self.address = address
        self.answer = answer
        self.readiness = readiness
        self.version = version
        self.reloadsAutomatically = reloadsAutomatically
        self.canary = canary
        self.seenAt = seenAt
    }

    public var metrics: ServerMetrics? { if case .metrics(let metrics) = answer { metrics } else { nil } }

    /// The minor version of Kubernetes: 1.36 for `v1.36.2+k3s1`; nil if it is not known.
    public var kubernetes: KubernetesVersion? { version.flatMap { KubernetesVersion(release: $0) } }
}

/// Why a canary showed nothing.
public enum CanaryFault: Sendable, Equatable {
    /// The server did not take the Secret.
    case notMade
    /// etcd does not hold it: it is another one than the server writes to.
    case notStored
    /// The Secret could not be deleted; its name.
    case notDeleted(String)
}
