internal import ClusterRollout
internal import EncryptionConfig
internal import Explanations
internal import GoText
internal import KMSPlugin
internal import KubernetesAPI
internal import Reports
internal import ShownText
internal import Terminal

// A new key within a KMS plugin.
extension RolloutRun {
    /// A server that cannot ask its plugin goes on with the key that it had for three minutes.
    static let keyIDSeconds = 180.0

    func awaitKeyIDs() throws(CommandFailure) {
        let file = try configuration()
        let plugins = try command.evidence.kms.endpoints.plugins(of: [file.configuration]).filter {
            $0.plugin.version == .v2
        }
        guard !plugins.isEmpty else { throw CommandFailure("\(command.file): no KMS v2 provider") }
        let end = ContinuousClock.now + command.delivery.timeout.duration
        try tell("key-ids", .begins, "waiting until every server uses the key ID of the plugin")
        func ask() throws(CommandFailure) {
            let expected = Dictionary(
                plugins.map { plugin, provider in
                    let examination = PluginClient(provider).examine()
                    return (plugin.name.text, examination.problem == nil ? examination.status?.keyIDHash : nil)
                }
            ) { first, _ in first }
            facts.keyIDs = RolloutFacts.KeyIDs(try servers.look(for: file).census, expected: expected)
        }
        try ask()
        while facts.keyIDs != .agree, ContinuousClock.now < end {
            guard APIServer.pause(.seconds(5), settings.isCancelled) else { throw Self.givenUp }
            try ask()
        }
        if facts.keyIDs == .agree {
            let seconds = Self.keyIDSeconds + command.delivery.settle.seconds
            console.note("waiting \(Int(seconds)) s until no server uses the previous key ID")
            guard APIServer.pause(.milliseconds(Int64(seconds * 1000)), settings.isCancelled) else {
                throw Self.givenUp
            }
            try ask()
            // Only values that are stored from now on count for the audit.
            try take(servers.look(for: file), phase: "servers")
        }
        try tell(
            "key-ids", .ends,
            facts.keyIDs == .agree ? "every server uses the key ID" : "not every server is known to use the key ID")
    }
}
