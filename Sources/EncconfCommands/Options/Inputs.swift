internal import APIServerFlags
internal import Diagnostics
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import Glibc
internal import SecretMemory
internal import ShownText
internal import Terminal

/// What a person names on the command line, read with failures that a person understands.
enum Inputs {
    /// The file at `path`, or standard input for `-`.
    static func file(_ path: String) throws(CommandFailure) -> InputFile {
        if path == "-" { tellOfTyping() }
        do { return try InputFile.read(path) } catch { throw error.failure() }
    }

    /// All of standard input.
    static func standardInput() throws(CommandFailure) -> SecretBytes {
        tellOfTyping()
        do { return try InputFile.readStandardInput() } catch { throw error.failure() }
    }

    /// Refuses to write a configuration that a distribution keeps itself.
    static func refuseOwned(_ path: String) throws(CommandFailure) {
        do throws(DistributionFile) { try DistributionFile.refuse(path) } catch { throw error.failure }
    }

    private static func tellOfTyping() {
        if InputFile.isStandardInputTyped { Console().note("reading standard input; end it with Ctrl-D") }
    }

    /// A file is read whatever the gates allow. That its server would not start with it is told.
    private static func warnOfGates(_ document: ConfigurationDocument, _ rules: ServerRules, _ path: String) {
        do throws(ConfigurationRefusal) {
            _ = try EncryptionConfiguration(checking: document, options: ServerOptions(gates: rules.gates))
        } catch {
            let finding = error.diagnostics.first
            Console().warning(
                "\(fileName(path)): kube-apiserver \(rules.kubernetes) would not start with it: \(finding?.message ?? "")",
                hint: finding?.hint.map { Phrase(foreign: $0) })
        }
    }

    /// A configuration that a kube-apiserver of the version could start with, whatever its feature gates.
    static func configuration(_ path: String, _ rules: ServerRules) throws(CommandFailure) -> ConfigurationFile {
        let content = try file(path).content
        guard content.bytes.count > 0 else {
            throw CommandFailure(
                "\(fileName(path)): the file is empty",
                hint: "`encconf init` prints a configuration to begin with")
        }
        let hash = try fileHash(content)
        do throws(ConfigurationRefusal) {
            let document = try ConfigurationDocument.read(
                SecretBytes(copying: content.span), headerless: rules.headerless, kubernetes: rules.kubernetes)
            let configuration = try EncryptionConfiguration(checking: document, options: rules.lenient)
            Program.redactor.learn(configuration.keys.map(\.key.secret))
            if rules.isChosen { warnOfGates(document, rules, path) }
            return ConfigurationFile(path: path, hash: hash, configuration: configuration)
        } catch {
            throw CommandFailure(error.diagnostics.map { problem($0, path: path) })
        }
    }
}
