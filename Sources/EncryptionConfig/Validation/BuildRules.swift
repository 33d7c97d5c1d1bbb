internal import Diagnostics
internal import GoText
internal import KubernetesResources
internal import KubernetesVersions

/// What kube-apiserver finds only when it makes the transformers: entry by entry, and of each first the providers and
/// then the resources. The first finding ends it.
///
/// (k8s.io/apiserver 1.36, pkg/server/options/encryptionconfig/config.go,
/// `getTransformerOverridesAndKMSPluginProbes` and `kmsPrefixTransformer`.)
struct BuildRules {
    let options: ServerOptions
    let redactor: SecretRedactor

    func check(_ document: ConfigurationDocument) throws(ConfigurationRefusal) {
        /// The wildcards so far, by their group.
        var wildcards: [ByteName: (text: String, entry: Int)] = [:]
        for (number, entry) in document.resources.enumerated() {
            let path = "resources[\(number)]"
            for (index, provider) in entry.providers.enumerated() {
                guard let kms = provider.kms else { continue }
                try check(kms, in: document.kubernetes, at: "\(path).providers[\(index)].kms")
            }
            guard document.kubernetes.refusesMaskedResources else { continue }
            for (index, resource) in entry.resources.enumerated() {
                let name = GroupResource(parsing: resource.value)
                let text = ResourcePattern(parsing: resource.value).description
                if let wildcard = wildcards[name.group] ?? wildcards["*"] {
                    throw refusal(
                        "resource \(goQuoted(redactor.shown(text))) is masked by earlier rule "
                            + goQuoted(redactor.shown(wildcard.text)),
                        code: RefusalCode.masked, path: "\(path).resources[\(index)]", at: resource.position,
                        // Another wildcard in the entry may cover what stands between the two.
                        hint: entry.resources.contains { GroupResource(parsing: $0.value).resource == "*" }
                            ? "put exact resources before the wildcard that covers them"
                            : Hint(.moveEntry(path: path, before: "resources[\(wildcard.entry)]")))
                }
                if name.resource == "*" { wildcards[name.group] = (text, number) }
            }
        }
    }

    private func check(
        _ kms: KMSConfiguration, in kubernetes: KubernetesVersion, at path: String
    ) throws(ConfigurationRefusal) {
        let effective = EffectiveKMS(kms, in: kubernetes)
        if effective.apiVersion == "v2", !options.gates.isOn(.kmsv2, in: kubernetes) {
            throw refusal(
                "could not configure KMSv2 plugin \(goQuoted(redactor.shown(effective.name))), KMSv2 feature is not enabled",
                code: RefusalCode.kmsv2Gate, path: path, at: kms.position,
                hint: options.gates[.kmsv2] == false
                    ? "remove KMSv2=false from --feature-gates"
                    : "set --feature-gates=KMSv2=true, as Kubernetes before 1.27 needs it")
        }
        if effective.apiVersion == "v1", !options.gates.isOn(.kmsv1, in: kubernetes) {
            throw refusal(
                "KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.  "
                    + "Set --feature-gates=KMSv1=true to use the deprecated KMSv1 feature.",
                code: RefusalCode.kmsv1Gate, path: path, at: kms.position,
                hint: "set --feature-gates=KMSv1=true, then move to a KMS v2 provider under another name")
        }
        guard let text = connectionError(effective) else { return }
        throw refusal(
            text, code: RefusalCode.kms, path: "\(path).endpoint", at: kms.endpoint?.position ?? kms.position,
            hint: Hint(.write("unix:///absolute/path/of/the/socket", path: "\(path).endpoint")))
    }

    /// Why gRPC would reject the path of the socket. It parses the path as a URL, once unchanged and once with its
    /// default scheme as prefix (google.golang.org/grpc, clientconn.go, `initParsedTargetAndResolverBuilder`;
    /// k8s.io/apiserver, pkg/storage/value/encrypt/envelope/util, `ParseEndpoint`).
    private func connectionError(_ kms: EffectiveKMS) -> String? {
        do {
            var socket = try GoURL(parsing: Array(kms.endpoint.utf8)).path
            if socket.starts(with: Array("/@".utf8)) { socket.removeFirst() }
            _ = try GoURL(parsing: Array("passthrough:///".utf8) + socket)
            return nil
        } catch {
            return "could not configure KMS\(kms.apiVersion)-Plugin's probe \(goQuoted(redactor.shown(kms.name))), "
                + "error: failed to create connection to \(redactor.shown(kms.endpoint)), error: \(error.text(redactor))"
        }
    }

    private func refusal(
        _ text: String, code: String, path: String, at position: SourcePosition, hint: Hint
    ) -> ConfigurationRefusal {
        ConfigurationRefusal(
            stage: .build, apiserverText: text,
            diagnostics: [
                Diagnostic(code: code, severity: .error, path: path, position: position, message: text, hint: hint)
            ])
    }
}
