public import Diagnostics
public import DurableFiles
public import YAMLTree

/// Why a kubeconfig does not say how to reach a cluster. No case holds a token, a password or a key.
public struct KubeconfigError: Error, Equatable, Sendable {
    /// What part of the configuration is at fault.
    public enum Subject: Equatable, Sendable {
        case context(String)
        case cluster(String)
        case user(String)
    }

    public enum Reason: Equatable, Sendable {
        /// The kubeconfig cannot be read.
        case file(FileError)
        /// Several files are named, and none of them exists.
        case noFiles([String])
        case notYAML(YAMLError)
        /// Another kind of object, or another version.
        case notKubeconfig
        /// A field has another type than kubectl wants; its path.
        case malformed(field: String)
        case notBase64(field: String)
        /// More text than is read, once aliases are followed, or in one field.
        case tooMuchText
        /// Two entries of one list have the same name.
        case duplicateName
        /// No context is chosen, where kubectl would go to localhost:8080.
        case noContext
        case noSuchContext
        /// A context without a cluster, or with one that does not exist.
        case noCluster
        case noSuchCluster(String)
        case noSuchUser(String)
        case noServer
        case server(ServerURL.Problem)
        case proxy(ServerURL.Problem)
        case dataAndFile(DataField)
        /// A file that an entry names cannot be read.
        case unreadable(field: String, FileError)
        case insecureWithAuthority
        case noCertificate(field: String)
        case noKey(field: String)
        /// A key that only a passphrase opens.
        case encryptedKey(field: String)
        case certificateWithoutKey
        case tokenAndPassword
        /// Nothing says who one is; kubectl would ask for a name.
        case noCredentials
        /// The mechanism that exec plugins replaced; the name of the provider.
        case authProvider(String)
        case exec(ExecProblem)
        case impersonationWithoutUser
        /// A text that is not valid in the header of a request, or too long for it.
        case unusable(field: String)
    }

    /// What can be given as data or as a file, but not as both.
    public enum DataField: String, Sendable {
        case authority = "certificate-authority"
        case certificate = "client-certificate"
        case key = "client-key"
    }

    public enum ExecProblem: Equatable, Sendable {
        case noCommand
        case noVersion
        /// Such as v1alpha1.
        case unknownVersion(String)
        case noInteractiveMode
        case unknownInteractiveMode
        case variableWithoutName
    }

    /// The kubeconfig; nil if it is about all of them.
    public let file: String?
    public let subject: Subject?
    public let position: SourcePosition?
    public let reason: Reason

    init(_ reason: Reason, file: String? = nil, _ subject: Subject? = nil, at position: SourcePosition? = nil) {
        self.reason = reason
        self.file = file
        self.subject = subject
        self.position = position
    }
}
