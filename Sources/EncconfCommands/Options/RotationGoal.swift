internal import ArgumentParser
internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import KMSPlugin
internal import KeyRotation

/// The goal of a rotation, from the command line.
struct RotationGoal {
    enum Target: String, CaseIterable, ExpressibleByArgument { case aescbc, aesgcm, secretbox, kms, identity }

    let to: Target?
    let keyName: String?
    let kmsName: String?
    let resources: String?
    let removesIdentity: Bool
    let isSingleServer: Bool
    let evidence: EvidenceOptions

    func request(_ step: RotationRequest.Step?) -> RotationRequest {
        var request = RotationRequest(
            step: step, singleServer: isSingleServer,
            resources: resources.map { Set($0.split(separator: ",").map { ByteName($0.filter { !$0.isWhitespace }) }) },
            keyName: keyName.map { ByteName($0) }, removesIdentity: removesIdentity)
        switch to {
        case nil: break
        case .identity: request.target = .identity
        case .kms: request.target = .kms(name: ByteName(kmsName ?? ""), endpoint: ByteName(kmsEndpoint ?? ""))
        case .aescbc: request.target = .keyed(.aescbc)
        case .aesgcm: request.target = .keyed(.aesgcm)
        case .secretbox: request.target = .keyed(.secretbox)
        }
        return request
    }

    /// The socket of the new KMS provider.
    var kmsEndpoint: String? { to == .kms ? evidence.kms.endpoints.unnamed.first?.text : nil }

    /// The evidence, and the plugins to ask for it: the new provider's has encrypted nothing yet.
    var proof: EvidenceOptions {
        guard to == .kms else { return evidence }
        var proof = evidence
        proof.kms.endpoints = evidence.kms.endpoints.named
        return proof
    }

    /// What the plugin says that the step is about; nil if it is about none.
    func pluginHealth(_ plan: RotationPlan) throws(CommandFailure) -> StepFacts.PluginHealth? {
        guard plan.demands.contains(.pluginHealthy) else { return nil }
        guard !evidence.kms.isOff else { return .waived }
        let plugins = try proof.kms.endpoints.plugins(of: [plan.intended]).filter { plugin, _ in
            plan.plugins.contains { $0.name == plugin.name && $0.version == plugin.version }
        }
        for (_, provider) in plugins {
            if let problem = PluginClient(provider).examine().problem { return .unhealthy(problem) }
        }
        // A plugin that was not called is not healthy.
        return plugins.isEmpty ? nil : .healthy
    }
}
