internal import Diagnostics
internal import GoText
internal import KubernetesResources
internal import KubernetesVersions
internal import SecretMemory

extension EncryptionConfiguration {
    /// Checks a document as the version of kube-apiserver that read it does before it starts, and decodes its keys.
    ///
    /// - Throws: ``ConfigurationRefusal`` of the stage `validate` with every error, or of the stage `build` with the
    ///   first error of the transformers.
    public init(
        checking document: ConfigurationDocument, options: ServerOptions = ServerOptions()
    ) throws(ConfigurationRefusal) {
        let errors = Self.validationErrors(of: document, options: options)
        guard errors.isEmpty else {
            throw ConfigurationRefusal(
                stage: .validate, apiserverText: aggregated(errors.map(\.apiserverText)),
                diagnostics: errors.map(\.diagnostic))
        }
        form = document.form
        kubernetes = document.kubernetes
        kmsv2 = KMSv2Rules(document.kubernetes, options.gates)
        entries = document.resources.enumerated().map { index, entry in
            Entry(
                resources: entry.resources.map { ResourcePattern(parsing: $0.value, in: document.kubernetes) },
                providers: entry.providers.enumerated().compactMap {
                    Provider($0.element, at: "resources[\(index)].providers[\($0.offset)]", in: document.kubernetes)
                })
        }
        try BuildRules(options: options, redactor: document.redactor).check(document)
        guard weight <= Self.weightLimit else {
            throw .limit(
                .build, "the resources have \(weight) providers and keys, more than \(Self.weightLimit)",
                at: document.position, hint: "remove repeated entries; each counts for each resource that it serves")
        }
    }

    /// What anything costs that goes through the providers of each resource: the effective table, for instance.
    private var weight: Int {
        entries.reduce(0) { weight, entry in
            weight + entry.resources.count * entry.providers.reduce(0) { $0 + 1 + $1.keys.count }
        }
    }

    private static let weightLimit = 1_000_000

    /// All errors, in the order of kube-apiserver (validation_encryption.go, `ValidateEncryptionConfiguration`).
    private static func validationErrors(
        of document: ConfigurationDocument, options: ServerOptions
    ) -> [FieldError] {
        guard !document.resources.isEmpty else {
            return [
                .required(
                    "resources", "at least one resources is required", code: RefusalCode.emptyList,
                    at: document.position, hint: "create a configuration with `encconf init`")
            ]
        }
        let redactor = document.redactor
        let kubernetes = document.kubernetes
        let resourceRules = ResourceRules(kubernetes: kubernetes, redactor: redactor)
        let providerRules = ProviderRules(kubernetes: kubernetes, redactor: redactor)
        var kmsRules = KMSRules(options, kubernetes, redactor)
        var errors: [FieldError] = []
        for (index, entry) in document.resources.enumerated() {
            let path = "resources[\(index)]"
            errors += requiredError(entry.resources.isEmpty, "\(path).resources", at: entry)
            errors += resourceRules.errors(of: entry, at: "\(path).resources")
            errors += requiredError(entry.providers.isEmpty, "\(path).providers", at: entry)
            for (index, provider) in entry.providers.enumerated() {
                let path = "\(path).providers[\(index)]"
                errors += providerRules.errors(of: provider, at: path)
                if let kms = provider.kms { errors += kmsRules.errors(of: kms, at: "\(path).kms") }
            }
        }
        return errors
    }

    private static func requiredError(
        _ isMissing: Bool, _ path: String, at entry: ResourceConfiguration
    ) -> [FieldError] {
        guard isMissing else { return [] }
        return [
            .required(path, "at least one \(path) is required", code: RefusalCode.emptyList, at: entry.position)
        ]
    }
}

extension Provider {
    /// The provider that an item of the list sets; nil if it sets none, which the rules have ruled out.
    init?(_ configuration: ProviderConfiguration, at path: String, in kubernetes: KubernetesVersion) {
        let kind: Kind
        if let kms = configuration.kms {
            let effective = EffectiveKMS(kms, in: kubernetes)
            guard let version = KMSPlugin.Version(rawValue: effective.apiVersion) else { return nil }
            kind = .kms(
                KMSPlugin(
                    version: version, name: ByteName(effective.name), endpoint: ByteName(effective.endpoint),
                    timeout: effective.timeout))
        } else if let list = configuration.aesgcm {
            kind = .aesgcm(Self.keys(of: list, at: "\(path).aesgcm"))
        } else if let list = configuration.aescbc {
            kind = .aescbc(Self.keys(of: list, at: "\(path).aescbc"))
        } else if let list = configuration.secretbox {
            kind = .secretbox(Self.keys(of: list, at: "\(path).secretbox"))
        } else if configuration.identity != nil {
            kind = .identity
        } else {
            return nil
        }
        self.init(kind: kind, path: path, position: configuration.position)
    }

    private static func keys(of list: KeyListConfiguration, at path: String) -> [EncryptionKey] {
        list.keys.enumerated().compactMap { index, key in
            guard let name = key.name, let text = key.secret,
                let secret = ProviderRules.decodedSecret(text.value)
            else { return nil }
            return EncryptionKey(
                name: ByteName(name.value), secret: secret, path: "\(path).keys[\(index)]", position: key.position)
        }
    }
}
