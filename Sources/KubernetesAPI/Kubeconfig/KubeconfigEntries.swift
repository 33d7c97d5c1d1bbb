internal import Diagnostics
internal import GoText
internal import SecretMemory
internal import YAMLTree

/// The position of an entry.
struct EntryOrigin: Sendable {
    let name: String
    let file: String
    let position: SourcePosition

    /// A path of the entry, which is relative to the file (client-go, tools/clientcmd/loader.go, `ResolveLocalPaths`).
    func path(_ text: String) -> String {
        if text.utf8.first == UInt8(ascii: "/") { return text }
        guard let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "./\(text)" }
        return String(file[...slash]) + text
    }
}

/// An entry of `clusters` (client-go, tools/clientcmd/api/v1/types.go, `Cluster`).
struct ClusterEntry: Sendable {
    let origin: EntryOrigin
    let server: String?
    let tlsServerName: String?
    let skipsVerification: Bool
    let authorityFile: String?
    let authorityData: SecretKey?
    /// May hold a password.
    let proxyURL: SecretKey?
    let disablesCompression: Bool
    /// What exec plugins of this cluster want to know.
    let execConfiguration: YAMLValue?

    init(_ field: KubeconfigField, _ origin: EntryOrigin) throws(KubeconfigError) {
        self.origin = origin
        server = try field.text("server")
        tlsServerName = try field.text("tls-server-name")
        skipsVerification = try field.bool("insecure-skip-tls-verify")
        authorityFile = try field.text("certificate-authority").map(origin.path)
        authorityData = try field.data("certificate-authority-data")
        proxyURL = try field.secret("proxy-url")
        disablesCompression = try field.bool("disable-compression")
        var extensions: [ByteName: YAMLValue?] = [:]
        for item in try field.list("extensions") {
            let name = ByteName(try item.text("name") ?? "")
            guard extensions[name] == nil else { throw item.error(.duplicateName) }
            extensions[name] = .some(try item.field("extension")?.value)
        }
        execConfiguration = extensions["client.authentication.k8s.io/exec"] ?? nil
    }
}

/// An entry of `contexts`.
struct ContextEntry: Sendable {
    let origin: EntryOrigin
    let cluster: String?
    let user: String?

    init(_ field: KubeconfigField, _ origin: EntryOrigin) throws(KubeconfigError) {
        self.origin = origin
        cluster = try field.text("cluster")
        user = try field.text("user")
        _ = try field.text("namespace")
    }
}

/// An entry of `users` (`AuthInfo`).
struct UserEntry: Sendable {
    let origin: EntryOrigin
    let certificateFile: String?
    let certificateData: SecretKey?
    let keyFile: String?
    let keyData: SecretKey?
    let token: SecretKey?
    let tokenFile: String?
    let username: String?
    let password: SecretKey?
    let impersonation: Impersonation
    let authProvider: String?
    let exec: ExecEntry?

    init(_ field: KubeconfigField, _ origin: EntryOrigin) throws(KubeconfigError) {
        self.origin = origin
        certificateFile = try field.text("client-certificate").map(origin.path)
        certificateData = try field.data("client-certificate-data")
        keyFile = try field.text("client-key").map(origin.path)
        keyData = try field.data("client-key-data")
        token = try field.secret("token")
        tokenFile = try field.text("tokenFile").map(origin.path)
        username = try field.text("username")
        password = try field.secret("password")
        impersonation = try Impersonation(field)
        authProvider = try field.field("auth-provider").map { provider throws(KubeconfigError) in
            try provider.text("name") ?? ""
        }
        exec = try field.field("exec").map { exec throws(KubeconfigError) in try ExecEntry(exec, origin) }
    }
}

/// What an entry says of an exec plugin (`ExecConfig`).
struct ExecEntry: Sendable {
    let command: String?
    let arguments: [String]
    let environment: [(name: String, value: SecretKey)]
    let version: String?
    let installHint: String?
    let providesClusterInfo: Bool
    let interactiveMode: String?

    init(_ field: KubeconfigField, _ origin: EntryOrigin) throws(KubeconfigError) {
        // Without a slash it is looked up in PATH (loader.go, `GetAuthInfoFileReferences`).
        command = try field.text("command").map { $0.utf8.contains(UInt8(ascii: "/")) ? origin.path($0) : $0 }
        var arguments: [String] = []
        for argument in try field.list("args") { arguments.append(try argument.text()) }
        self.arguments = arguments
        var environment: [(String, SecretKey)] = []
        for variable in try field.list("env") {
            environment.append(
                (try variable.text("name") ?? "", try variable.secret("value") ?? SecretKey(SecretBytes())))
        }
        self.environment = environment
        version = try field.text("apiVersion")
        installHint = try field.text("installHint")
        providesClusterInfo = try field.bool("provideClusterInfo")
        interactiveMode = try field.text("interactiveMode")
    }
}
