internal import Diagnostics

/// A call of kube-apiserver.
struct ServerCall: Equatable {
    var arguments: [CommandWord]
    /// Whether it may run in another folder than that of the container or the unit.
    var hasMoved = false
    /// Where it runs in a container of its own, which the command line starts.
    var container: ContainerPlace?
}

/// Finds kube-apiserver in a command line, behind the programs that only start another one.
struct ProgramCall {
    /// What a command line comes to.
    enum Outcome: Equatable {
        case apiServer(ServerCall)
        /// Another program, or none; its name, if it is known.
        case other(String?)
        /// The program is unknown, and why.
        case unknown(APIServerFlagsError)
    }

    private static let depthLimit = 4
    private static let entryPoints: Set = ["/opt/rke-tools/entrypoint.sh", "/opt/rke/entrypoint.sh"]

    /// The variables that a shell would find.
    private let environment: ShellEnvironment
    /// Shells within shells.
    private var depth = 0

    /// - Parameters:
    ///   - words: The program and its arguments.
    ///   - environment: The variables that a shell would find.
    static func resolve(
        _ words: [CommandWord], environment: ShellEnvironment, budget: inout TextBudget
    ) throws(APIServerFlagsError) -> Outcome {
        try ProgramCall(environment: environment).resolve(words, &budget)
    }

    private init(environment: ShellEnvironment) { self.environment = environment }

    private func resolve(_ words: [CommandWord], _ budget: inout TextBudget) throws(APIServerFlagsError) -> Outcome {
        var rest = words[...]
        var hasMoved = false
        let first = words.first?.programName
        while let program = rest.popFirst() {
            guard let name = program.programName else { return .unknown(Self.notTold(program)) }
            switch name {
            case "kube-apiserver": return .apiServer(ServerCall(arguments: Array(rest), hasMoved: hasMoved))
            // The one binary of Kubernetes before 1.19, which named its servers with or without `kube-`.
            case "hyperkube":
                guard let server = rest.popFirst()?.text, ["kube-apiserver", "apiserver"].contains(server) else {
                    return .other(first)
                }
                return .apiServer(ServerCall(arguments: Array(rest), hasMoved: hasMoved))
            case "env":
                if let unknown = Self.passEnvOptions(&rest, &hasMoved) { return .unknown(unknown) }
            // Programs that run what follows their own flags. `go-runner` is the entry point of the images of
            // Kubernetes (kubernetes, build/go-runner); kops and kube-up call it with `--flag=value` alone.
            // `watch-termination` is OpenShift's.
            case "go-runner", "tini", "dumb-init", "exec", "nohup", "setsid", "watch-termination":
                rest = rest.drop { $0.text.utf8.first == UInt8(ascii: "-") }
            // RKE's, which ends in `exec "$@"` (github.com/rancher/rke-tools, entrypoint.sh).
            case "entrypoint.sh" where Self.entryPoints.contains(program.text): continue
            case "sudo" where rest.first?.text.utf8.first != UInt8(ascii: "-"): continue
            case "sh", "bash", "dash", "ash", "busybox":
                guard depth < Self.depthLimit else { return .other(first) }
                let outcome = try shell(name, Array(rest), &budget)
                guard hasMoved, case .apiServer(var call) = outcome else { return outcome }
                call.hasMoved = true
                return .apiServer(call)
            case "docker", "podman", "nerdctl": return try container(name, rest, &budget)
            default: return .other(first)
            }
        }
        return .other(first)
    }

    /// What runs in the container that `docker run` starts.
    private func container(
        _ program: String, _ arguments: ArraySlice<CommandWord>, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) -> Outcome {
        let run: ContainerRun?
        do { run = try ContainerRun.read(arguments) } catch { return .unknown(error) }
        guard let run, depth < Self.depthLimit else { return .other(program) }
        guard let first = run.command.first, first.certainText.utf8.first != UInt8(ascii: "-") else {
            return .unknown(APIServerFlagsError(.unsupported(.imageEntryPoint), at: run.image.position))
        }
        var inner = self
        inner.depth += 1
        let outcome = try inner.resolve(run.command, &budget)
        guard case .apiServer(var call) = outcome else { return outcome }
        call.container = call.container ?? run.place
        return .apiServer(call)
    }

    private static func notTold(_ word: CommandWord) -> APIServerFlagsError {
        APIServerFlagsError(
            .unknownVariable(flag: nil, variable: word.unknown?.variable ?? ""), at: word.position)
    }

