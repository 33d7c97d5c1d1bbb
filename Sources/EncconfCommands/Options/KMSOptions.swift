internal import ArgumentParser
internal import EncryptionConfig
internal import EnvelopeCrypto
internal import Explanations
internal import GoText
internal import KMSPlugin
internal import SecretMemory
internal import ShownText
internal import Transformers

/// The KMS plugins that decrypt data keys, for every command that decrypts stored values.
struct KMSOptions: ParsableArguments {
    @OptionGroup(title: "KMS") var endpoints: KMSEndpointOptions
    @Flag(name: .customLong("no-kms"), help: "Call no KMS plugin; leave its values unchecked.")
    var isOff = false

    /// Decrypts data keys with the plugins of the configurations, or with none for `--no-kms`.
    ///
    /// - Parameters:
    ///   - others: Further configurations of the command, to which `--kms-endpoint` may apply.
    ///   - asked: The plugins that this run has called before.
    func unwrapping(
        for configurations: [EncryptionConfiguration], besides others: [EncryptionConfiguration] = [],
        asking asked: PluginUnwrapping = PluginUnwrapping()
    ) throws(CommandFailure) -> any KMSUnwrapping & Sendable {
        let plugins = try endpoints.plugins(of: configurations, besides: others)
        guard !isOff else { return NoKMS() }
        for (plugin, provider) in plugins { asked.add(KMSPluginIdentity(plugin), asking: provider) }
        return asked
    }

    /// The remedy for a plugin that was not called, or did not answer.
    func hint(for plugin: KMSPlugin, _ reason: KMSUncertainty?) -> Phrase {
        guard !isOff else { return "omit --no-kms" }
        let socket: Phrase = "--kms-endpoint \(name: plugin.name)=unix:///PATH"
        return switch reason {
        case nil, .silent: "run this on the node of the plugin, or set \(socket)"
        default:
            "run `encconf kms status` and read the log of the plugin; if another program listens there, set "
                + "\(socket)"
        }
    }
}
