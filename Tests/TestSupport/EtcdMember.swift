import Foundation
import Synchronization

/// A real etcd on loopback, in a folder of its own. It needs Debian's `etcd-server` and `etcd-client`.
public final class EtcdMember: @unchecked Sendable {
    // Sendable because what it consists of does not change once it has started; only its one owner restarts it.
    public struct Failure: Error { public let message: String }

    /// Where clients reach it, on 127.0.0.1.
    public let port: Int
    /// What its clients have to be trusted by, and what it proves itself with. Nil for HTTP/2 in clear.
    public let certificates: Certificates?
    private let folder: URL
    private var process = Process()
    /// `http://127.0.0.1:2379`
    public let endpoint: String

    /// Starts etcd and waits until it answers.
    /// - Parameters:
    ///   - snapshot: A file of `etcdctl snapshot save` with what it shall hold; nothing if there is none.
    ///   - options: Further options of etcd.
    public convenience init(
        restoring snapshot: String? = nil, certificates: Certificates? = nil, options: [String] = []
    ) throws {
        try self.init(
            name: "default", port: Self.freePort(), peers: ["default": Self.freePort()], certificates: certificates,
            snapshot: snapshot, options: options)
        try waitUntilReady()
    }

    /// Starts a member of a cluster; it answers when there are enough of them.
    /// - Parameter peers: The ports where the members reach one another, by their names.
    init(
        name: String, port: UInt16, peers: [String: UInt16], certificates: Certificates? = nil, snapshot: String? = nil,
        options: [String] = []
    ) throws {
        self.certificates = certificates
        self.port = Int(port)
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("etcd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        endpoint = "\(certificates == nil ? "http" : "https")://127.0.0.1:\(port)"
        let peerURLs = peers.mapValues { "http://127.0.0.1:\($0)" }
        let ownURL = peerURLs[name] ?? ""
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "etcd", "--name", name, "--data-dir", folder.appendingPathComponent("data").path, "--logger", "zap",
                "--log-outputs", folder.appendingPathComponent("log").path,
                "--listen-client-urls", endpoint, "--advertise-client-urls", endpoint,
                "--listen-peer-urls", ownURL, "--initial-advertise-peer-urls", ownURL,
                "--initial-cluster", peerURLs.map { "\($0)=\($1)" }.joined(separator: ","),
            ]
            + (certificates.map {
                [
                    "--cert-file", $0.file("server.pem"), "--key-file", $0.file("server.key"), "--client-cert-auth",
                    "--trusted-ca-file", $0.file("ca.pem"),
                ]
            } ?? []) + options
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        if let snapshot {
            try etcdctl([
                "snapshot", "restore", snapshot, "--data-dir", folder.appendingPathComponent("data").path,
                "--initial-cluster", "\(name)=\(ownURL)", "--initial-advertise-peer-urls", ownURL, "--name", name,
            ])
        }
        try process.run()
    }

    /// Starts it again over what it has stored, after ``stop()`` or ``kill()``.
    public func restart() throws {
        try startAgain()
        try waitUntilReady()
    }

