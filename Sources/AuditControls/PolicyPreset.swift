internal import EncryptionConfig

/// A policy that comes with the program: the figures and lists of a framework, as far as it has some.
public enum PolicyPreset: String, CaseIterable, Sendable {
    /// CIS Kubernetes Benchmark: it names aescbc, kms and secretbox.
    case cis
    /// DISA Kubernetes STIG: any provider but identity.
    case stig
    /// FIPS 140: only what is built on approved algorithms.
    case fips
    /// PCI DSS: a cryptoperiod for each key.
    case pci

    public var policy: AuditPolicy {
        var policy = AuditPolicy(origin: .preset(self))
        policy.mustEncrypt = [.exact(.secrets)]
        policy.allowedProviders = providers
        if let days = cryptoperiodInDays {
            for provider in ProviderName.withOwnKeys where providers.contains(provider) {
                policy.cryptoperiods[provider] = days * 86_400
            }
        }
        return policy
    }

    private var providers: Set<ProviderName> {
        switch self {
        // CIS 1.2.28: aescbc, kms or secretbox. It does not name aesgcm.
        case .cis: [.aescbc, .secretbox, .kmsv1, .kmsv2]
        // The check of V-274882 excludes identity only.
        case .stig, .pci: [.aescbc, .aesgcm, .secretbox, .kmsv1, .kmsv2]
        // XSalsa20 and Poly1305 of secretbox are not approved algorithms (NIST SP 800-140C).
        case .fips: [.aescbc, .aesgcm, .kmsv1, .kmsv2]
        }
    }

    private var cryptoperiodInDays: Int64? {
        switch self {
        case .cis, .stig: nil
        // NIST SP 800-57 part 1, revision 5, table 1: up to 2 years for a symmetric key that encrypts data.
        case .fips: 730
        // PCI DSS leaves the period to the owner of the key; a year is usual.
        case .pci: 365
        }
    }
}

extension ProviderName {
    /// Those whose keys are in the configuration, so that their age can be known.
    static let withOwnKeys: [ProviderName] = [.aescbc, .aesgcm, .secretbox]
}