    /// Passes over the options and the variables of `env` (GNU coreutils, src/env.c).
    ///
    /// - Returns: Why the program is unknown; nil if it is known.
    private static func passEnvOptions(
        _ rest: inout ArraySlice<CommandWord>, _ hasMoved: inout Bool
    ) -> APIServerFlagsError? {
        while let word = rest.first, word.text.utf8.first == UInt8(ascii: "-") || word.isAssignment {
            rest.removeFirst()
            guard !word.isAssignment, word.text != "--" else { continue }
            guard word.unknown == nil else { return notTold(word) }
            let isLong = word.text.utf8.starts(with: "--".utf8)
            let letters = word.text.utf8.dropFirst().prefix { !"CuS".utf8.contains($0) }
            // A long option may be cut short, as long as no other begins so.
            let option = isLong ? word.text.utf8.dropFirst(2).first : word.text.utf8.dropFirst(1 + letters.count).first
            let hasValue =
                isLong ? word.text.utf8.contains(UInt8(ascii: "=")) : word.text.utf8.count > letters.count + 2
            switch option {
            case UInt8(ascii: "C"),
                UInt8(ascii: "c") where isLong:
                hasMoved = true
            case UInt8(ascii: "u"): break
            // One word that holds the whole command line.
            case UInt8(ascii: "S"),
                UInt8(ascii: "s") where isLong:
                return APIServerFlagsError(.unsupported(.splitString), at: word.position)
            default: continue
            }
            if !hasValue { _ = rest.popFirst() }
        }
        return nil
    }

    // MARK: Shells

    /// `sh -c SCRIPT`; the options of a shell may be written as one, such as `-ec`.
    private func shell(
        _ name: String, _ arguments: [CommandWord], _ budget: inout TextBudget
    ) throws(APIServerFlagsError) -> Outcome {
        var rest = arguments[...]
        if name == "busybox", let applet = rest.popFirst()?.text, applet != "sh", applet != "ash" {
            return .other(applet)
        }
        while let option = rest.popFirst() {
            guard option.text.utf8.first == UInt8(ascii: "-") else {
                return .unknown(APIServerFlagsError(.unsupported(.shellWithoutScript), at: option.position))
            }
            guard !option.text.utf8.starts(with: "--".utf8), option.text.utf8.last == UInt8(ascii: "c") else {
                continue
            }
            guard let script = rest.popFirst() else { return .other(name) }
            return try self.script(script, &budget)
        }
        return .unknown(APIServerFlagsError(.unsupported(.shellWithoutScript), at: arguments.last?.position))
    }

    private func script(_ script: CommandWord, _ budget: inout TextBudget) throws(APIServerFlagsError) -> Outcome {
        // It is replaced before the shell reads the script, and may be anything there, also a quote.
        if let specifier = script.unknowns.first(where: \.isSpecifier) {
            return .unknown(
                APIServerFlagsError(.unknownVariable(flag: nil, variable: specifier.variable), at: script.position))
        }
        let commands: [[CommandWord]]
        do {
            commands = try ShellScript.commands(of: script, environment: environment, budget: &budget)
        } catch {
            switch error.reason {
            case .unsupported, .unclosedQuote: return .unknown(error)
            default: throw error
            }
        }
        var inner = self
        inner.depth += 1
        var outcome: Outcome = .other(nil)
        for command in commands {
            let found = try inner.resolve(command, &budget)
            switch (outcome, found) {
            case (.apiServer, .apiServer): throw APIServerFlagsError(.severalAPIServers, at: script.position)
            case (_, .apiServer), (.other, .unknown), (.other(nil), _): outcome = found
            default: break
            }
        }
        guard case .apiServer(var call) = outcome else { return outcome }
        call.hasMoved = call.hasMoved || commands.contains(where: Self.mayMove)
        return .apiServer(call)
    }

    /// Whether a command of a script may change the folder that the script is in; `.` and `eval` may do anything.
    private static func mayMove(_ command: [CommandWord]) -> Bool {
        let movers: Set = ["cd", "chdir", "pushd", "popd", ".", "source", "eval"]
        return command.contains { movers.contains($0.text) } || command.first?.programName == nil
    }
}

/// What was found of several commands.
struct ProgramSearch {
    private var programs: [String] = []
    private var call: ServerCall?
    private var unknown: APIServerFlagsError?

    mutating func add(_ outcome: ProgramCall.Outcome, at position: SourcePosition?) throws(APIServerFlagsError) {
        switch outcome {
        case .other(let name): if let name, programs.count < 8 { programs.append(name) }
        case .unknown(let error): unknown = unknown ?? error
        case .apiServer(let found):
            guard call == nil else { throw APIServerFlagsError(.severalAPIServers, at: position) }
            call = found
        }
    }

    /// Whether a kube-apiserver was found.
    var hasFound: Bool { call != nil }

    /// The call of the one kube-apiserver. Unknown commands count only if there is no such call.
    func result() throws(APIServerFlagsError) -> ServerCall {
        if let call { return call }
        throw unknown ?? APIServerFlagsError(.noAPIServer(programs: programs), at: nil)
    }
}

extension CommandWord {
    /// `NAME=value` before a command or after `env`.
    var isAssignment: Bool { assignedName != nil }

    /// The name of the variable, if the word is an assignment.
    var assignedName: String? {
        guard let equals = certainText.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        var name = certainText.utf8[..<equals]
        // `NAME+=value` of bash.
        if name.last == UInt8(ascii: "+") { name.removeLast() }
        return VariableName.isName(name) ? String(decoding: name, as: UTF8.self) : nil
    }
}
