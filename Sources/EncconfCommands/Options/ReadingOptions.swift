internal import APIServerFlags
internal import ArgumentParser
internal import Diagnostics
internal import EncryptionConfig
internal import Explanations
internal import KubernetesVersions
internal import ShownText
internal import Terminal

/// How configurations are read, for every command that reads one. Untitled, so that they are listed with `--help`.
struct ReadingOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Version of kube-apiserver. Default: detected, or \(KubernetesVersion.newest).", valueName: "1.NN"),
        transform: ReadingOptions.parsedVersion)
    var kubernetes: KubernetesVersion?
    @Option(
        name: .long,
        help: ArgumentHelp("Feature gates of kube-apiserver, such as KMSv1=true.", valueName: "list"),
        transform: ReadingOptions.parsedGates)
    var featureGates: FeatureGates?
    @Flag(name: .long, help: "Accept files without apiVersion and kind (Talos).")
    var headerless = false

    /// A version with known rules, or a newer one, for which the newest rules are used.
    static func parsedVersion(_ text: String) throws -> KubernetesVersion {
        guard let version = KubernetesVersion(text) else {
            throw ValidationError(
                "--kubernetes needs a version such as 1.29")
        }
        guard version >= .oldest else { throw ValidationError(tooOld(version)) }
        return version
    }

    private static func parsedGates(_ text: String) throws -> FeatureGates {
        guard let gates = FeatureGates(parsing: text) else {
            throw ValidationError("--feature-gates needs a list such as KMSv1=true,KMSv2=false")
        }
        return gates
    }

    private static func tooOld(_ version: KubernetesVersion) -> String {
        "the rules of Kubernetes \(version) are unknown; the oldest known version is \(KubernetesVersion.oldest)"
    }

    /// The kube-apiserver whose rules apply: from the command line, otherwise from a manifest or the servers.
    ///
    /// - Parameters:
    ///   - discovery: The manifest or unit of the command; nil if none is given.
    ///   - servers: The versions of the servers that were asked. The oldest counts, because it can read the least.
    ///   - isVerdict: Whether the command itself reports refused gates.
    ///   - isReading: Whether the command only decrypts. Then the oldest known rules replace those of an older server,
    ///     with a warning; a command with a verdict uses ``unknownVersion(_:)``.
    /// - Throws: If a version is too old, if the manifest's feature gates cannot be read, or if a gate of the command line
    ///   is one with which the version does not start.
    func rules(
        _ discovery: EtcdDiscovery? = nil, servers: [KubernetesVersion] = [], isVerdict: Bool = false,
        isReading: Bool = false
    ) throws(CommandFailure) -> ServerRules {
        let found = discovery?.flags.kubernetes ?? servers.min()
        let unknown = isReading ? unknownVersion(discovery) : nil
        let version = unknown == nil ? kubernetes ?? found ?? .newest : .oldest
        guard version >= .oldest else {
            throw CommandFailure(
                "\(Self.tooOld(version))",
                hint: "use the oldest known rules with --kubernetes \(KubernetesVersion.oldest)")
        }
        if let unknown {
            Console().warning(
                "The rules of Kubernetes \(unknown) are unknown. Using those of \(version).")
        } else {
            reportVersion(version, found, discovery)
        }
        let told = try discovery?.gates()
        let gates = featureGates.map { $0.laid(over: told ?? FeatureGates()) } ?? told ?? FeatureGates()
        if !isVerdict, unknown == nil, let refusal = gates.refusals(by: version).first {
            let finding = refusal.diagnostic(in: version)
            guard featureGates == nil else {
                throw CommandFailure("\(finding.message)", hint: finding.hint.map { "\($0)" })
            }
            Console().warning("\(finding.message)", hint: finding.hint.map { "\($0)" })
        }
        return ServerRules(
            kubernetes: version, gates: gates, headerless: headerless,
            isChosen: kubernetes != nil || found != nil || featureGates != nil)
    }

    /// The version of the manifest, if its rules are unknown and the command line sets no other.
    func unknownVersion(_ discovery: EtcdDiscovery?) -> KubernetesVersion? {
        guard kubernetes == nil, let found = discovery?.flags.kubernetes, found < .oldest else { return nil }
        return found
    }

    /// Reports which rules are used, unless that is obvious.
    private func reportVersion(_ version: KubernetesVersion, _ found: KubernetesVersion?, _ discovery: EtcdDiscovery?) {
        let console = Console()
        if version > .newest {
            console.warning(
                "The rules of Kubernetes \(version) are unknown. Using those of \(KubernetesVersion.newest), the "
                    + "newest known.")
        }
        if let found, found != version {
            console.warning(
                "Using the rules of Kubernetes \(version) (--kubernetes), but kube-apiserver has "
                    + "version \(found).")
        } else if found != nil, version != .newest {
            console.note("Using the rules of Kubernetes \(version).")
        } else if kubernetes == nil, found == nil, let discovery {
            console.note(
                "\(fileName(discovery.path)): no version of kube-apiserver; using the rules of \(version) (set "
                    + "--kubernetes)")
        }
    }
}

/// The kube-apiserver whose rules a command uses.
struct ServerRules {
    var kubernetes = KubernetesVersion.newest
    var gates = FeatureGates()
    var headerless = false
    /// Whether version or gates come from an option, a manifest or a server.
    var isChosen = false

    /// The options to repeat in the next command for the same rules.
    var given: [Phrase] {
        let gates = gates.description
        return (kubernetes == .newest ? [] : ["--kubernetes \(kubernetes)"])
            + (gates.isEmpty ? [] : ["--feature-gates \(gates)"]) + (headerless ? ["--headerless"] : [])
    }

    /// The same gates, with KMSv1 on unless it is set.
    var gatesWithKMSv1: FeatureGates {
        guard case .settable = FeatureGate.kmsv1.standing(in: kubernetes), gates[.kmsv1] == nil else { return gates }
        return gates.setting(.kmsv1, to: true)
    }

    /// The options that accept the most files: for existing files, with any feature gates. The gates still decide which
    /// values the server writes.
    var lenient: ServerOptions {
        ServerOptions(gates: gates.setting(.kmsv1, to: true).setting(.kmsv2, to: true))
    }
}

extension EtcdDiscovery {
    /// The `--feature-gates` of the manifest; nil without them.
    fileprivate func gates() throws(CommandFailure) -> FeatureGates? {
        guard let text = flags.featureGates else { return nil }
        guard let gates = FeatureGates(parsing: text) else {
            throw CommandFailure(
                "\(fileName(path)): kube-apiserver would not start with these feature gates: \(text)",
                hint: "correct the flag, or set --feature-gates")
        }
        return gates
    }
}
