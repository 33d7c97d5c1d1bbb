internal import ArgumentParser
internal import ConfigurationLint
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import Explanations
internal import GoText
internal import KMSPlugin
internal import KubernetesVersions
internal import RemoteCalls
internal import SecretMemory
internal import ShownText

/// `--kms-endpoint`: where a plugin listens, if not at the endpoint of the configuration.
///
/// The socket distinguishes two providers of one name: `--kms-endpoint unix:///OLD=unix:///NEW`.
struct KMSEndpointOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Socket of a plugin: [NAME=]unix:///PATH; repeatable.", valueName: "socket"))
    var kmsEndpoint: [String] = []

    func validate() throws {
        for text in kmsEndpoint where Override(text) == nil {
            throw ValidationError(
                "\(text): --kms-endpoint needs PROVIDER=unix:///PATH; an abstract socket is unix:///@SOCKET; "
                    + "control characters are refused, and =unix: within a path is written %3Dunix:")
        }
        for (index, override) in overrides.enumerated()
        where overrides[..<index].contains(where: { $0.target == override.target }) {
            let name =
                if case .provider(let name) = override.target { name } else { "" as ByteName }
            throw ValidationError(
                "--kms-endpoint has two values for "
                    + "\(name.isEmpty ? "the same provider" : name.text)")
        }
    }

    /// How to ask each plugin that the configurations name.
    ///
    /// - Parameter others: Further configurations of the command, which an endpoint can be meant for.
    func plugins(
        of configurations: [EncryptionConfiguration], besides others: [EncryptionConfiguration] = []
    ) throws(CommandFailure) -> [(plugin: KMSPlugin, provider: KMSProvider)] {
        let plugins = configurations.flatMap(\.plugins)
        // All configurations of a command are read by one version.
        let kubernetes = configurations.first?.kubernetes ?? .newest
        let overrides = overrides.filter { override in
            plugins.contains(where: override.target.covers)
                || !others.flatMap(\.plugins).contains(where: override.target.covers)
        }
        for override in overrides { try check(override, plugins) }
        return try plugins.map { plugin throws(CommandFailure) in
            let chosen = overrides.filter { $0.target.covers(plugin) }.map { Socket($0.endpoint) }
            guard Set(chosen).count < 2 else {
                throw CommandFailure(
                    "--kms-endpoint has several values for KMS provider \(name: plugin.name) at "
                        + "\(name: plugin.endpoint)",
                    status: .usage)
            }
            let endpoint = endpoint(of: plugin)
            guard Socket(endpoint).isWithoutControlBytes else {
                throw CommandFailure(
                    "KMS provider \(plugin.name): \(endpoint) contains control characters",
                    hint: "correct the endpoint; kube-apiserver cannot connect to it either")
            }
            return (plugin, KMSProvider(plugin, endpoint: endpoint, kubernetes: kubernetes))
        }
    }

    /// Refuses an endpoint for no plugin, and one for plugins that need not be the same: asked at one socket they would
    /// be taken for one another.
    private func check(_ override: Override, _ plugins: [KMSPlugin]) throws(CommandFailure) {
        let covered = plugins.filter { override.target.covers($0) }
        let endpoint = override.endpoint
        let isOneSocket = Set(covered.map { Socket($0.endpoint) }).count == 1
        switch override.target {
        case .only:
            guard isOneSocket, overrides.count == 1 else {
                throw CommandFailure(
                    "--kms-endpoint: cannot tell which KMS provider listens at \(endpoint)",
                    hint: "name the provider with --kms-endpoint NAME=\(endpoint)", status: .usage)
            }
        case .provider(let name):
            guard let first = covered.first else {
                throw CommandFailure(
                    "--kms-endpoint: no KMS provider \(name: name)",
                    hint: "run `encconf show` for the providers of a configuration")
            }
            guard isOneSocket else {
                throw CommandFailure(
                    "--kms-endpoint: cannot tell which KMS provider \(name: name) listens at \(endpoint)",
                    hint:
                        "use its socket in the configuration: --kms-endpoint \(first.endpoint)=\(endpoint)",
                    status: .usage)
            }
        case .socket:
            guard isOneSocket else {
                throw CommandFailure(
                    "--kms-endpoint: no KMS provider has the socket before =\(endpoint)",
                    hint: "write an endpoint of the configuration before =unix:")
            }
        }
    }

    /// The endpoint at which a plugin is asked.
    func endpoint(of plugin: KMSPlugin) -> ByteName {
        overrides.first { $0.target.covers(plugin) }?.endpoint ?? plugin.endpoint
    }

    /// The endpoints without a provider.
    var unnamed: [ByteName] { overrides.filter { $0.target == .only }.map(\.endpoint) }

    /// The same without those.
    var named: KMSEndpointOptions {
        var options = self
        options.kmsEndpoint = kmsEndpoint.filter { Override($0).map { $0.target != .only } ?? false }
        return options
    }

    private var overrides: [Override] { kmsEndpoint.compactMap(Override.init) }
}

