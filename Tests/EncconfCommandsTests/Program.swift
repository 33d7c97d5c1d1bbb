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

    private func run(_ path: String, _ arguments: [String], input: [UInt8]?) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.currentDirectoryURL = workingFolder
        process.environment = [
            "PATH": "\(Self.folder.path):/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "COLUMNS": "80",
        ]
        // Through files, since a pipe that nobody reads would stop the program.
        let (output, errors) = (scratchFile(), scratchFile())
        defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
        process.standardOutput = try writing(output)
        process.standardError = try writing(errors)
        if let input {
            let file = scratchFile()
            try Data(input).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            process.standardInput = try FileHandle(forReadingFrom: file)
            try process.run()
        } else {
            process.standardInput = FileHandle.nullDevice
            try process.run()
        }
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: [UInt8](try Data(contentsOf: output)),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }

    private func scratchFile() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent("encconf-\(UUID().uuidString)")
    }

    private func writing(_ file: URL) throws -> FileHandle {
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }
}
