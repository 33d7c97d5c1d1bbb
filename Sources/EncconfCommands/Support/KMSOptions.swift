internal import ArgumentParser
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import KMSPlugin
internal import RemoteCalls

/// `--kms-endpoint`: where plugins listen, if it is not where the configuration says.
struct KMSEndpointOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where the plugin of a KMS provider listens, instead of the configuration's endpoint. Repeat it for several.",
            valueName: "name=unix:///path"))
    var kmsEndpoint: [String] = []

    func validate() throws {
        for text in kmsEndpoint where Self.parse(text) == nil {
            throw ValidationError(
                "\(text): --kms-endpoint is NAME=unix:///PATH, for an abstract socket NAME=unix:///@NAME")
        }
    }

    /// A client for each plugin that the configurations name.
    func clients(for configurations: [EncryptionConfiguration]) throws(CommandFailure) -> [PluginClient] {
        let plugins = configurations.flatMap(\.plugins)
        for (name, _) in overrides where !plugins.contains(where: { $0.name == name }) {
            throw CommandFailure(
                "--kms-endpoint: no KMS provider is named \(name.printable)",
                hint: "`encconf show` lists the providers of a configuration")
        }
        return plugins.map { PluginClient(KMSProvider($0, endpoint: endpoint(of: $0))) }
    }

    /// The endpoint at which a plugin is asked.
    func endpoint(of plugin: KMSPlugin) -> String {
        overrides.first { $0.name == plugin.name }?.endpoint ?? plugin.endpoint
    }

    private var overrides: [(name: String, endpoint: String)] { kmsEndpoint.compactMap(Self.parse) }

    private static func parse(_ text: String) -> (name: String, endpoint: String)? {
        // Names may hold equals signs.
        let equals = text.indices.first { text[$0] == "=" && text[$0...].dropFirst().hasPrefix("unix:") }
        guard let equals else { return nil }
        let (name, endpoint) = (String(text[..<equals]), String(text[equals...].dropFirst()))
        return name.isEmpty || KMSEndpoint(endpoint).socket.isEmpty ? nil : (name, endpoint)
    }
}

/// Who decrypts the keys of KMS values: for every command that opens stored values.
struct KMSOptions: ParsableArguments {
    @OptionGroup var endpoints: KMSEndpointOptions
    @Flag(name: .customLong("no-kms"), help: "Ask no KMS plugin; values that need one stay closed.")
    var asksNobody = false

    /// Asks the plugins of the configurations, or nobody.
    func unwrapping(
        for configurations: [EncryptionConfiguration]
    ) throws(CommandFailure) -> any KMSUnwrapping & Sendable {
        let clients = try endpoints.clients(for: configurations)
        return asksNobody ? NoKMS() : PluginUnwrapping(clients)
    }

    /// What to do about a plugin that was not asked, or did not answer.
    func hint(for plugin: KMSPlugin) -> String {
        guard !asksNobody else { return "without --no-kms the plugin is asked" }
        return "run this where the plugin listens, or tell its socket: "
            + "--kms-endpoint \(plugin.name.printable)=unix:///PATH"
    }
}

extension KMSProvider {
    init(_ plugin: KMSPlugin, endpoint: String) {
        let socket = KMSEndpoint(endpoint).socket
        self.init(
            name: plugin.name, version: plugin.version == .v1 ? .v1 : .v2,
            peer: RemotePeer(
                socket.hasPrefix("@") ? .abstractSocket(name: String(socket.dropFirst())) : .unixSocket(path: socket)),
            timeout: .nanoseconds(plugin.timeout))
    }
}
