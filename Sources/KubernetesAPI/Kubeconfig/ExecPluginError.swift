public import ChildProcesses

/// Why an exec plugin gave no credential. Nothing of what it wrote is in it.
public struct ExecPluginError: Error, Equatable, Sendable {
    public enum Reason: Error, Equatable, Sendable {
        /// It must ask at the terminal, and there is no terminal.
        case needsTerminal
        case notRun(ChildProcessError)
        case failed(ChildProcess.Ended.Status)
        /// What it wrote is not one JSON object, or a field of it has another type than Kubernetes wants.
        case notJSON
        /// Another kind of object.
        case notCredential
        /// Another version than the configuration names.
        case otherVersion
        case noStatus
        /// Neither a token nor a certificate with its key.
        case nothing
        case certificateWithoutKey
        case keyWithoutCertificate
        /// The certificate is not PEM.
        case noCertificate
        case noKey
        case encryptedKey
        /// The token is not valid in the header of a request.
        case unusableToken
        case malformedTime
    }

    /// The program, as the configuration names it.
    public let command: String
    /// What to do if it is not installed: foreign text.
    public let installHint: String?
    public let reason: Reason

    init(command: String, installHint: String?, reason: Reason) {
        self.command = command
        self.installHint = installHint
        self.reason = reason
    }
}
