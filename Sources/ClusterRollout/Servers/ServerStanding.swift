public import KubernetesAPI

/// Whether one server runs a file, and why that is known or not.
public struct ServerStanding: Sendable {
    public enum Loaded: String, Sendable { case yes, no, unknown }

    /// What is wrong with a server, or unknown of it.
    public enum Problem: Sendable {
        /// It could not be asked, or did not answer as a kube-apiserver does.
        case failure(APIFailure)
        /// No address answered for its Lease. Whether the Lease is still renewed; nil if it was read only once.
        case unanswered(isRenewed: Bool?)
        /// Another server than the one of the Lease answers at its address.
        case answeredByAnother(address: String)
        /// It has no Lease, and says that it is the one of a Lease that is not there, or says nothing.
        case withoutLease
        /// It shows no hash, and is too old to.
        case noHash
        /// It runs without a file.
        case noFile
        /// Some of what it shows could not be read.
        case unreadableMetrics
        /// It runs another file than the one asked about.
        case otherFile
        /// Loading a changed file failed so often since it started.
        case failedReloads(Int)
        case notReady([String])
        /// The canary was not written with the write key of the file.
        case otherWriteKey
        case canary(CanaryFault)
    }

    /// The name of its Lease; without one, its address.
    public let id: String
    public let host: String?
    /// Where it answered or should answer; nil if unknown.
    public let address: String?
    public let sighting: ServerSighting?
    public let loaded: Loaded
    /// Whether a canary showed that it writes Secrets as the file says.
    public let writesAsFile: Bool
    public let problems: [Problem]

    /// The SHA-256 of the file that it runs; nil if it does not show it.
    public var hash: String? { sighting?.metrics?.configurationHash }
}
