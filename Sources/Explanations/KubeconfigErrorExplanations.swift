internal import DurableFiles
internal import Diagnostics
public import KubernetesAPI
public import ShownText
internal import YAMLTree

extension KubeconfigError {
    /// The error of a command.
    public var failure: CommandFailure {
        switch reason {
        case .file(let error):
            return CommandFailure(
                error.failure(canBeStream: false).problems[0].message,
                hint:
                    "pass --kubeconfig FILE")
        case .unreadable(let field, let error):
            let words = error.failure(canBeStream: false).problems[0]
            return CommandFailure("\(place)\(field): \(words.message)", hint: words.hint)
        default: return CommandFailure("\(place)\(explanation)", hint: hint)
        }
    }

    /// `config:12:3: user admin: `
    private var place: Phrase {
        var place = Phrase()
        if let file {
            place += "\(fileName(file))"
            if let position { place += ":\(position.line):\(position.column)" }
            place += ": "
        }
        switch subject {
        case .context(let name): place += "context \(name: name): "
        case .cluster(let name): place += "cluster \(name: name): "
        case .user(let name): place += "user \(name: name): "
        case nil: break
        }
        return place
    }

    private var explanation: Phrase {
        switch reason {
        // These two have words of their own.
        case .file(let error), .unreadable(_, let error): error.failure().problems[0].message
        case .noFiles(let paths) where paths.isEmpty: "no kubeconfig was given"
        case .noFiles(let paths): "kubeconfig not found: \(paths.listed)"
        case .notYAML(let error): "not YAML: \(error.message)"
        case .notKubeconfig: "not a kubeconfig: its kind is not Config of version v1"
        case .malformed(let field): "\(field) has the wrong type"
        case .notBase64(let field): "\(field) is not base64"
        case .tooMuchText: "too much text for a kubeconfig"
        case .duplicateName: "another entry of the list has the same name"
        case .noContext: "no current context is set"
        case .noSuchContext: "does not exist"
        case .noCluster: "names no cluster"
        case .noSuchCluster(let name): "cluster \(name: name) does not exist"
        case .noSuchUser(let name): "user \(name: name) does not exist"
        case .noServer: "has no server"
        case .server(let problem): "server: \(problem.explanation)"
        case .proxy(.scheme): "proxy-url: the scheme must be http, https or socks5"
        case .proxy(let problem): "proxy-url: \(problem.explanation)"
        case .dataAndFile(let field): "both \(field) and \(field)-data are set"
        case .insecureWithAuthority: "insecure-skip-tls-verify is set together with a certificate-authority"
        case .noCertificate(let field): "\(field) has no PEM block CERTIFICATE"
        case .noKey(let field): "\(field) has no PEM block PRIVATE KEY"
        case .encryptedKey(let field): "\(field) is encrypted with a passphrase"
        case .certificateWithoutKey: "has a client certificate, but no client-key"
        case .tokenAndPassword: "has both a token and a password"
        case .noCredentials: "has no credentials"
        case .authProvider(let name): "the auth-provider \(name: name) is not supported"
        case .exec(let problem): problem.explanation
        case .impersonationWithoutUser: "sets as-uid, as-groups or as-user-extra without as"
        case .unusable(let field): "\(field) is too long, or contains control characters"
        }
    }

    private var hint: Phrase? {
        switch reason {
        case .noFiles: "pass --kubeconfig FILE"
        case .noContext: "choose a context with --context, or with `kubectl config use-context`"
        case .noSuchContext: "list the contexts with `kubectl config get-contexts`"
        case .dataAndFile(let field): "remove one of the two; kubectl refuses \(field) with both too"
        case .insecureWithAuthority: "remove insecure-skip-tls-verify"
        case .encryptedKey: "write the key without a passphrase: `openssl pkey -in FILE -out NEW`"
        case .certificateWithoutKey: "add client-key or client-key-data"
        case .tokenAndPassword: "remove the password; no supported kube-apiserver accepts it"
        case .noCredentials: "add a token, a client certificate or an exec plugin"
        case .authProvider: "use the exec plugin of the same provider"
        case .exec(.unknownVersion): "use client.authentication.k8s.io/v1; update the plugin if it is too old for that"
        case .exec(.noInteractiveMode): "set interactiveMode to Never, IfAvailable or Always"
        default: nil
        }
    }
}

extension KubeconfigError.ExecProblem {
    fileprivate var explanation: Phrase {
        switch self {
        case .noCommand: "exec has no command"
        case .noVersion: "exec has no apiVersion"
        case .unknownVersion(let version): "exec: apiVersion \(version) is not supported"
        case .noInteractiveMode: "exec has no interactiveMode"
        case .unknownInteractiveMode: "exec: interactiveMode is not Never, IfAvailable or Always"
        case .variableWithoutName: "exec: a variable of env has no name"
        }
    }
}

extension ServerURL.Problem {
    /// What is wrong with a URL, in one clause.
    public var explanation: Phrase {
        switch self {
        case .malformed: "not a URL"
        case .scheme: "the scheme must be http or https"
        case .host: "the host is missing or malformed"
        case .port: "the port must be a number from 1 to 65535"
        case .credentials: "contains a user name or password"
        case .tooLong: "too long for a URL"
        }
    }
}
