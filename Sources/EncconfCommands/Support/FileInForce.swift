internal import APIServerFlags
internal import SecretMemory

extension EtcdOptions {
    /// Whether the manifest that names the clusters is one of a server that runs a file: then they are all that it
    /// stores in.
    ///
    /// - Throws: If the server runs another file.
    func isStore(ofServersWith file: ConfigurationFile, or successor: String?) throws(CommandFailure) -> Bool {
        guard let discovery = try connection.discovery() else { return false }
        switch try discovery.comparison(with: [file.hash, successor].compactMap { $0 }) {
        // With --endpoints somebody says that these are the same servers, and nothing shows it.
        case .same: return connection.endpoints == nil
        case .unknown(let reason):
            Console().warning(
                "\(InputFile.name(discovery.path)): whether its server runs \(InputFile.name(file.path)) cannot be "
                    + "told: \(reason)")
            return false
        case .other(let path):
            let problem = discovery.problem(of: file, insteadOf: path)
            throw CommandFailure([problem], status: .unproven)
        }
    }

    /// An audit under another file than the servers run shows what would be, and not what is.
    func warnUnlessInForce(_ file: ConfigurationFile, _ console: Console) throws(CommandFailure) {
        guard let discovery = try connection.discovery(),
            case .other(let path) = try discovery.comparison(with: [file.hash])
        else { return }
        let problem = discovery.problem(of: file, insteadOf: path)
        console.warning(problem.message, hint: problem.hint)
    }
}

extension EtcdDiscovery {
    /// How the file that the server runs relates to others.
    fileprivate enum Comparison {
        case same
        /// The server runs the file at this path, which is none of them.
        case other(path: String)
        /// The file cannot be looked at.
        case unknown(reason: String)
    }

    /// Compares the file that the server runs, byte by byte.
    ///
    /// - Parameter hashes: What ``ConfigurationFile/hash`` gives.
    fileprivate func comparison(with hashes: [String]) throws(CommandFailure) -> Comparison {
        guard let flag = flags.encryptionProviderConfig else {
            return .unknown(reason: "it names no --encryption-provider-config")
        }
        guard case .file(let path) = flag else {
            return .unknown(reason: "its --encryption-provider-config is no file of this node")
        }
        let content: SecretKey
        do throws(CommandFailure) {
            content = try InputFile.read(path).content
        } catch {
            return .unknown(reason: error.problems[0].message)
        }
        return hashes.contains(try ConfigurationFile.sha256(content)) ? .same : .other(path: path)
    }

    /// That the server runs another file than the one at hand.
    fileprivate func problem(of file: ConfigurationFile, insteadOf path: String) -> CommandFailure.Problem {
        CommandFailure.Problem(
            message: "\(InputFile.name(self.path)): its server runs \(path.printable), which is not "
                + "\(InputFile.name(file.path)): the hashes differ",
            hint: "take the file that the servers run, or the manifest of a server that runs this one")
    }
}
