internal import Diagnostics
internal import KubernetesResources
internal import SecretMemory

extension EncryptionConfiguration {
    /// Checks a document as kube-apiserver does before it starts, and decodes its keys.
    ///
    /// - Throws: ``ConfigurationRefusal`` of the stage `validate` with every breach of a rule, or of the stage `build`
    ///   with the first thing that hinders the transformers.
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
        entries = document.resources.enumerated().map { index, entry in
            Entry(
                resources: entry.resources.map { ResourcePattern(parsing: $0.value) },
                providers: entry.providers.enumerated().compactMap {
                    Provider($0.element, at: "resources[\(index)].providers[\($0.offset)]")
                })
        }
        try Self.checkBuild(document, options: options)
    }

    /// All breaches, in the order in which kube-apiserver tells them (validation_encryption.go,
    /// `ValidateEncryptionConfiguration`).
    private static func validationErrors(
        of document: ConfigurationDocument, options: ServerOptions
    ) -> [FieldError] {
        guard !document.resources.isEmpty else {
            return [
                .required(
                    "resources", "at least one resources is required", code: RefusalCode.emptyList,
                    at: document.position, hint: "`encconf init` prints a configuration to begin with")
            ]
        }
        var kmsRules = KMSRules(options)
        var errors: [FieldError] = []
        for (index, entry) in document.resources.enumerated() {
            let path = "resources[\(index)]"
            errors += requiredError(entry.resources.isEmpty, "\(path).resources", at: entry)
            errors += ResourceRules.errors(of: entry, at: "\(path).resources")
            errors += requiredError(entry.providers.isEmpty, "\(path).providers", at: entry)
            for (index, provider) in entry.providers.enumerated() {
                let path = "\(path).providers[\(index)]"
                errors += ProviderRules.errors(of: provider, at: path)
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

    /// What kube-apiserver finds when it makes the transformers, entry by entry
    /// (encryptionconfig/config.go, `getTransformerOverridesAndKMSPluginHealthzCheckers`).
    private static func checkBuild(
        _ document: ConfigurationDocument, options: ServerOptions
    ) throws(ConfigurationRefusal) {
        var wildcards: [String: String] = [:]
        for entry in document.resources {
            for resource in entry.resources {
                let name = GroupResource(parsing: resource.value)
                guard let wildcard = wildcards[name.group] ?? wildcards["*"] else { continue }
                throw refusal(
                    "resource \(goQuoted(ResourcePattern(parsing: resource.value).description)) is masked by earlier "
                        + "rule \(goQuoted(wildcard))",
                    code: RefusalCode.masked, at: resource.position,
                    hint: "put exact resources before the wildcard that covers them")
            }
            if !options.kmsv1,
                let kms = entry.providers.compactMap(\.kms).first(where: {
                    EffectiveKMS($0).apiVersion == "v1"
                })
            {
                throw refusal(
                    "KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.  "
                        + "Set --feature-gates=KMSv1=true to use the deprecated KMSv1 feature.",
                    code: RefusalCode.kmsv1Gate, at: kms.position,
                    hint: "write `apiVersion: v2`, or set the feature gate")
            }
            for resource in entry.resources {
                let name = GroupResource(parsing: resource.value)
                if name.resource == "*" { wildcards[name.group] = ResourcePattern(parsing: resource.value).description }
            }
        }
    }

    private static func refusal(
        _ text: String, code: String, at position: SourcePosition, hint: String
    ) -> ConfigurationRefusal {
        ConfigurationRefusal(
            stage: .build, apiserverText: text,
            diagnostics: [
                Diagnostic(code: code, severity: .error, position: position, message: text, hint: hint)
            ])
    }
}

extension Provider {
    /// The provider that an item of the list sets; nil if it sets none, which the rules have ruled out.
    init?(_ configuration: ProviderConfiguration, at path: String) {
        let kind: Kind
        if let kms = configuration.kms {
            let effective = EffectiveKMS(kms)
            guard let version = KMSPlugin.Version(rawValue: effective.apiVersion) else { return nil }
            kind = .kms(
                KMSPlugin(
                    version: version, name: effective.name, endpoint: effective.endpoint, timeout: effective.timeout))
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
                name: name.value, secret: secret, path: "\(path).keys[\(index)]", position: key.position)
        }
    }
}
