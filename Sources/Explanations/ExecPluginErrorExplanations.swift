public import ChildProcesses
internal import DurableFiles
public import KubernetesAPI
public import ShownText

extension ExecPluginError {
    /// The error of a command.
    public var failure: CommandFailure {
        CommandFailure("exec plugin \(command): \(explanation)", hint: hint)
    }

    private var explanation: Phrase {
        switch reason {
        case .needsTerminal: "needs a terminal, but standard input is not a terminal"
        case .notRun(let error): error.explanation
        case .failed(.exit(let status)): "failed with exit status \(status)"
        case .failed(.signal(let number)): "ended by signal \(number)"
        case .notJSON: "did not print one JSON object with the fields of an ExecCredential"
        case .notCredential: "printed an object that is not an ExecCredential"
        case .otherVersion: "returned another apiVersion than the one in the kubeconfig"
        case .noStatus: "printed an ExecCredential without a status"
        case .nothing: "returned neither a token nor a client certificate"
        case .certificateWithoutKey: "returned a client certificate without a key"
        case .keyWithoutCertificate: "returned a key without a client certificate"
        case .noCertificate: "clientCertificateData has no PEM block CERTIFICATE"
        case .noKey: "clientKeyData has no PEM block PRIVATE KEY"
        case .encryptedKey: "clientKeyData is encrypted with a passphrase"
        case .unusableToken: "returned a token that is too long or contains control characters"
        case .malformedTime: "returned an expirationTimestamp that is not a time"
        }
    }

    private var hint: Phrase? {
        switch reason {
        case .notRun(.notFound): installHint.map { Phrase(lines: $0) } ?? "install the plugin, or correct its command"
        // Its standard error is not shown: it can contain a secret.
        case .failed: "run the command by hand to see its messages"
        case .otherVersion: "set apiVersion to the version that the plugin prints"
        default: nil
        }
    }
}

extension ChildProcessError {
    /// Why a program did not run to its end, in one clause.
    public var explanation: Phrase {
        switch self {
        case .notFound: "not found"
        case .notExecutable: "cannot be run"
        case .system(let code): "cannot be run: \(SystemError(code: code))"
        case .timedOut: "did not end in time"
        case .tooMuchOutput: "printed too much"
        case .cancelled: "cancelled"
        }
    }
}
