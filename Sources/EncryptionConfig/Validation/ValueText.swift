internal import GoText
internal import KubernetesVersions
internal import SecretMemory

/// How kube-apiserver prints a value that it refuses, secrets replaced.
///
/// (k8s.io/apimachinery, pkg/util/validation/field/errors.go, `ErrorBody`: JSON from 1.34 on, before Go's `%#v`. The types
/// are those of k8s.io/apiserver, pkg/apis/apiserver/types_encryption.go.)
struct ValueText {
    let format: KubernetesVersion.ValueFormat
    let redactor: SecretRedactor

    init(_ kubernetes: KubernetesVersion, _ redactor: SecretRedactor) {
        format = kubernetes.valueFormat
        self.redactor = redactor
    }

    /// A list of names.
    func names(_ names: [String]) -> String {
        switch format {
        case .json: "[" + names.map { jsonQuoted(redactor.shown($0)) }.joined(separator: ",") + "]"
        case .goSyntax: "[]string{" + names.map { goQuoted(redactor.shown($0)) }.joined(separator: ", ") + "}"
        }
    }

    /// - Parameter nanoseconds: What the duration has.
    func duration(_ nanoseconds: Int64) -> String {
        switch format {
        case .json: jsonQuoted(GoDuration.text(nanoseconds))
        case .goSyntax: "v1.Duration{Duration:\(nanoseconds)}"
        }
    }

    /// An item of a provider list.
    func provider(_ provider: ProviderConfiguration, in kubernetes: KubernetesVersion) -> String {
        switch format {
        case .json: json(provider, in: kubernetes)
        case .goSyntax(let package): goSyntax(provider, package: package)
        }
    }

    private func goSyntax(_ provider: ProviderConfiguration, package: String) -> String {
        func pointer(_ name: String, _ type: String, _ isSet: Bool) -> String {
            "\(name):(*\(package).\(type))" + (isSet ? ConfigurationRefusal.address : "(nil)")
        }
        let fields = [
            pointer("AESGCM", "AESConfiguration", provider.aesgcm != nil),
            pointer("AESCBC", "AESConfiguration", provider.aescbc != nil),
            pointer("Secretbox", "SecretboxConfiguration", provider.secretbox != nil),
            pointer("Identity", "IdentityConfiguration", provider.identity != nil),
            pointer("KMS", "KMSConfiguration", provider.kms != nil),
        ]
        return "\(package).ProviderConfiguration{\(fields.joined(separator: ", "))}"
    }

    private func json(_ provider: ProviderConfiguration, in kubernetes: KubernetesVersion) -> String {
        #"{"AESGCM":\#(json(provider.aesgcm)),"AESCBC":\#(json(provider.aescbc)),"#
            + #""Secretbox":\#(json(provider.secretbox)),"Identity":\#(provider.identity == nil ? "null" : "{}"),"#
            + #""KMS":\#(json(provider.kms, in: kubernetes))}"#
    }

    private func json(_ list: KeyListConfiguration?) -> String {
        guard let list else { return "null" }
        guard !list.isNull else { return #"{"Keys":null}"# }
        let items = list.keys.map { key in
            let secret = (key.secret?.value.bytes.count ?? 0) > 0 ? SecretRedactor.mark : ""
            return #"{"Name":\#(quoted(key.name?.value ?? "")),"Secret":"\#(secret)"}"#
        }
        return #"{"Keys":[\#(items.joined(separator: ","))]}"#
    }

    private func json(_ kms: KMSConfiguration?, in kubernetes: KubernetesVersion) -> String {
        guard let kms else { return "null" }
        let effective = EffectiveKMS(kms, in: kubernetes)
        return #"{"APIVersion":\#(quoted(effective.apiVersion)),"Name":\#(quoted(effective.name)),"#
            + #""CacheSize":\#(effective.cachesize.map { "\($0)" } ?? "null"),"#
            + #""Endpoint":\#(quoted(effective.endpoint)),"Timeout":\#(duration(effective.timeout))}"#
    }

    private func quoted(_ text: String) -> String { jsonQuoted(redactor.shown(text)) }
}
