public import KubernetesVersions

/// A requirement of a framework that speaks of stored values or of their keys.
public enum Control: String, CaseIterable, Sendable {
    /// CIS Kubernetes Benchmark 1.2.27: kube-apiserver has an encryption configuration.
    case cisConfiguration
    /// CIS Kubernetes Benchmark 1.2.28: its providers are appropriate.
    case cisProviders
    /// DISA STIG V-274882: Secrets are encrypted at rest.
    case stigSecrets
    /// DISA STIG V-274883: sensitive information is in Secrets or in an external store.
    case stigPlacement
    /// PCI DSS 3.5.1: PAN is unreadable wherever it is stored.
    case pciUnreadable
    /// PCI DSS 3.6.1: keys are protected against disclosure and misuse.
    case pciKeyProtection
    /// PCI DSS 3.7.4: keys change at the end of their cryptoperiod.
    case pciCryptoperiod
    /// PCI DSS 3.7.5: weak, compromised and expired keys are retired.
    case pciRetirement
    /// NIST SP 800-53 SC-12: keys are established and managed.
    case nistKeys
    /// NIST SP 800-53 SC-28: information at rest is protected.
    case nistAtRest
    /// NIST SP 800-53 SC-28(1): with cryptography, against disclosure and modification.
    case nistCryptography
    /// ISO/IEC 27001 A.8.24: rules for cryptography are defined and implemented.
    case isoCryptography
    /// SOC 2 CC6.1: logical access to information is restricted.
    case socAccess
    /// BSI IT-Grundschutz APP.4.4.A20: file systems with persistent data are encrypted.
    case bsiStorage

    public enum Framework: String, Sendable, CaseIterable {
        case cis = "CIS Kubernetes Benchmark"
        case stig = "DISA Kubernetes STIG"
        case pci = "PCI DSS"
        case nist = "NIST SP 800-53"
        case iso = "ISO/IEC 27001"
        case soc = "SOC 2"
        case bsi = "BSI IT-Grundschutz"
    }

    public var framework: Framework {
        switch self {
        case .cisConfiguration, .cisProviders: .cis
        case .stigSecrets, .stigPlacement: .stig
        case .pciUnreadable, .pciKeyProtection, .pciCryptoperiod, .pciRetirement: .pci
        case .nistKeys, .nistAtRest, .nistCryptography: .nist
        case .isoCryptography: .iso
        case .socAccess: .soc
        case .bsiStorage: .bsi
        }
    }

    /// The edition whose numbers are used.
    public func edition(for kubernetes: KubernetesVersion) -> String {
        switch framework {
        case .cis: Self.isOfOldBenchmark(kubernetes) ? "v1.8" : "v1.9 to v1.12"
        case .stig: "Version 2"
        case .pci: "4.0.1"
        case .nist: "Revision 5"
        case .iso: "2022"
        case .soc: "2017 TSC"
        case .bsi: "Edition 2023"
        }
    }

    /// The public number.
    public func number(for kubernetes: KubernetesVersion) -> String {
        let isOld = Self.isOfOldBenchmark(kubernetes)
        return switch self {
        case .cisConfiguration: isOld ? "1.2.28" : "1.2.27"
        case .cisProviders: isOld ? "1.2.29" : "1.2.28"
        case .stigSecrets: "V-274882"
        case .stigPlacement: "V-274883"
        case .pciUnreadable: "3.5.1"
        case .pciKeyProtection: "3.6.1"
        case .pciCryptoperiod: "3.7.4"
        case .pciRetirement: "3.7.5"
        case .nistKeys: "SC-12"
        case .nistAtRest: "SC-28"
        case .nistCryptography: "SC-28(1)"
        case .isoCryptography: "A.8.24"
        case .socAccess: "CC6.1"
        case .bsiStorage: "APP.4.4.A20"
        }
    }

    /// The second number that the framework has for it.
    public var alias: String? {
        switch self {
        case .stigSecrets: "CNTR-K8-001162"
        case .stigPlacement: "CNTR-K8-001161"
        default: nil
        }
    }

    /// v1.8 of the benchmark is for Kubernetes 1.26; later ones number differently.
    private static func isOfOldBenchmark(_ kubernetes: KubernetesVersion) -> Bool { kubernetes.minor <= 26 }

    /// Whether stored values and a configuration can show all that it asks.
    public var canBeMet: Bool {
        switch self {
        case .cisConfiguration, .cisProviders, .stigSecrets, .pciUnreadable, .pciCryptoperiod, .nistAtRest,
            .nistCryptography, .isoCryptography:
            true
        case .stigPlacement, .pciKeyProtection, .pciRetirement, .nistKeys, .socAccess, .bsiStorage: false
        }
    }

    /// Whether they can show that it is not met.
    public var canBeNotMet: Bool { ![.stigPlacement, .bsiStorage].contains(self) }
}
