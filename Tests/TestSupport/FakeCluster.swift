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

    /// Sends a request as the administrator; its status and answer.
    @discardableResult
    public func request(
        _ method: String, _ path: String, body: String? = nil, contentType: String = "application/json", server: Int = 0
    ) throws -> (status: Int, body: String) {
        let curl = Process()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        curl.arguments =
            [
                "python3", "-c",
                """
                import json, ssl, sys, urllib.request
                url, method, body, kind, authority = sys.argv[1:6]
                context = ssl.create_default_context(cafile=authority)
                request = urllib.request.Request(url, method=method, data=body.encode() if body else None)
                request.add_header("Authorization", "Bearer admin-token")
                request.add_header("Content-Type", kind)
                try:
                    answer = urllib.request.urlopen(request, context=context, timeout=30)
                except urllib.error.HTTPError as error:
                    answer = error
                print(answer.status)
                print(answer.read().decode())
                """, servers[server].url + path, method, body ?? "", contentType, certificates.file("ca.pem"),
            ]
        let output = Pipe()
        curl.standardOutput = output
        try curl.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        curl.waitUntilExit()
        let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        return (Int(lines.first ?? "") ?? 0, lines.count > 1 ? String(lines[1]) : "")
    }

    /// Makes Secrets `s0`, `s1`, … in the namespace `default`, through one server.
    public func makeSecrets(_ count: Int, server: Int = 0) throws {
        for number in 0..<count {
            try request(
                "POST", "/api/v1/namespaces/default/secrets",
                body: """
                    {"apiVersion":"v1","kind":"Secret","metadata":{"name":"s\(number)"},"data":{"a":"c2VjcmV0IHZhbHVl"}}
                    """, server: server)
        }
    }

    /// What each Secret's stored value begins with, up to the second half of the key's name: by its name.
    public func prefixes(of resource: String = "secrets") throws -> [String: String] {
        let state = try etcd.state().kvs ?? []
        return Dictionary(
            uniqueKeysWithValues: state.compactMap { entry in
                let key = String(decoding: entry.key, as: UTF8.self)
                guard key.hasPrefix("/registry/\(resource)/"), let value = entry.value else { return nil }
                let text = String(decoding: value.prefix(100), as: UTF8.self)
                let parts = text.split(separator: ":", omittingEmptySubsequences: false)
                let isEncrypted = text.hasPrefix("k8s:enc:") && parts.count > 4
                return (
                    String(key.dropFirst("/registry/\(resource)/".count)),
                    isEncrypted ? "\(parts[2]) \(parts[4])" : "plaintext"
                )
            })
    }
}
