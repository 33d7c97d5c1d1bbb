public import ChildProcesses
public import SecretMemory

/// How a file comes to the servers.
public struct Delivery: Sendable {
    public enum Way: Sendable, Equatable {
        /// A tool of the user, run by `/bin/sh -c`.
        case command(String)
        /// OpenSSH's client.
        case ssh([SSHTarget])
    }

    /// The environment variables of a tool. None contains a key.
    public struct Cargo: Sendable {
        public let file: String
        public let content: SecretKey
        /// `sha256:` and 64 hex digits.
        public let hash: String
        public let phase: RolloutPosition

        public init(file: String, content: SecretKey, hash: String, phase: RolloutPosition) {
            self.file = file
            self.content = content
            self.hash = hash
            self.phase = phase
        }
    }

    /// A server that a tool is run for.
    public struct Server: Sendable, Equatable {
        public let id: String
        public let host: String?
        public let address: String?

        public init(id: String, host: String?, address: String?) {
            self.id = id
            self.host = host
            self.address = address
        }

        /// Whether it is the server that ssh reaches by this name or address.
        func isAt(_ target: SSHTarget) -> Bool {
            target.host == host || target.host == address.map(ServerAddress.host)
        }
    }

    /// The option of the command. The command itself may contain a password, and is not repeated.
    public let option: String
    public let way: Way
    /// The configuration of OpenSSH's client instead of the person's own.
    public let sshConfiguration: String?
    private let isCancelled: @Sendable () -> Bool

    public init(
        _ way: Way, option: String, sshConfiguration: String? = nil, isCancelled: @escaping @Sendable () -> Bool
    ) {
        self.option = option
        self.way = way
        self.sshConfiguration = sshConfiguration
        self.isCancelled = isCancelled
    }

    /// Runs the tool once, for one server or for all.
    public func run(_ cargo: Cargo, for server: Server? = nil) throws(DeliveryError) {
        switch way {
        case .command(let command):
            var child = ChildProcess("/bin/sh", arguments: ["-c", command])
            child.environment = Self.environment(cargo, server)
            try Self.run(child, "the command of \(option)", isCancelled)
        case .ssh(let targets):
            let wanted = targets.filter { server?.isAt($0) ?? true }
            guard !wanted.isEmpty else {
                throw DeliveryError(
                    name: targets.map(\.description).joined(separator: ","), reason: .noTarget(server?.id ?? ""))
            }
            for target in wanted {
                let script = target.script(hash: String(cargo.hash.dropFirst("sha256:".count)))
                let child = ChildProcess(
                    "ssh", arguments: target.arguments(configuration: sshConfiguration, script: script))
                try Self.run(child, target.description, isCancelled, input: cargo.content)
            }
        }
    }

    private static func environment(_ cargo: Cargo, _ server: Server?) -> [(name: String, value: String)] {
        var variables = [
            ("ENCCONF_FILE", cargo.file), ("ENCCONF_HASH", cargo.hash), ("ENCCONF_PHASE", cargo.phase.rawValue),
        ]
        if let server {
            variables += [
                ("ENCCONF_SERVER_ID", server.id), ("ENCCONF_SERVER_HOST", server.host ?? ""),
                ("ENCCONF_SERVER_ADDRESS", server.address ?? ""),
            ]
        }
        return variables
    }

    private static func run(
        _ child: ChildProcess, _ name: String, _ isCancelled: @escaping @Sendable () -> Bool,
        input: SecretKey = SecretKey(SecretBytes())
    ) throws(DeliveryError) {
        var child = child
        child.isCancelled = isCancelled
        let ended: ChildProcess.Ended
        do {
            // Its output goes to standard error: standard output carries only results.
            ended = try child.run(input: input.span, output: .standardError)
        } catch {
            throw DeliveryError(name: name, reason: .notRun(error))
        }
        guard ended.status == .exit(0) else { throw DeliveryError(name: name, reason: .failed(ended.status)) }
    }
}

/// Why a file was not delivered, or a server not restarted.
public struct DeliveryError: Error {
    public enum Reason: Sendable, Equatable {
        case notRun(ChildProcessError)
        case failed(ChildProcess.Ended.Status)
        /// None of the places is on the server with this id.
        case noTarget(String)
    }

    /// The option whose command it is, or the place.
    public let name: String
    public let reason: Reason
}
