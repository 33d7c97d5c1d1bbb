internal import ArgumentParser
internal import Explanations
internal import Glibc
internal import KubernetesAPI
internal import SecretMemory
internal import ShownText
internal import Terminal

/// The connection to the servers of a cluster, as kubectl takes it.
struct KubernetesOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Kubeconfig. Default: that of kubectl, or admin.conf.", valueName: "path"))
    var kubeconfig: String?
    @Option(
        name: .long, help: ArgumentHelp("Same as kubectl --context.", valueName: "name"))
    var context: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Address of one kube-apiserver itself; repeatable.", valueName: "url"))
    var server: [String] = []
    @Option(
        name: .long,
        help: ArgumentHelp("Name in the certificates of the servers.", valueName: "dns"))
    var tlsServerName: String?
    @Option(name: .long, help: ArgumentHelp("Timeout of each request. Default: 30s.", valueName: "dur"))
    var requestTimeout: WaitDuration?
    @Option(name: .customLong("as"), help: ArgumentHelp("Same as kubectl --as.", valueName: "user"))
    var asUser: String?

    var isGiven: Bool {
        kubeconfig != nil || context != nil || !server.isEmpty || tlsServerName != nil || requestTimeout != nil
            || asUser != nil
    }

    func validate() throws {
        guard requestTimeout?.duration ?? .seconds(1) > .zero else {
            throw ValidationError("--request-timeout needs more than 0s")
        }
        guard Set(server).count == server.count else { throw ValidationError("--server has one address twice") }
        let isProxyOnly = !server.isEmpty && server.allSatisfy { $0.hasPrefix("unix://") }
        guard !isProxyOnly || kubeconfig != nil || context != nil || asUser == nil && tlsServerName == nil else {
            throw ValidationError(
                "--as and --tls-server-name need --kubeconfig; kubectl proxy uses its own identity")
        }
        for url in server {
            do { _ = try ServerURL(parsing: url) } catch {
                throw ValidationError(
                    "--server needs a URL such as https://192.0.2.10:6443, or unix:///PATH of a "
                        + "socket")
            }
        }
    }

    /// The files of the kubeconfig, as kubectl finds them, with the file of kubeadm before `~/.kube/config`.
    private var files: [String] {
        if let kubeconfig { return [kubeconfig] }
        if let list = Environment.value("KUBECONFIG"), !list.isEmpty {
            return list.split(separator: ":").map(String.init)
        }
        let admin = "/etc/kubernetes/admin.conf"
        if unsafe access(admin, R_OK) == 0 { return [admin] }
        let home = Environment.value("HOME").map { "\($0)/.kube/config" }
        if let home, unsafe access(home, R_OK) == 0 { return [home] }
        return []
    }

    /// The connection of the options and the kubeconfig.
    ///
    /// - Parameter settings: How requests are sent; the options set the timeout.
    func cluster(_ settings: APISettings, _ console: Console) throws(CommandFailure) -> ClusterConnection {
        var settings = settings
        if let requestTimeout { settings.timeout = requestTimeout.duration }
        let named = server.compactMap { text in (try? ServerURL(parsing: text)).map { (text: text, url: $0) } }
        var access: ClusterAccess?
        // A socket of `kubectl proxy` has its own credentials.
        let needsKubeconfig = named.isEmpty || named.contains { if case .host = $0.url.address { true } else { false } }
        if kubeconfig != nil || context != nil || needsKubeconfig {
            guard !files.isEmpty else {
                throw CommandFailure(
                    "No kubeconfig found.", hint: "pass --kubeconfig, or --server unix:///PATH of kubectl proxy")
            }
            do {
                access = try Kubeconfig(reading: files).access(context: context)
            } catch {
                throw error.failure
            }
        }
        // No message may show them, even if a server repeats them.
        Program.redactor.learn(
            [access?.proxyURL?.password, access?.credentials.basic?.password, access?.fixedToken].compactMap { $0 })
        if access?.skipsVerification == true {
            console.warning(
                "The kubeconfig disables the check of certificates: any host can pose as the server.",
                hint: "remove insecure-skip-tls-verify, and set certificate-authority")
        }
        if let asUser {
            var impersonation = access?.credentials.impersonation ?? Impersonation()
            impersonation.user = asUser
            access?.credentials.impersonation = impersonation
        }
        do {
            return try ClusterConnection(
                access: access, named: named.map { ($0.text, $0.url) }, tlsServerName: tlsServerName,
                isInteractive: isatty(STDIN_FILENO) == 1, settings: settings)
        } catch {
            throw error.failure
        }
    }
}

extension ClusterAccess {
    /// A token that is in the kubeconfig itself.
    fileprivate var fixedToken: SecretKey? {
        if case .fixed(let token)? = credentials.token { token } else { nil }
    }
}
