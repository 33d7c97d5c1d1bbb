/// The feature gates that a kube-apiserver is started with, as far as they decide over encryption at rest.
///
/// Other gates are ignored: whether a version knows them is not recorded here.
public struct FeatureGates: Equatable, Sendable {
    /// Gates by what they are set to. `AllAlpha` and `AllBeta` set all gates of their stage that are not named.
    private enum Name: Hashable, Sendable {
        case gate(FeatureGate)
        case all(FeatureGate.Maturity)

        init?(_ text: some StringProtocol) {
            switch text {
            case "AllAlpha": self = .all(.alpha)
            case "AllBeta": self = .all(.beta)
            default:
                guard let gate = FeatureGate(rawValue: String(text)) else { return nil }
                self = .gate(gate)
            }
        }

        var text: String {
            switch self {
            case .gate(let gate): gate.rawValue
            case .all(.alpha): "AllAlpha"
            case .all(.beta): "AllBeta"
            case .all(.deprecated): ""
            }
        }
    }

    private var settings: [Name: Bool]
    /// The gates, of whatever purpose, that were named with the component in front (`kube:`), and without.
    private var withComponent: Set<String> = []
    private var withoutComponent: Set<String> = []

    /// The defaults of each version.
    public init() { settings = [:] }

    /// Some gates, set.
    public init(_ gates: [FeatureGate: Bool]) {
        settings = Dictionary(uniqueKeysWithValues: gates.map { (.gate($0), $1) })
    }

    /// Whatever reads the most files: every provider is allowed.
    public static let lenient = FeatureGates([.kmsv1: true, .kmsv2: true])

    /// Reads the value of `--feature-gates`, such as `KMSv1=true,KMSv2=false`. Later settings count.
    ///
    /// (k8s.io/component-base, featuregate/feature_gate.go, `Set`; the values are those of Go's `strconv.ParseBool`. From
    /// 1.31 on the component `kube:` may be in front of a gate: compatibility/registry.go.)
    ///
    /// - Returns: Nil for a text that kube-apiserver does not take.
    public init?(parsing text: String) {
        settings = [:]
        for item in text.split(separator: ",") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = Self.bool(Self.trimmed(parts[1])) else { return nil }
            var name = Self.trimmed(parts[0])
            guard !name.isEmpty else { return nil }
            if name.hasPrefix(Self.component) {
                name = Self.trimmed(name.dropFirst(Self.component.count))
                withComponent.insert(String(name))
            } else {
                withoutComponent.insert(String(name))
            }
            if let name = Name(name) { settings[name] = value }
        }
    }

    private static let component = "kube:"

    /// Whether a feature is on in a version. Gates that the version refuses change nothing.
    public func isOn(_ gate: FeatureGate, in version: KubernetesVersion) -> Bool {
        switch gate.standing(in: version) {
        case .absent(let isOn), .locked(let isOn): isOn
        case .settable(let isOn, let maturity): settings[.gate(gate)] ?? settings[.all(maturity)] ?? isOn
        }
    }

    /// What a gate is set to by its name; nil if it is not named.
    public subscript(gate: FeatureGate) -> Bool? { settings[.gate(gate)] }

    /// The same gates, one of them set or, with nil, not named.
    public func setting(_ gate: FeatureGate, to value: Bool?) -> FeatureGates {
        var gates = self
        gates.settings[.gate(gate)] = value
        return gates
    }

    /// These gates, and those of another flag that these do not name: kube-apiserver adds flags that are repeated.
    public func laid(over others: FeatureGates) -> FeatureGates {
        var gates = others
        gates.settings.merge(settings) { _, own in own }
        gates.withComponent.formUnion(withComponent)
        gates.withoutComponent.formUnion(withoutComponent)
        return gates
    }

    /// What of the gates keeps `version` from starting, in the order of ``FeatureGate/allCases``.
    public func refusals(by version: KubernetesVersion) -> [GateRefusal] {
        if let name = withComponent.min() {
            guard version.hasComponentGates else { return [.unrecognizedComponent(name: name)] }
            guard withoutComponent.isEmpty else { return [.mixedComponents] }
        }
        return FeatureGate.allCases.compactMap { gate in
            guard let value = self[gate] else { return nil }
            return switch gate.standing(in: version) {
            case .absent: .unrecognized(gate)
            case .locked(let isOn) where isOn != value: .locked(gate, isOn: isOn)
            case .locked, .settable: nil
            }
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return start.prefix(
            upTo: start.lastIndex { $0 != " " && $0 != "\t" }.map(start.index(after:)) ?? start.startIndex)
    }

    private static func bool(_ text: Substring) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }
}

extension FeatureGates: CustomStringConvertible {
    /// As `--feature-gates` takes it, in the order of the names; empty if none counts here.
    public var description: String {
        settings.map { "\($0.text)=\($1)" }.sorted().joined(separator: ",")
    }
}

/// What of `--feature-gates` keeps a version of kube-apiserver from starting.
public enum GateRefusal: Equatable, Sendable {
    /// The version has no such gate, not yet or no longer.
    case unrecognized(FeatureGate)
    /// The version allows one value only.
    case locked(FeatureGate, isOn: Bool)
    /// The version takes `kube:` for a part of the name.
    case unrecognizedComponent(name: String)
    /// Some gates are named with `kube:` and some without.
    case mixedComponents

    /// The gate, if it is one of those that count here.
    public var gate: FeatureGate? {
        switch self {
        case .unrecognized(let gate), .locked(let gate, _): gate
        case .unrecognizedComponent, .mixedComponents: nil
        }
    }

    /// The text of kube-apiserver (k8s.io/component-base, featuregate/feature_gate.go, `unsafeSetFromMap`;
    /// compatibility/registry.go, `Set`). The text around it depends on the version.
    public var apiserverText: String {
        switch self {
        case .unrecognized(let gate): "unrecognized feature gate: \(gate.rawValue)"
        case .locked(let gate, let isOn):
            "cannot set feature gate \(gate.rawValue) to \(!isOn), feature is locked to \(isOn)"
        case .unrecognizedComponent(let name): "unrecognized feature gate: kube:\(name)"
        case .mixedComponents:
            "set kube feature gates with default empty prefix or kube: prefix consistently, do not mix use"
        }
    }
}