/// The socket of an endpoint, byte by byte.
private struct Socket: Hashable {
    let bytes: [UInt8]

    init(_ endpoint: ByteName) { bytes = Array(KMSEndpoint(endpoint).socket.utf8) }

    /// A zero byte would end the path for the system, and another socket would be asked.
    var isWithoutControlBytes: Bool { bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
}

/// One endpoint, and whose it is.
private struct Override {
    /// Names and sockets are bytes.
    enum Target: Equatable {
        /// The only plugin that there is.
        case only
        /// The plugins of the providers of a name.
        case provider(ByteName)
        /// The plugins that the configuration has at a socket.
        case socket(Socket)

        func covers(_ plugin: KMSPlugin) -> Bool {
            switch self {
            case .only: true
            case .provider(let name): plugin.name == name
            case .socket(let socket): Socket(plugin.endpoint) == socket
            }
        }
    }

    let target: Target
    let endpoint: ByteName

    /// The text before `=unix:` is a name, or an endpoint if it begins with `unix:`. Names may contain equals signs
    /// and colons; a name that contains `=unix:`, or begins with `unix:`, needs its endpoint instead.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        let scheme = Array("unix:".utf8)
        let equals = bytes.indices.filter { bytes[$0] == UInt8(ascii: "=") && bytes[($0 + 1)...].starts(with: scheme) }
        switch equals.count {
        case 0 where bytes.starts(with: scheme): (target, endpoint) = (.only, ByteName(text))
        case 1:
            let left = bytes[..<equals[0]]
            endpoint = ByteName(String(decoding: bytes[(equals[0] + 1)...], as: UTF8.self))
            guard left.starts(with: scheme) else {
                guard !left.isEmpty else { return nil }
                target = .provider(ByteName(String(decoding: left, as: UTF8.self)))
                break
            }
            let socket = Socket(ByteName(String(decoding: left, as: UTF8.self)))
            guard !socket.bytes.isEmpty else { return nil }
            target = .socket(socket)
        default: return nil
        }
        let socket = Socket(endpoint)
        guard !socket.bytes.isEmpty, socket.isWithoutControlBytes else { return nil }
    }
}

extension KMSProvider {
    init(_ plugin: KMSPlugin, endpoint: ByteName, kubernetes: KubernetesVersion) {
        let socket = KMSEndpoint(endpoint).socket
        self.init(
            name: plugin.name, version: plugin.version == .v1 ? .v1 : .v2,
            peer: RemotePeer(
                socket.utf8.first == UInt8(ascii: "@")
                    ? .abstractSocket(name: String(decoding: socket.utf8.dropFirst(), as: UTF8.self))
                    : .unixSocket(path: socket)),
            timeout: .nanoseconds(plugin.timeout), kubernetes: kubernetes)
    }
}
