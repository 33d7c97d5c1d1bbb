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

    /// A version whose rules are known, or a newer one, which is judged by the rules of the newest.
    static func parsedVersion(_ text: String) throws -> KubernetesVersion {
        guard let version = KubernetesVersion(text) else { throw ValidationError("a version looks like 1.29") }
        guard version >= .oldest else { throw ValidationError(tooOld(version)) }
        return version
    }

    private static func parsedGates(_ text: String) throws -> FeatureGates {
        guard let gates = FeatureGates(parsing: text) else {
            throw ValidationError("--feature-gates is a list such as KMSv1=true,KMSv2=false")
        }
        return gates
    }

    private static func tooOld(_ version: KubernetesVersion) -> String {
        "the rules of Kubernetes \(version) are not known; the oldest version whose rules were recorded is "
            + "\(KubernetesVersion.oldest)"
    }

    /// The kube-apiserver to judge by: what the command line says, else what a manifest or the servers say.
    ///
    /// - Parameters:
    ///   - discovery: The manifest or unit of the command; nil if none is given.
    ///   - servers: The versions of the servers that were asked. The oldest one counts, since it reads the least.
    ///   - isVerdict: Whether the command itself says what the version makes of the gates.
    ///   - isReading: Whether the command only opens what is stored. Then the oldest rules known stand in for those of an
    ///     older server, with a warning; whoever gives a verdict asks for ``unknownVersion(_:)``.
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
                hint: "--kubernetes \(KubernetesVersion.oldest) judges by the oldest rules known")
        }
        if let unknown {
            Console().warning(
                "the rules of Kubernetes \(unknown) are not known; its values are judged by those of \(version)")
        } else {
            tell(version, found, discovery)
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

    /// The version that the manifest tells, if its rules are not known and the command line names no other.
    func unknownVersion(_ discovery: EtcdDiscovery?) -> KubernetesVersion? {
        guard kubernetes == nil, let found = discovery?.flags.kubernetes, found < .oldest else { return nil }
        return found
    }

    /// Which version is meant, where that is not plain.
    private func tell(_ version: KubernetesVersion, _ found: KubernetesVersion?, _ discovery: EtcdDiscovery?) {
        let console = Console()
        if version > .newest {
            console.warning(
                "Kubernetes \(version) is judged by the rules of \(KubernetesVersion.newest), the newest known")
        }
        if let found, found != version {
            console.warning("judged by the rules of Kubernetes \(version), as asked; kube-apiserver is of \(found)")
        } else if found != nil, version != .newest {
            console.note("judged by the rules of Kubernetes \(version)")
        } else if kubernetes == nil, found == nil, let discovery {
            console.note(
                "\(fileName(discovery.path)) does not name the version of kube-apiserver: judged by the rules of \(version); "
                    + "--kubernetes names another one")
        }
    }
}

/// The kube-apiserver that a command judges by.
struct ServerRules {
    var kubernetes = KubernetesVersion.newest
    var gates = FeatureGates()
    var headerless = false
    /// Whether somebody said which version or gates are meant.
    var isChosen = false

    /// What a command has to say again to judge by the same rules.
    var given: [Phrase] {
        let gates = gates.description
        return (kubernetes == .newest ? [] : ["--kubernetes \(kubernetes)"])
            + (gates.isEmpty ? [] : ["--feature-gates \(gates)"]) + (headerless ? ["--headerless"] : [])
    }

    /// The same gates, with a server whose gate lets KMS v1 pass unless something else is said.
    var gatesWithKMSv1: FeatureGates {
        guard case .settable = FeatureGate.kmsv1.standing(in: kubernetes), gates[.kmsv1] == nil else { return gates }
        return gates.setting(.kmsv1, to: true)
    }

    /// The options that read the most files: for what is there already, whatever its server allows. Which values it
    /// writes is still what the gates say.
    var lenient: ServerOptions {
        ServerOptions(gates: gates.setting(.kmsv1, to: true).setting(.kmsv2, to: true))
    }
}

extension EtcdDiscovery {
    /// What the manifest says in `--feature-gates`; nil if it says nothing.
    fileprivate func gates() throws(CommandFailure) -> FeatureGates? {
        guard let text = flags.featureGates else { return nil }
        guard let gates = FeatureGates(parsing: text) else {
            throw CommandFailure(
                "\(fileName(path)): kube-apiserver would not start with these feature gates: \(text)",
                hint: "correct the flag, or give --feature-gates")
        }
        return gates
    }
}
