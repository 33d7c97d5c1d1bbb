public import Diagnostics
internal import EncryptionConfig
public import KubernetesVersions

extension GateRefusal {
    /// The refusal as a finding. It has no position in the file.
    public func diagnostic(in kubernetes: KubernetesVersion) -> Diagnostic {
        Diagnostic(
            code: RefusalCode.featureGate, severity: .error, message: message(in: kubernetes),
            hint: Hint(hint(kubernetes)))
    }

    private func message(in kubernetes: KubernetesVersion) -> String {
        switch self {
        case .unrecognized(let gate):
            "kube-apiserver \(kubernetes) has no feature gate \(gate.rawValue) and does not start with a flag for it"
        case .unrecognizedComponent(let name):
            "kube-apiserver \(kubernetes) does not start with kube:\(name): a component before a gate is accepted "
                + "from \(KubernetesVersion.first(where: \.hasComponentGates) ?? .newest) on"
        case .mixedComponents: "kube-apiserver does not start with some gates after kube: and some without it"
        case .locked(let gate, let isOn):
            "kube-apiserver \(kubernetes) starts only with \(gate.rawValue)=\(isOn)"
        }
    }

    private func hint(_ kubernetes: KubernetesVersion) -> String {
        guard let gate else { return "write all gates without kube:" }
        let name = gate.rawValue
        guard let range = gate.settableVersions else { return "remove \(name) from --feature-gates" }
        let versions =
            range.lowerBound == range.upperBound ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
        return "remove \(name) from --feature-gates; it has an effect only in Kubernetes \(versions)"
    }
}
