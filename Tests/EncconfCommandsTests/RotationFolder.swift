import Foundation
import TestSupport

/// A folder `work` with a configuration `enc.yaml`, at one point of its rotation, that can be put back to that point.
struct RotationFolder {
    /// A file of the folder, as far as a rotation must keep it.
    struct Entry: Equatable {
        let bytes: [UInt8]
        let mode: UInt16
        let owner: UInt32
    }

    let program: Program
    /// A line of the shell that sets variables for the commands.
    private let variables: String
    private(set) var start: [String: Entry] = [:]

    var work: URL { program.workingFolder.appendingPathComponent("work") }

    /// - Parameters:
    ///   - source: What `enc.yaml` holds at first.
    ///   - preparation: Commands of the shell, run in the folder.
    ///   - variables: A line of the shell that sets variables for all commands.
    init(_ source: [UInt8], preparation: String = "true", variables: String = "true") throws {
        program = try Program()
        self.variables = variables
        try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
        try Data(source).write(to: work.appendingPathComponent("enc.yaml"))
        let result = try program.shell("cd work && chmod 600 enc.yaml && \(preparation) && cd .. && cp -a work start")
        guard result.status == 0 else { throw Unprepared(errors: result.errors) }
        start = try entries()
    }

    struct Unprepared: Error { let errors: String }

    func remove() { program.remove() }

    /// Runs a command line of the shell in the folder.
    func run(_ line: String) throws -> Program.Result { try program.shell("cd work && \(variables) && \(line)") }

    /// Every file that is in the folder or in a folder of it, by its path.
    func entries() throws -> [String: Entry] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: work.path)
        return try Dictionary(
            uniqueKeysWithValues: names.compactMap { name in
                let path = work.appendingPathComponent(name).path
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                guard attributes[.type] as? FileAttributeType != .typeDirectory else { return nil }
                return (
                    name,
                    Entry(
                        bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))),
                        mode: (attributes[.posixPermissions] as? NSNumber)?.uint16Value ?? 0,
                        owner: (attributes[.ownerAccountID] as? NSNumber)?.uint32Value ?? 0)
                )
            })
    }

    /// The folder as it was at the start, with links and attributes.
    func reset() throws {
        let result = try program.shell("rm -rf work && cp -a start work")
        guard result.status == 0 else { throw Unprepared(errors: result.errors) }
    }
}

extension [String: RotationFolder.Entry] {
    /// The same with the secret of a key that was made at random masked.
    func masking(key name: String) -> Self {
        mapValues { entry in
            let text = String(decoding: entry.bytes, as: UTF8.self)
            let masked = text.replacing(#/(name: "?([^\s"]+)"?\s+secret: )\S{44}/#) { match in
                match.2 == name ? "\(match.1)*" : "\(match.0)"
            }
            return RotationFolder.Entry(bytes: Array(masked.utf8), mode: entry.mode, owner: entry.owner)
        }
    }

    /// Every text behind `secret:` in any of the files.
    var secrets: Set<String> {
        values.reduce(into: []) { secrets, entry in
            let text = String(decoding: entry.bytes, as: UTF8.self)
            for match in text.matches(of: #/secret: (\S+)/#) { secrets.insert(String(match.1)) }
        }
    }

    /// Files that no command line names.
    var leftovers: [String] { keys.filter { $0.hasSuffix(".tmp") || $0.hasSuffix(".rollout.lock") }.sorted() }
}

/// One system call of a run, as strace counts it.
struct SystemCall: CustomStringConvertible {
    let name: String
    /// Which call of this name it is in its thread, from 1; of a `read`, which one of this file.
    let number: Int
    /// The file that a `read` reads, as it was opened.
    let file: String?
    /// The line of strace, without the process.
    let line: String

    var description: String { "\(name) \(number): \(line.prefix(120))" }

    static let all = [
        "access", "close", "fchmod", "fchown", "fgetxattr", "flistxattr", "flock", "fremovexattr", "fsetxattr", "fsync",
        "ftruncate", "link", "lseek", "newfstatat", "openat", "read", "readlink", "rename", "renameat2", "unlink",
        "write",
    ]

