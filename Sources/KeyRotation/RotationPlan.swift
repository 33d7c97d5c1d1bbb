public import EncryptionConfig
public import GoText

/// One step of a rotation: the edits, what the file says before and after, and what must be true before it is written.
public struct RotationPlan: Sendable {
    /// What stands against the step until it is shown or promised.
    public enum Demand: Equatable, Sendable {
        /// Only one server reads the file.
        case onlyServer
        /// Every server runs the file as it is now.
        case serversLoaded
        /// No server has ever written with what is taken out.
        case neverWritten
        /// No stored value needs what is taken out.
        case unusedInStorage
        /// What is taken out is kept in an archive, or given up expressly.
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
    /// What the edited file must say.
    public let intended: EncryptionConfiguration
    /// Empty if the step is done already.
    public let demands: [Demand]
    /// What is no longer read after `retire` and `abort`.
    public let retired: [RetiredProvider]

    public var isDone: Bool { edits.isEmpty }

    /// Plans a step.
    ///
    /// - Parameters:
    ///   - document: The file as it is.
    ///   - newKeys: Where new keys come from, if the step needs some.
    public init(
        _ request: RotationRequest, for document: ConfigurationDocument, newKeys: NewKeySource,
        options: ServerOptions = ServerOptions()
    ) throws(RotationRefusal) {
        let before = try Self.checked(document, options)
        let scope = try RotationScope(before, request)
        let planned =
            if let target = scope.target(of: request) {
                try ProviderSwitch(scope, to: target, request).planned(newKeys)
            } else {
                try KeyRotation(scope, request).planned(newKeys)
            }
        (step, edits) = planned
        intended = try Self.checked(Self.apply(planned.edits, to: document), options)
        changes = Self.changes(from: before, to: intended)
        demands = planned.edits.isEmpty ? [] : Self.demands(of: step, singleServer: request.singleServer)
        retired =
            step == .retire || step == .abort ? RetiredProvider.missing(from: intended, of: before) : []
    }

    private static func checked(
        _ document: ConfigurationDocument, _ options: ServerOptions
    ) throws(RotationRefusal) -> EncryptionConfiguration {
        do { return try EncryptionConfiguration(checking: document, options: options) } catch { throw .notAccepted }
    }

    private static func apply(
        _ edits: [ConfigurationEdit], to document: ConfigurationDocument
    ) throws(RotationRefusal) -> ConfigurationDocument {
        // The places come from the document itself; what has several providers in one item was refused before.
        do { return try document.applying(edits) } catch { throw .notAccepted }
    }

    private static func demands(of step: RotationRequest.Step, singleServer: Bool) -> [Demand] {
        switch step {
        case .add: singleServer ? [.onlyServer] : []
        case .promote: singleServer ? [.onlyServer] : [.serversLoaded]
        case .retire: [.unusedInStorage, .archived]
        case .abort: [.neverWritten]
        }
    }

    private static func changes(
        from before: EncryptionConfiguration, to after: EncryptionConfiguration
    ) -> [Change] {
        zip(before.entries, after.entries).enumerated().compactMap { index, pair in
            let change = Change(
                path: "resources[\(index)]", resources: pair.0.resources.map { ByteName($0.description) },
                before: pair.0.readKeys, after: pair.1.readKeys)
            return change.before == change.after ? nil : change
        }
    }
}

extension EncryptionConfiguration.Entry {
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

/// The part of a configuration that a request is about.
struct RotationScope {
    let configuration: EncryptionConfiguration
    let sets: [KeySet]
    /// The entries that name one of the resources, or share keys with one that does.
    let entries: [Int]

    init(_ configuration: EncryptionConfiguration, _ request: RotationRequest) throws(RotationRefusal) {
        self.configuration = configuration
        let named = Set(configuration.entries.indices).filter { index in
            guard let resources = request.resources else { return true }
            return configuration.entries[index].resources.contains { resources.contains(ByteName($0.description)) }
        }
        guard !named.isEmpty else { throw .noSuchResource }
        sets = KeySet.all(in: configuration).filter { set in set.places.contains { named.contains($0.entry) } }
        entries = named.union(sets.flatMap(\.places).map(\.entry)).sorted()
    }

    /// What shall write: as requested, or, where plaintext still writes before a single set of keys, that set.
    func target(of request: RotationRequest) -> RotationRequest.Target? {
        if let target = request.target { return target }
        guard request.step != nil, let provider = sets.first?.provider,
            sets.allSatisfy({ $0.state == .ambiguous(.plaintextWrites) && $0.provider == provider })
        else { return nil }
        return .keyed(provider)
    }
}
