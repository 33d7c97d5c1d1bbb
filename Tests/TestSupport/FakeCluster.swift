import Foundation

/// Fake kube-apiservers over one real etcd, each with its own copy of a configuration.
public final class FakeCluster {
    public let etcd: EtcdMember
    public let servers: [FakeServer]
    public let certificates: Certificates
    private let folder: URL

    /// - Parameters:
    ///   - configuration: What every server runs; nil for none.
    ///   - reload: How often a server looks at its file, in seconds; nil for never.
    ///   - options: Further options of the servers.
    public init(
        _ configuration: String?, count: Int = 3, reload: Double? = 0.2, options: [String] = []
    ) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("cluster-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (etcd, certificates) = (try EtcdMember(), try Certificates())
        (self.etcd, self.certificates) = (etcd, certificates)
        servers = try (0..<count).map { number in
            try FakeServer(
                number: number, etcd: etcd.endpoint, certificates: certificates.folder, configuration: configuration,
                options: (reload.map { ["--reload", String($0)] } ?? []) + options)
        }
        for server in servers { try server.start() }
        try kubeconfig().write(to: URL(fileURLWithPath: kubeconfigPath), atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A kubeconfig of the administrator; its server is the first one.
    public var kubeconfigPath: String { folder.appendingPathComponent("kubeconfig").path }

    /// - Parameter user: One of those that the fake server knows.
    public func kubeconfig(user: String = "admin", server: Int = 0) -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: fake
        clusters:
        - {name: fake, cluster: {server: "\(servers[server].url)", certificate-authority: \(certificates.file("ca.pem"))}}
        contexts:
        - {name: fake, context: {cluster: fake, user: \(user)}}
        users:
        - {name: \(user), user: {token: \(user)-token}}

        """
    }

    /// The options that lead a command to the cluster.
    public var kubernetesOptions: [String] { ["--kubeconfig", kubeconfigPath] }
    public var etcdOptions: [String] { ["--etcd", "--endpoints", etcd.endpoint] }

    /// Gives a file to every server.
    public func deliver(_ text: String) throws { for server in servers { try server.deliver(text) } }

    /// A request of the administrator.
    public struct Request: Encodable {
        let method: String
        let path: String
        let body: String?

        public init(_ method: String, _ path: String, body: String? = nil) {
            self.method = method
            self.path = path
            self.body = body
        }
    }

    /// Sends requests as the administrator, one after the other; their statuses.
    @discardableResult
    public func send(_ requests: [Request], server: Int = 0) throws -> [Int] {
        let client = Process()
        client.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        client.arguments = [
            "-c",
            """
            import http.client, json, ssl, sys
            host, port, authority = sys.argv[1:4]
            context = ssl.create_default_context(cafile=authority)
            connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=30)
            for request in json.load(sys.stdin):
                connection.request(
                    request["method"], request["path"], body=request.get("body"),
                    headers={"Authorization": "Bearer admin-token", "Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                print(answer.status)
            """, servers[server].host, String(servers[server].port), certificates.file("ca.pem"),
        ]
        let (input, output) = (folder.appendingPathComponent("requests-\(UUID().uuidString)"), Pipe())
        try JSONEncoder().encode(requests).write(to: input)
        client.standardInput = try FileHandle(forReadingFrom: input)
        client.standardOutput = output
        try client.runWithAllSignals()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        client.waitUntilExit()
        return text.split(separator: "\n").compactMap { Int($0) }
    }

    /// Makes Secrets `s0`, `s1`, … in the namespace `default`, through one server.
    public func makeSecrets(_ count: Int, server: Int = 0) throws {
        try send(
            (0..<count).map { number in
                Request(
                    "POST", "/api/v1/namespaces/default/secrets",
                    body: """
                        {"apiVersion":"v1","kind":"Secret","metadata":{"name":"s\(number)"},"data":{"a":"c2VjcmV0IHZhbHVl"}}
                        """)
            }, server: server)
    }

    /// Reads and changes the Secrets through all servers until it is stopped.
    public func startLoad(secrets count: Int) throws -> ClusterLoad {
        try ClusterLoad(
            servers: servers.map { "\($0.host):\($0.port)" }, authority: certificates.file("ca.pem"), secrets: count)
    }

    /// Cipher and key with which each Secret is stored, by `namespace/name`.
    public func prefixes(of resource: String = "secrets") throws -> [String: String] {
        let state = try etcd.state().kvs ?? []
        return Dictionary(
            uniqueKeysWithValues: state.compactMap { entry in
                let key = String(decoding: entry.key, as: UTF8.self)
                guard key.hasPrefix("/registry/\(resource)/"), let value = entry.value else { return nil }
                // Split as bytes: what follows the prefix is no text.
                let parts = value.prefix(100).split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
                let isEncrypted = value.starts(with: Data("k8s:enc:".utf8)) && parts.count > 4
                let names = isEncrypted ? [parts[2], parts[4]] : []
                return (
                    String(key.dropFirst("/registry/\(resource)/".count)),
                    isEncrypted ? names.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ") : "plaintext"
                )
            })
    }
}