    /// Starts it again and does not wait: it may need others to answer.
    public func startAgain() throws {
        let next = Process()
        (next.executableURL, next.arguments) = (process.executableURL, process.arguments)
        (next.standardOutput, next.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        process = next
        try process.run()
    }

    /// Waits until the member answers, and so the cluster has a leader.
    public func waitUntilReady() throws {
        for _ in 0..<200 {
            guard process.isRunning else { break }
            if (try? etcdctl(["get", "ready"])) != nil { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw Failure(message: "etcd does not start; is etcd-server installed?")
    }

    deinit {
        resume()
        stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Ends the member, which writes what it still holds.
    public func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    /// Ends it at once.
    public func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Lets it do nothing until ``resume()``.
    public func pause() {
        Foundation.kill(process.processIdentifier, SIGSTOP)
        // One thread has to run to take the signal and stop the others, which go on until then.
        let tasks = "/proc/\(process.processIdentifier)/task"
        func isStopped(_ task: String) -> Bool {
            guard let line = try? String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8) else { return true }
            // The state stands behind the name, which may have brackets and blanks (proc_pid_stat(5)).
            return line[(line.lastIndex(of: ")") ?? line.startIndex)...].hasPrefix(") T")
        }
        for _ in 0..<10_000 {
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: tasks), !names.allSatisfy(isStopped)
            else { return }
            usleep(1000)
        }
    }
    public func resume() { Foundation.kill(process.processIdentifier, SIGCONT) }

    /// Runs `etcdctl`; its standard output.
    @discardableResult
    public func etcdctl(
        _ arguments: [String], input: String = "", isOutputWanted: Bool = true
    ) throws -> Data {
        let inputFile = folder.appendingPathComponent("input-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: inputFile) }
        try Data(input.utf8).write(to: inputFile)
        let client = Process()
        client.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        client.arguments = ["etcdctl", "--endpoints", endpoint, "--command-timeout", "30s"] + tlsFlags + arguments
        client.environment = ProcessInfo.processInfo.environment.merging(["ETCDCTL_API": "3"]) { $1 }
        let output = Pipe()
        client.standardInput = try FileHandle(forReadingFrom: inputFile)
        client.standardOutput = isOutputWanted ? output : FileHandle.nullDevice
        client.standardError = FileHandle.nullDevice
        try client.run()
        let data = isOutputWanted ? output.fileHandleForReading.readDataToEndOfFile() : Data()
        client.waitUntilExit()
        guard client.terminationStatus == 0 else { throw Failure(message: "etcdctl \(arguments)") }
        return data
    }

    private var tlsFlags: [String] {
        guard let certificates else { return [] }
        return [
            "--cacert", certificates.file("ca.pem"), "--cert", certificates.file("client.pem"),
            "--key", certificates.file("client.key"),
        ]
    }

    /// Makes all changes, as many as etcd allows in each transaction, or fewer. No key may stand in `operations` twice.
    public func change(_ operations: [String], atOnce: Int = 128) throws {
        for start in stride(from: 0, to: operations.count, by: atOnce) {
            let batch = operations[start..<min(start + atOnce, operations.count)].joined(separator: "\n")
            try etcdctl(["txn"], input: "\n\(batch)\n\n\n")
        }
    }

    /// What `etcdctl snapshot save` writes.
    public func snapshot() throws -> [UInt8] {
        let file = folder.appendingPathComponent("snapshot.db")
        try? FileManager.default.removeItem(at: file)
        try etcdctl(["snapshot", "save", file.path])
        return [UInt8](try Data(contentsOf: file))
    }

    /// The database of the member, once it is stopped.
    public func database() throws -> [UInt8] { [UInt8](try Data(contentsOf: databaseFile)) }

    /// The files of the log of the member, by their names.
    public func log() throws -> [String: [UInt8]] {
        let directory = folder.appendingPathComponent("data/member/wal")
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        return Dictionary(
            uniqueKeysWithValues: try names.map {
                ($0, [UInt8](try Data(contentsOf: directory.appendingPathComponent($0))))
            })
    }

    /// Puts another database in the place of the one of a stopped member.
    public func replaceDatabase(_ bytes: [UInt8]) throws { try Data(bytes).write(to: databaseFile) }

    /// Where the database of the member is.
    public var databasePath: String { databaseFile.path }

    private var databaseFile: URL { folder.appendingPathComponent("data/member/snap/db") }

    /// A port that nobody listens on, and that this function has not given out before.
    static func freePort() throws -> UInt16 {
        while true {
            let port = try anyFreePort()
            if givenOut.withLock({ $0.insert(port).inserted }) { return port }
        }
    }

    private static let givenOut = Mutex<Set<UInt16>>([])

    private static func anyFreePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard status == 0 else { throw Failure(message: "no free port") }
        return UInt16(bigEndian: address.sin_port)
    }
}

extension EtcdMember {
    /// What `etcdctl get --prefix` says of everything at one revision.
    public struct State: Decodable {
        public struct Header: Decodable { public let revision: Int64 }
        public struct KeyValue: Decodable {
            public let key: Data
            public let create_revision: Int64
            public let mod_revision: Int64
            public let version: Int64
            public let value: Data?
            public let lease: Int64?
        }
        public let header: Header
        public let kvs: [KeyValue]?
    }

    public func state(at revision: Int64 = 0) throws -> State {
        let json = try etcdctl(["get", "", "--prefix", "--rev", String(revision), "-w", "json"])
        return try JSONDecoder().decode(State.self, from: json)
    }
}
