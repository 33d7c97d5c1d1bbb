import Foundation

/// A server that a test writes in Python. It prints its port as the first line, and what it wants to be looked up later
/// as further lines, flushed.
public final class PythonServer {
    public let port: Int
    private let process = Process()
    private let output: URL

    public struct Failure: Error { let message: String }

    /// Starts it and waits until it listens.
    public init(_ program: String, _ arguments: String...) throws {
        output = FileManager.default.temporaryDirectory.appendingPathComponent("python-\(UUID().uuidString)")
        try Data().write(to: output)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", program] + arguments
        let file = try FileHandle(forWritingTo: output)
        process.standardOutput = file
        process.standardError = file
        process.standardInput = FileHandle.nullDevice
        try process.run()
        for _ in 0..<1000 where process.isRunning {
            if let line = try Self.lines(output).first {
                guard let port = Int(line) else { break }
                self.port = port
                return
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        kill(process.processIdentifier, SIGKILL)
        throw Failure(message: try Self.lines(output).joined(separator: "\n"))
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: output)
    }

    /// Ends it at once.
    public func stop() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// What it has printed since it listens.
    public func lines() throws -> [String] { Array(try Self.lines(output).dropFirst()) }

    private static func lines(_ file: URL) throws -> [String] {
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { String($0) }
    }
}
