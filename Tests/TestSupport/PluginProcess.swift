import Foundation

/// The KMS plugin of the tests, `Tests/KMSPluginTests/Plugin/plugin.py`, as a process of its own. It needs Debian's
/// `python3-grpcio`.
public final class PluginProcess {
    public struct Failure: Error { let message: String }

    /// Where it listens.
    public let socket: String
    /// Where it listens with TLS, on 127.0.0.1.
    public private(set) var port = 0
    private let folder: URL
    private let process = Process()

    /// Starts it and waits until it listens.
    /// - Parameter certificates: A folder with `ca.pem`, `server.pem` and `server.key`, if it shall speak TLS too.
    public init(certificates: String? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("kms-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        socket = folder.appendingPathComponent("s").path
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments =
            [
                TestData.packageRoot.appendingPathComponent("Tests/KMSPluginTests/Plugin/plugin.py").path, socket,
                folder.path,
            ] + (certificates.map { [$0] } ?? [])
        let output = folder.appendingPathComponent("output")
        try Data().write(to: output)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = process.standardOutput
        try process.run()
        for _ in 0..<1000 where process.isRunning {
            let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
            if text.hasPrefix("ready "), let port = Int(text.dropFirst(6).dropLast()) {
                self.port = port
                return
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        throw Failure(message: "the plugin does not start; is python3-grpcio installed? \(text)")
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Ends it at once.
    public func stop() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Lets it misbehave from now on; see the program for what it understands.
    public func misbehave(_ modes: String...) throws {
        try Data(modes.joined(separator: "\n").utf8).write(
            to: folder.appendingPathComponent("mode"), options: .atomic)
    }

    /// How often each method was called so far, and which requests came.
    public func calls(of method: String) throws -> [String] {
        let file = folder.appendingPathComponent("calls")
        guard FileManager.default.fileExists(atPath: file.path) else { return [] }
        return String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("\(method) ") }.map { String($0.dropFirst(method.count + 1)) }
    }
}
