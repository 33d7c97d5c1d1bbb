import Foundation

/// A fake kube-apiserver, `Tests/TestSupport/FakeAPIServer/main.py`, as a process of its own over a real etcd. It needs
/// Debian's `python3-cryptography`, `python3-yaml` and `libsodium23`.
public final class FakeServer {
    public struct Failure: Error { let message: String }

    /// `control-plane-0`
    public let name: String
    /// A loopback address of its own, so that each server is an endpoint of its own.
    public let host: String
    public private(set) var port = 0
    /// Its own copy of the configuration.
    public let configuration: URL
    private let folder: URL
    private let arguments: [String]
    private var process = Process()

    /// Makes it ready to start.
    ///
    /// - Parameters:
    ///   - number: From 0 on; it decides about name and address.
    ///   - configuration: Nil for a server without encryption.
    init(number: Int, etcd: String, certificates: String, configuration: String?, options: [String]) throws {
        name = "control-plane-\(number)"
        host = "127.0.0.\(number + 1)"
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("fake-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.configuration = folder.appendingPathComponent("enc.yaml")
        if let configuration { try Data(configuration.utf8).write(to: self.configuration) }
        arguments =
            [
                TestData.packageRoot.appendingPathComponent("Tests/TestSupport/FakeAPIServer/main.py").path, "--name",
                name, "--host", host, "--etcd", etcd, "--tls", certificates, "--control", folder.path,
            ] + (configuration == nil ? [] : ["--config", self.configuration.path]) + options
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Where it answers.
    public var url: String { "https://\(host):\(port)" }

    /// Starts it, and waits until it listens; again on the same port.
    public func start() throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = arguments + ["--port", String(port)]
        let output = folder.appendingPathComponent("output")
        try Data().write(to: output)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = process.standardOutput
        try process.runWithAllSignals()
        for _ in 0..<2000 where process.isRunning {
            let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
            if let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ready ") }),
                let port = Int(line.dropFirst(6))
            {
                self.port = port
                return
            }
            Thread.sleep(forTimeInterval: 0.02)
        }
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        throw Failure(message: "the fake server does not start: \(text.suffix(2000))")
    }

    /// Ends it as a service manager does: its Lease goes.
    public func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    /// Lets it end, and does not wait.
    public func terminate() { process.terminate() }

    /// Ends it at once: its Lease stays.
    public func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Gives it another file, as a whole.
    public func deliver(_ text: String) throws {
        try Data(text.utf8).write(to: configuration, options: .atomic)
    }

    /// Lets it misbehave from now on; see the README of the fake server.
    ///
    /// - Parameter faults: A JSON object.
    public func misbehave(_ faults: String) throws {
        try Data(faults.utf8).write(to: folder.appendingPathComponent("faults.json"), options: .atomic)
    }

    /// One line of JSON for each request that came so far.
    public func requests() throws -> [String] {
        let file = folder.appendingPathComponent("requests.log")
        guard FileManager.default.fileExists(atPath: file.path) else { return [] }
        return String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