    /// The calls of the first thread, in their order, from the one on that names the configuration or another file.
    ///
    /// Further threads and programs are left out: strace counts the calls of each by itself. So are files of the system,
    /// such as a library that is loaded late.
    static func read(trace: String, target: String = "enc.yaml") -> [SystemCall] {
        var numbers: [String: Int] = [:]
        // By descriptor.
        var files: [String: String] = [:]
        let lines = trace.split(separator: "\n")
        let first = lines.first?.prefix(while: \.isNumber)
        let calls = lines.compactMap { line -> SystemCall? in
            guard line.prefix(while: \.isNumber) == first else { return nil }
            let line = line.drop { $0.isNumber || $0 == " " }
            guard let end = line.firstIndex(of: "(") else { return nil }
            let name = String(line[..<end])
            guard all.contains(name) else { return nil }
            var file = line.firstMatch(of: #/^[a-z0-9]+\((\d+)[,)]/#).flatMap { files[String($0.1)] }
            if let opened = line.firstMatch(of: #/^openat\([^,]+, "([^"]+)".* = (\d+)$/#) {
                file = String(opened.1)
                files[String(opened.2)] = file
            }
            // By file, since the runtime reads /proc/self/maps at the start, in as many pieces as the random layout of
            // memory takes.
            let kind = name == "read" ? "read \(file ?? "")" : name
            numbers[kind, default: 0] += 1
            guard
                !["/lib/", "/usr/", "/etc/", "/sys/", "/proc/self/maps"].contains(where: { file?.hasPrefix($0) == true }
                )
            else { return nil }
            return SystemCall(
                name: name, number: numbers[kind] ?? 0, file: name == "read" ? file : nil, line: String(line))
        }
        return Array(
            calls.drop { call in
                !["enc.yaml", target].contains { call.line.contains("\"\($0)\"") || call.line.contains("/\($0)\"") }
            })
    }
}

extension RotationFolder {
    /// What strace does to a run.
    enum Fault {
        case kill, stop
        case error(String)

        func option(at call: SystemCall) -> String {
            let effect =
                switch self {
                case .kill: "signal=KILL"
                case .stop: "signal=STOP"
                case .error(let name): "error=\(name)"
                }
            let file = call.file.map { $0.hasPrefix("/") ? "-P '\($0)' " : "-P \"$PWD/\($0)\" " } ?? ""
            return "\(file)-e inject=\(call.name):\(effect):when=\(call.number)"
        }
    }

    private static let strace =
        "strace -f -qq -s 64 -o ../trace -e trace=\(SystemCall.all.joined(separator: ","))"

    /// Runs a command under strace.
    ///
    /// - Parameter target: The first call that names this file, or `enc.yaml`, is the first of the result.
    func trace(
        _ command: String, options: String = "", target: String = "enc.yaml"
    ) throws -> (result: Program.Result, calls: [SystemCall]) {
        // A shell of its own, so that the death of strace, which follows the death of the program, is a status.
        let result = try run("(\(Self.strace) \(options) \(command)); exit $?")
        let trace = String(
            decoding: try Data(contentsOf: program.workingFolder.appendingPathComponent("trace")), as: UTF8.self)
        return (result, SystemCall.read(trace: trace, target: target))
    }

    /// Stops a command right behind a call, runs another one meanwhile, and lets the first one go on.
    /// - Returns: The statuses and errors of both.
    func interleave(_ first: String, behind call: SystemCall, with second: String) throws -> Program.Result {
        try run(
            """
            rm -f ../trace; \(Self.strace) \(Fault.stop.option(at: call)) \(first) > ../first 2>&1 & tracer=$!
            until grep -qs 'stopped by SIGSTOP' ../trace; do
              kill -0 $tracer || exit 9
              sleep 0.02
            done
            (\(second)) > ../second 2>&1
            echo second $?
            kill -CONT $(grep 'stopped by SIGSTOP' ../trace | head -n 1 | cut -d ' ' -f 1)
            wait $tracer
            echo first $?
            cat ../first ../second >&2
            """)
    }
}
