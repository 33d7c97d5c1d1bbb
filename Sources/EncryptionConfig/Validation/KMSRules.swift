internal import Diagnostics
internal import GoText
internal import KubernetesVersions

/// The rules for KMS providers. They carry the names from one entry to the next.
///
/// (k8s.io/apiserver 1.36, pkg/apis/apiserver/validation/validation_encryption.go, `validateKMSConfiguration`.)
struct KMSRules {
    private let options: ServerOptions
    private let kubernetes: KubernetesVersion
    private let redactor: SecretRedactor
    private var namesSeen: Set<[UInt8]> = []

    init(_ options: ServerOptions, _ kubernetes: KubernetesVersion, _ redactor: SecretRedactor) {
        self.options = options
        self.kubernetes = kubernetes
        self.redactor = redactor
    }

    mutating func errors(of kms: KMSConfiguration, at path: String) -> [FieldError] {
        let effective = EffectiveKMS(kms, in: kubernetes)
        defer { namesSeen.insert(Array(effective.name.utf8)) }
        return nameErrors(of: kms, effective, at: "\(path).name")
            + timeoutErrors(of: kms, effective, at: "\(path).timeout")
            + endpointErrors(of: kms, effective, at: "\(path).endpoint")
            + cachesizeErrors(of: kms, effective, at: "\(path).cachesize")
            + versionErrors(of: kms, effective, at: "\(path).apiVersion")
    }

    private func nameErrors(of kms: KMSConfiguration, _ effective: EffectiveKMS, at path: String) -> [FieldError] {
        // Only what is said has to be looked over.
        var name: String { redactor.shown(effective.name) }
        let position = kms.name?.position ?? kms.position
        var errors: [FieldError] = []
        if effective.name.isEmpty {
            errors.append(
                .required(path, "name is a mandatory field for a provider", code: RefusalCode.kms, at: position))
        }
        if effective.apiVersion != "v1", effective.name.utf8.contains(UInt8(ascii: ":")) {
            errors.append(
                .invalid(
                    path, goQuoted(name), "invalid KMS provider name \(name), must not contain ':'",
                    code: RefusalCode.kms, at: position))
        }
        if effective.apiVersion != "v1" || options.automaticReload, namesSeen.contains(Array(effective.name.utf8)) {
            errors.append(
                .invalid(
                    path, goQuoted(name), "duplicate KMS provider name \(name), names must be unique",
                    code: RefusalCode.kms, at: position,
                    hint: "for one plugin and several resources, list them in one entry"))
        }
        return errors
    }

    private func timeoutErrors(of kms: KMSConfiguration, _ effective: EffectiveKMS, at path: String) -> [FieldError] {
        guard effective.timeout <= 0 else { return [] }
        return [
            .invalid(
                path, ValueText(kubernetes, redactor).duration(effective.timeout), "timeout should be a positive value",
                code: RefusalCode.kms, at: kms.timeout?.position ?? kms.position,
                hint: Hint(.remove(path: path), after: ": the default is 3s"))
        ]
    }

    private func endpointErrors(
        of kms: KMSConfiguration, _ effective: EffectiveKMS, at path: String
    ) -> [FieldError] {
        let endpoint = effective.endpoint
        func refused(_ detail: String) -> [FieldError] {
            [
                .invalid(
                    path, goQuoted(redactor.shown(endpoint)), detail, code: RefusalCode.kms,
                    at: kms.endpoint?.position ?? kms.position,
                    hint: Hint(.write("unix:///absolute/path/of/the/socket", path: path)))
            ]
        }
        guard !endpoint.isEmpty else { return refused("endpoint is a mandatory field for a kms") }
        do {
            let scheme = try GoURL(parsing: Array(endpoint.utf8)).scheme
            guard scheme != "unix" else { return [] }
            return refused(
                "unsupported scheme \(goQuoted(redactor.shown(scheme))) for KMS provider, only unix is supported")
        } catch {
            return refused("invalid endpoint for kms provider, error: \(error.text(redactor))")
        }
    }

    private func cachesizeErrors(
        of kms: KMSConfiguration, _ effective: EffectiveKMS, at path: String
    ) -> [FieldError] {
        guard let cachesize = effective.cachesize else { return [] }
        let position = kms.cachesize?.position ?? kms.position
        if effective.apiVersion != "v1", kubernetes.refusesCachesizeInKMSv2 {
            return [
                .invalid(
                    path, "\(cachesize)", "cachesize is not supported in v2", code: RefusalCode.kms, at: position,
                    hint: Hint(.remove(path: path)))
            ]
        }
        guard cachesize == 0 else { return [] }
        return [
            .invalid(
                path, "0", "cachesize should be a positive value, or negative to disable", code: RefusalCode.kms,
                at: position, hint: Hint(.remove(path: path), after: ": the default is 1000"))
        ]
    }

    private func versionErrors(
        of kms: KMSConfiguration, _ effective: EffectiveKMS, at path: String
    ) -> [FieldError] {
        guard !["v1", "v2"].contains(effective.apiVersion) else { return [] }
        return [
            .invalid(
                path, goQuoted(redactor.shown(effective.apiVersion)),
                // The second "apiVersion" is upstream's.
                "unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported",
                code: RefusalCode.kms, at: kms.apiVersion?.position ?? kms.position,
                hint: "write v1 or v2, as the values of this plugin were written")
        ]
    }
}
