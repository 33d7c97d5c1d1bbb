internal import Diagnostics

/// Finds kube-apiserver in a command line, behind the programs that only start another one.
enum ProgramCall {
    /// What a command line comes to.
    enum Outcome: Equatable {
        /// The arguments of kube-apiserver.
        case apiServer([CommandWord])
        /// Another program, or none; its name, if that is told.
        case other(String?)
        /// What runs rests on a variable that is not told.
        case unknown(APIServerFlagsError)
    }

    /// - Parameters:
    ///   - words: The program and its arguments.
    ///   - environment: The variables that a shell would find.
    static func resolve(
        _ words: [CommandWord], environment: ShellEnvironment, budget: inout TextBudget, depth: Int = 0
    ) throws(APIServerFlagsError) -> Outcome {
        var rest = words[...]
        let first = words.first?.programName
        while let program = rest.popFirst() {
            guard let name = program.programName else {
                let variable = program.unknown?.variable ?? ""
                return .unknown(
                    APIServerFlagsError(.unknownVariable(flag: nil, variable: variable), at: program.position))
            }
            switch name {
            case "kube-apiserver": return .apiServer(Array(rest))
            // The one binary of Kubernetes before 1.19, which named its servers with or without `kube-`.
            case "hyperkube":
                guard let server = rest.popFirst()?.text, ["kube-apiserver", "apiserver"].contains(server) else {
                    return .other(first)
                }
                return .apiServer(Array(rest))
            // Programs that run what follows their own flags. `go-runner` is the entry point of the images of
            // Kubernetes (kubernetes, build/go-runner); kops and kube-up call it with `--flag=value` alone.
            case "go-runner", "tini", "dumb-init", "exec", "nohup", "setsid", "env":
                rest = rest.drop { $0.text.utf8.first == UInt8(ascii: "-") || name == "env" && $0.isAssignment }
            case "sh", "bash", "dash", "ash", "busybox":
                guard depth < 4 else { return .other(first) }
                return try shell(name, Array(rest), environment: environment, budget: &budget, depth: depth)
            default: return .other(first)
            }
        }
        return .other(first)
    }

    /// `sh -c SCRIPT`; the options of a shell may be written as one, such as `-ec`.
    private static func shell(
        _ name: String, _ arguments: [CommandWord], environment: ShellEnvironment, budget: inout TextBudget, depth: Int
    ) throws(APIServerFlagsError) -> Outcome {
        var rest = arguments[...]
        if name == "busybox", let applet = rest.popFirst()?.text, applet != "sh", applet != "ash" {
            return .other(applet)
        }
        while let option = rest.popFirst() {
            guard option.text.utf8.first == UInt8(ascii: "-") else {
                throw APIServerFlagsError(.unsupported(.shellWithoutScript), at: option.position)
            }
            guard !option.text.hasPrefix("--"), option.text.utf8.last == UInt8(ascii: "c") else { continue }
            guard let script = rest.popFirst() else { return .other(name) }
            if let specifier = script.unknown?.variable, specifier.hasPrefix("%") {
                throw APIServerFlagsError(.unknownVariable(flag: nil, variable: specifier), at: script.position)
            }
            return try self.script(script, environment: environment, budget: &budget, depth: depth)
        }
        throw APIServerFlagsError(.unsupported(.shellWithoutScript), at: arguments.last?.position)
    }

    private static func script(
        _ script: CommandWord, environment: ShellEnvironment, budget: inout TextBudget, depth: Int
    ) throws(APIServerFlagsError) -> Outcome {
        var outcome: Outcome = .other(nil)
        for command in try ShellScript.commands(of: script, environment: environment, budget: &budget) {
            let found = try resolve(command, environment: environment, budget: &budget, depth: depth + 1)
            switch (outcome, found) {
            case (.apiServer, .apiServer): throw APIServerFlagsError(.severalAPIServers, at: script.position)
            case (_, .apiServer), (.other, .unknown), (.other(nil), _): outcome = found
            default: break
            }
        }
        return outcome
    }
}

/// What was found of several commands.
struct ProgramSearch {
    private var programs: [String] = []
    private var arguments: [CommandWord]?
    private var unknown: APIServerFlagsError?

    mutating func add(_ outcome: ProgramCall.Outcome, at position: SourcePosition) throws(APIServerFlagsError) {
        switch outcome {
        case .other(let name): if let name, programs.count < 8 { programs.append(name) }
        case .unknown(let error): unknown = unknown ?? error
        case .apiServer(let found):
            guard arguments == nil else { throw APIServerFlagsError(.severalAPIServers, at: position) }
            arguments = found
        }
    }

    /// The arguments of the one kube-apiserver. Commands that cannot be told count only if there is none.
    func result() throws(APIServerFlagsError) -> [CommandWord] {
        if let arguments { return arguments }
        throw unknown ?? APIServerFlagsError(.noAPIServer(programs: programs), at: nil)
    }
}

extension CommandWord {
    /// `NAME=value`, as it stands in front of a command or behind `env`.
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
