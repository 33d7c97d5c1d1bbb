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
            valueName: "[name=]unix:///path"))
    var kmsEndpoint: [String] = []

    func validate() throws {
        for text in kmsEndpoint where Override(text) == nil {
            throw ValidationError(
                "\(text): --kms-endpoint is NAME=unix:///PATH, for an abstract socket NAME=unix:///@NAME")
        }
    }

    /// How to ask each plugin that the configurations name.
    func plugins(
        of configurations: [EncryptionConfiguration]
    ) throws(CommandFailure) -> [(plugin: KMSPlugin, provider: KMSProvider)] {
        let plugins = configurations.flatMap(\.plugins)
        for override in overrides {
            guard let name = override.name else {
                guard Set(plugins.map(\.name)).count == 1 else {
                    throw CommandFailure(
                        "--kms-endpoint: which KMS provider listens at \(override.endpoint.printable)?",
                        hint: "name it: --kms-endpoint NAME=\(override.endpoint.printable)")
                }
                continue
            }
            guard plugins.contains(where: { $0.name == name }) else {
                throw CommandFailure(
                    "--kms-endpoint: no KMS provider is named \(name.printable)",
                    hint: "`encconf show` lists the providers of a configuration")
            }
        }
        return plugins.map { ($0, KMSProvider($0, endpoint: endpoint(of: $0))) }
    }

    /// The endpoint at which a plugin is asked.
    func endpoint(of plugin: KMSPlugin) -> String {
        overrides.first { $0.name == nil || $0.name == plugin.name }?.endpoint ?? plugin.endpoint
    }

    /// The endpoints that were told without the name of a provider.
    var unnamed: [String] { overrides.filter { $0.name == nil }.map(\.endpoint) }

    /// The same without those.
    var named: KMSEndpointOptions {
        var options = self
        options.kmsEndpoint = kmsEndpoint.filter { Override($0)?.name != nil }
        return options
    }

    private var overrides: [Override] { kmsEndpoint.compactMap(Override.init) }

    /// One endpoint, and whose it is.
    private struct Override {
        /// Nil for the only provider that there is.
        let name: String?
        let endpoint: String

        init?(_ text: String) {
            if text.hasPrefix("unix:") {
                (name, endpoint) = (nil, text)
            } else {
                // Names may hold equals signs.
                let equals = text.indices.first { text[$0] == "=" && text[$0...].dropFirst().hasPrefix("unix:") }
                guard let equals, equals > text.startIndex else { return nil }
                (name, endpoint) = (String(text[..<equals]), String(text[equals...].dropFirst()))
            }
            guard !KMSEndpoint(endpoint).socket.isEmpty else { return nil }
        }
    }
}
