internal import Diagnostics
internal import EncryptionConfig
internal import GoText
public import KubernetesUpgrade
public import KubernetesVersions
public import ShownText

extension UpgradeChange {
    /// For scripts: the name of the case.
    public var code: String {
        switch self {
        case .writeKey: "writeKeyChanged"
        case .unreadable: "unreadable"
        case .writesSeeds: "kmsv2WritesSeeds"
        case .writesKeys: "kmsv2WritesKeys"
        case .cannotReadSeeds, .seedsUnreadable: "kmsv2CannotReadSeeds"
        case .reloads: "reload"
        }
    }

    /// The difference, in one sentence without a full stop.
    public var sentence: Phrase {
        switch self {
        case .writeKey(let from, let to, let resources):
            "write key: \(from.text) -> \(to.text) (\(resources.listedNames))"
        case .unreadable(let values):
            "\(values.found.reader) cannot read values that \(values.found.writer) "
                + "\(values.found.isCertain ? "writes" : "may have written" as Phrase) with \(values.found.key.text) "
                + "(\(values.resources.listedNames))"
        case .writesSeeds(let plugins):
            "new values of kmsv2 \(plugins.listedNames) derive their key from a seed; older values become stale, "
                + "and 1.27 and older cannot read new values"
        case .writesKeys(let plugins):
            "new values of kmsv2 \(plugins.listedNames) have a data key (DEK) again; values with a seed become "
                + "stale"
        case .cannotReadSeeds(let plugins):
            "values of kmsv2 \(plugins.listedNames) that 1.29 or later wrote, or 1.28 with KMSv2KDF, are unreadable"
        case .seedsUnreadable(let reader, let plugins):
            "servers that still run \(reader) cannot read new values of kmsv2 \(plugins.listedNames)"
        case .reloads(byPolling: true):
            "automatic reload detects a changed file within 60 s, no longer at once"
        case .reloads(byPolling: false):
            "automatic reload detects a changed file at once, no longer within 60 s"
        }
    }
}

extension UpgradeDemand {
    /// For scripts: the name of the kind.
    public var code: String {
        switch kind {
        case .removeGate, .removeComponents: "removeFeatureGate"
        case .allowKMSv1, .allowKMSv2: "setFeatureGate"
        case .delaySeeds: "delayFeatureGate"
        case .correctFile: "correctFile"
        case .delayWildcards: "delayWildcards"
        case .nameResources: "nameResources"
        case .pluginVersion: "pluginVersion"
        case .rewriteSeeds: "rewrite"
        }
    }

    /// The action, in one sentence without a full stop.
    ///
    /// - Parameters:
    ///   - from: The version that runs before the step.
    ///   - to: The version that does not start, or does not read, without it.
    public func sentence(from: KubernetesVersion, to: KubernetesVersion) -> Phrase {
        switch kind {
        case .removeGate(let gate):
            "remove \(gate.rawValue) from --feature-gates: kube-apiserver \(to) does not start with it"
        case .removeComponents: "write the gates in --feature-gates without kube:"
        case .allowKMSv1:
            "set KMSv1=true in --feature-gates on every server, or move every value to KMS v2 and remove the KMS v1 provider"
        case .allowKMSv2:
            "set KMSv2=true in --feature-gates: kube-apiserver \(to) does not start with KMS v2 without it"
        case .delaySeeds:
            "set KMSv2KDF=false in --feature-gates until every server runs \(to): \(from) cannot read values that "
                + "\(to) writes with it"
        case .correctFile: "correct the file: \(problems)"
        case .delayWildcards(let patterns):
            "with several servers, remove the entries for \(patterns.listedNames) until all run \(to): \(from) "
                + "cannot read values that \(to) encrypts by a wildcard"
        case .nameResources(let patterns):
            "replace \(patterns.listedNames) by the names of the resources: kube-apiserver \(to) has no wildcards"
        case .pluginVersion(let plugins, let versions, let earlier):
            Self.pluginSentence(plugins.listedNames, to, versions, from, earlier)
        case .rewriteSeeds(let plugins):
            "while every server runs \(from) without KMSv2KDF, re-encrypt every value of kmsv2 "
                + "\(plugins.listedNames) with `encconf rewrite`, until `encconf audit` with --kubernetes \(from) finds "
                + "no stale value"
        }
    }

    private static func pluginSentence(
        _ plugins: Phrase, _ to: KubernetesVersion, _ versions: [String], _ from: KubernetesVersion, _ earlier: [String]
    ) -> Phrase {
        let sentence: Phrase =
            "update the plugin of \(plugins): kube-apiserver \(to) accepts only version "
            + "\(versions.joined(separator: " or ")) of Status"
        guard !versions.contains(where: earlier.contains) else { return sentence }
        return sentence
            + "; while both versions run, it must also serve \(earlier.joined(separator: " or ")) to \(from)"
    }

    /// The first findings, with their lines.
    private var problems: Phrase {
        let limit = 3
        let shown = findings.prefix(limit).map { finding -> Phrase in
            let line: Phrase = finding.position.map { "line \($0.line): " } ?? ""
            let path: Phrase = finding.path.map { "\($0): " } ?? ""
            return "\(line)\(path)\(finding.message)"
        }
        let rest = findings.count - shown.count
        return shown.joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
    }
}

extension [ResourcePattern] {
    fileprivate var listedNames: Phrase { map(\.description).listed }
}

extension [ByteName] {
    fileprivate var listedNames: Phrase { map(\.text).listed }
}
