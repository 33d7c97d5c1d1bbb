import Foundation
import TestSupport

/// The built program, run as a process of its own.
struct Program {
    struct Result {
        let status: Int32
        let output: [UInt8]
        let errors: String

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// A person's word that every server runs `enc.yaml` as it is, for a line of the shell.
    static let loaded = "--servers-loaded $(sha256sum < enc.yaml | head -c 64)"

    /// Where the build puts programs: beside the tests themselves.
    static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// A folder of its own, in which `testdata` is that of the repository.
    let workingFolder: URL

    init() throws {
        workingFolder = FileManager.default.temporaryDirectory.appendingPathComponent("encconf-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: workingFolder, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: workingFolder.appendingPathComponent("testdata"),
            withDestinationURL: TestData.packageRoot.appendingPathComponent("testdata"))
    }

    func remove() { try? FileManager.default.removeItem(at: workingFolder) }

    /// Runs a command line in the shell.
    func shell(_ line: String) throws -> Result { try run("/bin/sh", ["-c", line], input: nil) }

    /// Runs the program.
    func encconf(_ arguments: String..., input: [UInt8]? = nil) throws -> Result {
        try run(Self.folder.appendingPathComponent("encconf").path, arguments, input: input)
    }

    /// Runs the program.
    func run(_ arguments: [String]) throws -> Result {
        try run(Self.folder.appendingPathComponent("encconf").path, arguments, input: nil)
    }

    private func run(_ path: String, _ arguments: [String], input: [UInt8]?) throws -> Result {
        guard let input else { return try start(path, arguments).result() }
        let file = scratchFile()
        try Data(input).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try start(path, arguments, input: FileHandle(forReadingFrom: file)).result()
    }

    /// A program that runs.
    struct Run {
        let process: Process
        fileprivate let output: URL
        fileprivate let errors: URL

        /// Waits for its end. A program that a signal ended has the status 128 and the signal's number.
        func result() throws -> Result {
            process.waitUntilExit()
            defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
            let isKilled = process.terminationReason == .uncaughtSignal
            return Result(
                status: process.terminationStatus + (isKilled ? 128 : 0),
                output: [UInt8](try Data(contentsOf: output)),
                errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
        }
    }

    /// Starts the program, and lets it run.
    ///
    /// - Parameter ignored: The name of a signal that it ignores, as `nohup` makes it do.
    func start(
        _ arguments: [String], environment: [String: String] = [:], input: FileHandle, ignoring ignored: String? = nil
    ) throws -> Run {
        let trap = ignored.map { "trap '' \($0); " } ?? ""
        return try start(
            "/bin/sh",
            ["-c", "\(trap)exec \"$@\"", "sh", Self.folder.appendingPathComponent("encconf").path] + arguments,
            environment: environment, input: input)
    }

    private func start(
        _ path: String, _ arguments: [String], environment: [String: String] = [:],
        input: FileHandle = .nullDevice
    ) throws -> Run {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = workingFolder
        var usual = [
            "PATH": "\(Self.folder.path):/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "COLUMNS": "80",
        ]
        // What sanitizers are told counts for the program too.
        for (name, value) in ProcessInfo.processInfo.environment where name.hasSuffix("SAN_OPTIONS") {
            usual[name] = value
        }
        process.environment = usual.merging(environment) { $1 }
        // Through files, since a pipe that nobody reads would stop the program.
        let run = Run(process: process, output: scratchFile(), errors: scratchFile())
        process.standardOutput = try writing(run.output)
        process.standardError = try writing(run.errors)
        process.standardInput = input
        try process.runWithAllSignals()
        return run
    }

    private func scratchFile() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("encconf-\(UUID().uuidString)")
    }

    private func writing(_ file: URL) throws -> FileHandle {
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }
}
