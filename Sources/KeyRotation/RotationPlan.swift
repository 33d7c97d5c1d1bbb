public import EncryptionConfig
public import GoText

/// One step of a rotation: the edits, the configuration before and after, and the conditions for writing it.
public struct RotationPlan: Sendable {
    /// A condition of the step, to be proven or confirmed.
    public enum Demand: Equatable, Sendable, CaseIterable {
        /// Only one server reads the file.
        case onlyServer
        /// Every server runs the present file.
        case serversLoaded
        /// The plugin that the step adds or promotes is healthy.
        case pluginHealthy
        /// No stored value needs the removed keys.
        case unusedInStorage
        /// The removed keys are archived, or destroyed with a proof that nothing needs them.
        case archived
    }

    /// One read key of an entry.
    public struct KeyReference: Equatable, Sendable {
        public let provider: ProviderName
        /// The key's name or the plugin's; nil for identity.
        public let key: ByteName?
    }

    /// What the step does to one entry.
    public struct Change: Equatable, Sendable {
        /// In Kubernetes notation, such as `resources[0]`.
        public let path: String
        /// The resources that the entry decides.
        public let resources: [ByteName]
        /// The keys that are read, in order; the first one writes.
        public let before: [KeyReference]
        public let after: [KeyReference]

        public var writeKey: KeyReference? { after.first }
    }

    public let step: RotationRequest.Step
    /// Empty if the step is done already.
    public let edits: [ConfigurationEdit]
    public let changes: [Change]
    /// The resources to re-encrypt after the step, by their names in the file.
    public let rewritten: [ByteName]
    /// The plugins that a change to KMS adds or promotes.
    public let plugins: [KMSPlugin]
    /// The configuration before the step.
    let original: EncryptionConfiguration
    /// The configuration after the step.
    public let intended: EncryptionConfiguration
    /// Empty if the step is done already.
    public let demands: [Demand]
    /// The resources whose entries no longer read plaintext after the step.
    public let plaintextLosers: [ResourcePattern]
    /// The keys and plugins that are no longer read after the step.
    public let retired: [RetiredProvider]

    public var isDone: Bool { edits.isEmpty }

    /// Plans a step.
    ///
    /// - Parameters:
    ///   - document: The present file.
    ///   - newKeys: The source of new keys.
    public init(
        _ request: RotationRequest, for document: ConfigurationDocument, newKeys: NewKeySource,
        options: ServerOptions = ServerOptions()
    ) throws(RotationRefusal) {
        let before = try Self.checked(document, options)
        let scope = try RotationScope(before, request)
        let planned =
            if let target = request.target {
                try ProviderSwitch(scope, to: target, request).planned(newKeys)
            } else {
                try KeyRotation(scope, request).planned(newKeys)
            }
        original = before
        step = planned.step
        var edits = planned.edits
        var edited = try Self.apply(edits, to: document)
        if request.removesIdentity, step == .retire {
            let more = scope.identityRemovals(from: try Self.checked(edited, options))
            edits += more
            edited = try Self.apply(more, to: edited)
        }
        self.edits = edits
        intended = try Self.checked(edited, options)
        plaintextLosers = zip(before.entries, intended.entries).filter { $0.readsPlaintext && !$1.readsPlaintext }
            .flatMap(\.0.resources)
        changes = Self.changes(from: before, to: intended)
        // Values that identity writes unintentionally are not re-encrypted: they would be plaintext again.
        rewritten = changes.filter {
            $0.after.first != $0.before.first && ($0.after.first?.provider != .identity || request.target == .identity)
        }.flatMap(\.resources)
        plugins = Self.plugins(of: intended, request)
        let retired = RetiredProvider.missing(from: intended, of: before)
        self.retired = retired
        let losesPlaintext = !plaintextLosers.isEmpty
        demands =
            edits.isEmpty
            ? []
            : Self.demands(of: step, request).filter { demand in
                switch demand {
                case .onlyServer, .serversLoaded, .pluginHealthy: true
                case .unusedInStorage: !retired.isEmpty || losesPlaintext
                case .archived: !retired.isEmpty
                }
            }
    }

    private static func checked(
        _ document: ConfigurationDocument, _ options: ServerOptions
    ) throws(RotationRefusal) -> EncryptionConfiguration {
        do { return try EncryptionConfiguration(checking: document, options: options) } catch { throw .notAccepted }
    }

    private static func apply(
        _ edits: [ConfigurationEdit], to document: ConfigurationDocument
    ) throws(RotationRefusal) -> ConfigurationDocument {
        // The places come from the document itself; items with several providers were refused before.
        do { return try document.applying(edits) } catch { throw .notAccepted }
    }

    /// The conditions of each step, in one table.
    private static func demands(of step: RotationRequest.Step, _ request: RotationRequest) -> [Demand] {
        let plugin: [Demand] = if case .kms = request.target { [.pluginHealthy] } else { [] }
        return switch step {
        case .add: (request.singleServer ? [.onlyServer] : []) + plugin
        case .promote: [request.singleServer ? .onlyServer : .serversLoaded] + plugin
        case .retire: [.serversLoaded, .unusedInStorage, .archived]
        case .abort: [.unusedInStorage, .archived]
        }
    }

    private static func changes(
        from before: EncryptionConfiguration, to after: EncryptionConfiguration
    ) -> [Change] {
        let decided = before.decidedResources
        return zip(before.entries, after.entries).enumerated().compactMap { index, pair in
            let change = Change(
                path: "resources[\(index)]", resources: decided[index], before: pair.0.readKeys,
                after: pair.1.readKeys)
            return change.before == change.after ? nil : change
        }
    }

    private static func plugins(
        of configuration: EncryptionConfiguration, _ request: RotationRequest
    ) -> [KMSPlugin] {
        guard case .kms(let name, let endpoint) = request.target else { return [] }
        return configuration.plugins(named: name, at: endpoint)
    }
}

extension EncryptionConfiguration.Entry {
    fileprivate var readsPlaintext: Bool { providers.contains { $0.name == .identity } }

    /// Every key that the entry reads, in order.
    fileprivate var readKeys: [RotationPlan.KeyReference] {
        providers.flatMap { provider -> [RotationPlan.KeyReference] in
            switch provider.kind {
            case .identity: [RotationPlan.KeyReference(provider: .identity, key: nil)]
            case .kms(let plugin): [RotationPlan.KeyReference(provider: provider.name, key: plugin.name)]
            case .aescbc, .aesgcm, .secretbox:
                provider.keys.map { RotationPlan.KeyReference(provider: provider.name, key: $0.name) }
            }
        }
    }
}

extension EncryptionConfiguration {
    /// The KMS v2 plugins of a name at an endpoint. A name is unique in a file, so those of further entries are numbered.
    func plugins(named name: ByteName, at endpoint: ByteName) -> [KMSPlugin] {
        let there = plugins.filter { $0.version == .v2 && $0.endpoint == endpoint }
        let isFirstThere = there.contains { $0.name == name }
        return there.filter { NewKeySource.isNumbered($0.name, as: name, isFirstThere: isFirstThere) }
    }
}
