import TestSupport

/// Random configurations in which there is much to find: joined entries, wildcards beside exact names, names that overlap,
/// equal keys, wrong spellings, plugins with odd settings.
enum RiskyConfiguration {
    private static let resources = [
        "secrets", "secret", "configmaps", "'*.'", "'*.*'", "'*.apps'", "deployments.apps", "pods", "events",
        "leases.coordination.k8s.io", "cronjobs.batch", "statefulset.apps", "routes", "''", "widgets.example.com",
        "Secrets", "events.events.k8s.io", "'*.batch'", "serviceipallocations", "jobs.batch", "replicasets.apps",
    ]
    private static let names = [
        "a", "b", "a:b", "a:0123456789abcde", "a:b:c", "key-20200101", "key-20260101t000000z-7d1d", "nXmxo38xgBzRGmcG",
    ]
    /// Of 32 bytes; the first two are weak ones.
    private static let secrets = [
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "c2VjcmV0IGlzIHNlY3VyZSwgb3IgaXMgaXQ/ISEhISE=",
        "nXmxo38xgBzRGmcG+0DWvVdSaEaQO7E+3lYkOenBuCM=", "BK2Inj8yqF6iMkRhpn7J9qpCNNUV1NVbYAOIURnzBzY=",
        "PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0=", "uQ0w2i9rBpmc5L6mzc2rXo7nN1cQWgS3JeDkYz8f4aM=",
    ]

    static func text(using random: inout SeededGenerator) -> String {
        var text = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
        for _ in 0..<Int.random(in: 1...3, using: &random) { text += entry(&random) }
        return text
    }

    private static func entry(_ random: inout SeededGenerator) -> String {
        let names = (0..<Int.random(in: 1...3, using: &random)).map { _ in pick(resources, &random) }
        var text = "- resources: [\(names.joined(separator: ", "))]\n  providers:\n"
        for _ in 0..<Int.random(in: 1...3, using: &random) { text += "  - \(provider(&random))\n" }
        return text
    }

    private static func provider(_ random: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<10, using: &random) {
        case 0...2: return "identity: {}"
        case 3:
            let version = pick(["v2", "v2", "v2", "v1", "v3"], &random)
            let name = "plugin\(Int.random(in: 0..<40, using: &random))"
            let endpoint = pick(
                ["unix:///run/kms.sock", "unix:///run/kms.sock", "unix://run/kms.sock", "/kms"], &random)
            let more = pick(["", "", ", timeout: 0s", ", timeout: 2m", ", cachesize: 0", ", TIMEOUT: 3s"], &random)
            return "kms: {apiVersion: \(version), name: \(name), endpoint: '\(endpoint)'\(more)}"
        default:
            let cipher = pick(["aescbc", "aescbc", "aescbc", "aesgcm", "secretbox"], &random)
            let keys = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                "{name: '\(pick(names, &random))', secret: \(pick(secrets, &random))}"
            }
            return "\(cipher): {keys: [\(keys.joined(separator: ", "))]}"
        }
    }

    private static func pick(_ words: [String], _ random: inout SeededGenerator) -> String {
        words.randomElement(using: &random) ?? ""
    }
}
