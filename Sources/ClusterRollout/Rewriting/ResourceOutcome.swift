public import KubernetesAPI

/// What became of the objects of one resource. Each is counted once.
public struct ResourceOutcome: Sendable {
    /// Re-encrypted.
    public var rewritten = 0
    /// Stored already as the server stores it.
    public var current = 0
    /// Deleted meanwhile.
    public var gone = 0
    /// Changed by somebody else meanwhile, and looked at again.
    public var conflicts = 0
    /// Not written, by the objects themselves or what guards them: the first ones, and how many there are.
    public var refused: [Refusal] = []
    public var refusedCount = 0
    /// Not tried to the end: the first ones, and how many there are.
    public var failed: [Failure] = []
    public var failedCount = 0

    public init() {}

    public struct Refusal: Sendable {
        public let object: ObjectReference
        public let reason: PatchRefusal
    }

    public struct Failure: Sendable {
        public enum Reason: Sendable {
            case failure(APIFailure)
            /// Its value is stored with another key, and the server left it so: it does not write with the key of the file.
            case leftStale
        }

        public let object: ObjectReference
        public let reason: Reason
    }

    /// So many objects are listed of each kind.
    public static let listLimit = 10_000

    public var total: Int { rewritten + current + gone + conflicts + refusedCount + failedCount }

    mutating func refuse(_ object: ObjectReference, _ reason: PatchRefusal) {
        refusedCount += 1
        if refused.count < Self.listLimit { refused.append(Refusal(object: object, reason: reason)) }
    }

    mutating func fail(_ object: ObjectReference, _ reason: Failure.Reason) {
        failedCount += 1
        if failed.count < Self.listLimit { failed.append(Failure(object: object, reason: reason)) }
    }

    public mutating func add(_ other: ResourceOutcome) {
        rewritten += other.rewritten
        current += other.current
        gone += other.gone
        conflicts += other.conflicts
        for refusal in other.refused where refused.count < Self.listLimit { refused.append(refusal) }
        refusedCount += other.refusedCount
        for failure in other.failed where failed.count < Self.listLimit { failed.append(failure) }
        failedCount += other.failedCount
    }
}
