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
    var asksNobody = false

    /// Asks the plugins of the configurations, or nobody.
    ///
    /// - Parameters:
    ///   - others: Further configurations of the command, which `--kms-endpoint` can be meant for.
    ///   - asked: The plugins that were asked in this run before.
    func unwrapping(
        for configurations: [EncryptionConfiguration], besides others: [EncryptionConfiguration] = [],
        asking asked: PluginUnwrapping = PluginUnwrapping()
    ) throws(CommandFailure) -> any KMSUnwrapping & Sendable {
        let plugins = try endpoints.plugins(of: configurations, besides: others)
        guard !asksNobody else { return NoKMS() }
        for (plugin, provider) in plugins { asked.add(KMSPluginIdentity(plugin), asking: provider) }
        return asked
    }

    /// What to do about a plugin that was not asked, or did not answer.
    func hint(for plugin: KMSPlugin, _ reason: KMSUncertainty?) -> Phrase {
        guard !asksNobody else { return "without --no-kms the plugin is asked" }
        let socket: Phrase = "--kms-endpoint \(name: plugin.name)=unix:///PATH"
        return switch reason {
        case nil, .silent: "run this where the plugin listens, or tell its socket: \(socket)"
        default:
            "see what `encconf kms status` and the plugin's log say; if something else listens there, tell the plugin's "
                + "socket: \(socket)"
        }
    }
}
