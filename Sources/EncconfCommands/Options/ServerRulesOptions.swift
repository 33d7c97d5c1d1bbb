internal import ArgumentParser
internal import EncryptionConfig

/// The kube-apiserver that a file is meant for, for every command that judges as that server does.
struct ServerRulesOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Version of kube-apiserver. Default: \(KubernetesVersion.newest).", valueName: "1.NN"),
        transform: ServerRulesOptions.version)
    var kubernetes = KubernetesVersion.newest
    @Option(
        name: .long,
        help: ArgumentHelp("Feature gates of kube-apiserver: KMSv1=true or KMSv1=false.", valueName: "list"))
    var featureGates: String?
    @Flag(name: .long, help: "As with --encryption-provider-config-automatic-reload.")
    var reload = false

    var options: ServerOptions {
        ServerOptions(automaticReload: reload, kmsv1: (try? kmsv1Gate()) ?? nil, kubernetes: kubernetes)
    }

    /// The same, with a server whose gate lets KMS v1 pass unless something else is said.
    var optionsWithKMSv1: ServerOptions {
        var options = options
        if ((try? kmsv1Gate()) ?? nil) == nil { options.kmsv1 = true }
        return options
    }

    func validate() throws { _ = try kmsv1Gate() }

    /// What `--feature-gates` says of KMSv1; nil if it says nothing.
    private func kmsv1Gate() throws -> Bool? {
        var gate: Bool?
        for item in (featureGates ?? "").split(separator: ",") {
            let parts = item.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let value = ["true": true, "false": false][parts[1].lowercased()] else {
                throw ValidationError("--feature-gates is a list such as KMSv1=true")
            }
            // Other gates do not concern the file.
            if parts[0] == "KMSv1" { gate = value }
        }
        return gate
    }

    private static func version(_ text: String) throws -> KubernetesVersion {
        guard let version = KubernetesVersion(text) else { throw ValidationError("a version looks like 1.29") }
        guard version <= .newest else {
            throw ValidationError("the newest version whose rules are known is \(KubernetesVersion.newest)")
        }
        return version
    }
}
