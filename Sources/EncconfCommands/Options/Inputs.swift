internal import APIServerFlags
internal import Diagnostics
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import Glibc
internal import SecretMemory
internal import ShownText
internal import Terminal

/// Reads the files of the command line, with errors for people.
enum Inputs {
    /// The file at `path`, or standard input for `-`.
    static func file(_ path: String) throws(CommandFailure) -> InputFile {
        if path == "-" { noteTyping() }
        do { return try InputFile.read(path) } catch { throw error.failure() }
    }

    /// All of standard input.
    static func standardInput() throws(CommandFailure) -> SecretBytes {
        noteTyping()
        do { return try InputFile.readStandardInput() } catch { throw error.failure() }
    }

    /// Refuses to write a configuration that a distribution keeps itself.
    static func refuseOwned(_ path: String) throws(CommandFailure) {
        do throws(DistributionFile) { try DistributionFile.refuse(path) } catch { throw error.failure }
    }

    /// The snapshots, each file once: a file that is named twice is one backup, and proves what one does.
    static func distinct(_ snapshots: [String], _ console: Console) -> [String] {
        var names: [FileIdentity: String] = [:]
        return snapshots.filter { path in
            // What is not there is told when it is read.
            guard let file = FileIdentity(of: path) else { return true }
            guard let name = names[file] else {
                names[file] = path
                return true
            }
            console.warning("\(path): the same file as \(name); read once")
            return false
        }
    }

    private static func noteTyping() {
        if InputFile.isStandardInputTyped { Console().note("Reading standard input. End it with Ctrl-D.") }
    }

    /// Warns if the server would not start with the file. The file is still read, with any gates.
    private static func warnOfGates(_ document: ConfigurationDocument, _ rules: ServerRules, _ path: String) {
        do throws(ConfigurationRefusal) {
            _ = try EncryptionConfiguration(checking: document, options: ServerOptions(gates: rules.gates))
        } catch {
            let finding = error.diagnostics.first
            Console().warning(
                "\(fileName(path)): kube-apiserver \(rules.kubernetes) would not start with this file: "
                    + "\(finding?.message ?? "")",
                hint: finding?.hint.map { Phrase(foreign: $0) })
        }
    }

    /// A configuration with which a kube-apiserver of this version could start, with some feature gates.
    static func configuration(_ path: String, _ rules: ServerRules) throws(CommandFailure) -> ConfigurationFile {
        try configuration(path, try file(path).content, rules)
    }

    /// The same for a file that was read already.
    static func configuration(
        _ path: String, _ content: SecretKey, _ rules: ServerRules
    ) throws(CommandFailure) -> ConfigurationFile {
        guard content.bytes.count > 0 else {
            throw CommandFailure(
                "\(fileName(path)): the file is empty",
                hint: "create a configuration with `encconf init`")
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
