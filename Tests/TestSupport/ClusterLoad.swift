import Foundation

/// Somebody who reads and changes Secrets all the time, through every server.
public final class ClusterLoad {
    private let process = Process()
    private let output = Pipe()

    init(servers: [String], authority: String, secrets: Int) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments =
            [
                "-c",
                """
                import http.client, json, random, signal, ssl, sys, time
                authority, count, servers = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
                stopped = []
                signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
                context = ssl.create_default_context(cafile=authority)
                connections = [http.client.HTTPSConnection(server, context=context, timeout=30) for server in servers]
                requests, failures = 0, []
                while not stopped:
                    path = f"/api/v1/namespaces/default/secrets/s{random.randrange(count)}"
                    connection = random.choice(connections)
                    headers = {"Authorization": "Bearer admin-token"}
                    if random.random() < 0.3:
                        body = json.dumps({"metadata": {"annotations": {"changed": str(requests)}}})
                        headers["Content-Type"] = "application/merge-patch+json"
                        connection.request("PATCH", path, body=body, headers=headers)
                    else:
                        connection.request("GET", path, headers=headers)
                    answer = connection.getresponse()
                    text = answer.read()
                    requests += 1
                    # A conflict is told to whoever changes things, and is no failed read.
                    if answer.status not in (200, 409):
                        failures.append(f"{answer.status} {text[:200]}")
                    time.sleep(0.02)
                print(requests)
                print("\\n".join(failures[:5]))
                """, authority, String(secrets),
            ] + servers
        process.standardOutput = output
        try process.runWithAllSignals()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Stops it; how many requests it made, and the first that failed.
    public func stop() -> (requests: Int, failures: String) {
        process.terminate()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let lines = text.split(separator: "\n")
        return (lines.first.flatMap { Int($0) } ?? 0, lines.dropFirst().joined(separator: "\n"))
    }
}
