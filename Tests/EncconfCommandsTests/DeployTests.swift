import Foundation
import JSONText
import PatientTesting
import TestSupport
import Testing

/// The files of testdata/deploy. See its README.
@Suite(.patient) struct DeployTests {
    /// The program of a Debian package, which `.ci/install` installs.
    ///
    /// - Throws: If it is not there: without it the test would prove nothing.
    static func tool(_ name: String) throws -> String {
        let folders = [TestData.packageRoot.appendingPathComponent(".build/tools").path, "/usr/local/bin", "/usr/bin"]
        return try #require(
            folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) },
            "\(name) is missing; run .ci/install")
    }

    static func path(_ name: String) -> String { TestData.path("deploy/\(name)") }

    static func text(_ name: String) throws -> String {
        String(decoding: try TestData.bytes("deploy/\(name)"), as: UTF8.self)
    }

    @Test func everyFileIsInTheREADME() throws {
        let readme = try Self.text("README.md")
        let root = URL(fileURLWithPath: Self.path(""))
        let names = try #require(FileManager.default.enumerator(atPath: root.path)).compactMap { $0 as? String }
        let files = names.filter { name in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(root.path)/\(name)", isDirectory: &isFolder)
            return !isFolder.boolValue && name != "README.md"
        }
        #expect(files.count == 8)
        for file in files { #expect(readme.contains("| `\(file)` |"), "\(file)") }
    }

    // MARK: Metrics

    /// What audits print that end in each way.
    private static func outputs(_ program: Program) throws -> [String] {
        let audit = "encconf audit -o openmetrics --config testdata/cluster"
        let lines: [(line: String, status: Int32)] = [
            ("\(audit)/config-static-only.yaml testdata/cluster/snapshot.db --no-kms", 1),
            ("\(audit)/config-all.yaml testdata/cluster/snapshot.db --no-kms", 1),
            ("\(audit)/config-all.yaml testdata/cluster/snapshot.db --no-kms --fail-on nonce", 3),
            ("\(audit)/config-all.yaml testdata/cluster/snapshot.db none.db --no-kms", 2),
            (
                """
                sed 's/sb-2025/key-20260101t000000z/' testdata/cluster/config-static-only.yaml > dated.yaml;
                encconf audit -o openmetrics --config dated.yaml testdata/cluster/snapshot.db --no-kms
                """, 1
            ),
        ]
        return try lines.map { line, status in
            let result = try program.shell(line)
            #expect(result.status == status, "\(line): \(result.errors)")
            return result.text
        }
    }

    /// The labels of each metric that audits print. A metric without samples has the empty set.
    private static func metrics(_ program: Program) throws -> [String: Set<String>] {
        var metrics: [String: Set<String>] = [:]
        for output in try outputs(program) {
            for type in output.matches(of: /# TYPE (\w+) gauge\n/) {
                metrics[String(type.1), default: []].formUnion([])
            }
            for sample in output.matches(of: /(?m)^(\w+)\{(.*)\} \d+$/) {
                let labels = sample.2.matches(of: /(\w+)="(?:[^"\\]|\\.)*"/).map { String($0.1) }
                metrics[String(sample.1), default: []].formUnion(labels)
            }
        }
        return metrics
    }

    /// promtool reads with the parser of node_exporter.
    @Test func metricsAreAccepted() throws {
        let program = try Program()
        defer { program.remove() }
        let promtool = try Self.tool("promtool")
        let outputs = try Self.outputs(program)
        #expect(outputs.last?.contains("encconf_write_key_time_seconds{") == true)
        for output in outputs {
            try Data(output.utf8).write(to: program.workingFolder.appendingPathComponent("encconf.prom"))
            let result = try program.shell("\(promtool) check metrics < encconf.prom")
            #expect(result.status == 0 && result.errors.isEmpty && result.text.isEmpty, "\(result.errors)")
        }
        // It can refuse.
        let refused = try program.shell("sed 's/ gauge$/ info/' encconf.prom | \(promtool) check metrics")
        #expect(refused.status != 0)
    }

    /// The metrics have the verdict of the report, and an earlier file stays whole if they cannot be written.
    @Test func metricsFileIsWhole() throws {
        let program = try Program()
        defer { program.remove() }
        let audit =
            "encconf audit --config testdata/cluster/config-static-only.yaml testdata/cluster/snapshot.db --no-kms"
        let written = try program.shell("\(audit) --metrics-file a.prom -o openmetrics | diff - a.prom")
        // Only the time may differ.
        let lines = written.text.split(separator: "\n").filter { $0.hasPrefix("<") || $0.hasPrefix(">") }
        #expect(lines.allSatisfy { $0.contains("encconf_audit_time_seconds") }, "\(written.text)")
        let before = try program.shell("cat a.prom").text
        #expect(before.hasSuffix("# EOF\n"))
        let refused = try program.shell("\(audit) --metrics-file gone/a.prom")
        #expect(refused.status == 2)
        #expect(refused.text.contains("FINDINGS") && refused.errors.contains("gone/a.prom"))
        #expect(try program.shell("cat a.prom").text == before)
    }

    // MARK: Prometheus and Grafana

    /// The alert rules, from their file.
    private static func alerts(_ program: Program) throws -> [[String: Any]] {
        let file = try #require(try Self.yaml("prometheus/alerts.yaml", program) as? [String: Any])
        let groups = try #require(file["groups"] as? [[String: Any]])
        return groups.flatMap { $0["rules"] as? [[String: Any]] ?? [] }
    }

    /// A file of YAML, as Foundation has JSON.
    private static func yaml(_ name: String, _ program: Program) throws -> Any {
        let result = try program.shell(
            "python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)' < \(path(name))")
        return try JSONSerialization.jsonObject(with: Data(result.output))
    }

    @Test func alertsFireOnBadSeries() throws {
        let program = try Program()
        defer { program.remove() }
        let promtool = try Self.tool("promtool")
        _ = try program.shell("cp testdata/deploy/prometheus/* .")
        let rules = try program.shell("\(promtool) check rules alerts.yaml")
        #expect(rules.status == 0, "\(rules.errors)")
        let tests = try program.shell("\(promtool) test rules alerts_test.yaml")
        #expect(tests.status == 0, "\(tests.errors)")

        let file = try #require(try Self.yaml("prometheus/alerts_test.yaml", program) as? [String: Any])
        let cases = try #require(file["tests"] as? [[String: Any]]).flatMap {
            $0["alert_rule_test"] as? [[String: Any]] ?? []
        }
        let alerts = try Self.alerts(program).compactMap { $0["alert"] as? String }
        #expect(alerts.count == 9)
        for alert in alerts {
            let expected = cases.filter { $0["alertname"] as? String == alert }
                .map { ($0["exp_alerts"] as? [Any] ?? []).count }
            #expect(expected.contains(0) && expected.contains { $0 > 0 }, "\(alert)")
            // Without the alert its test fails.
            let broken = try program.shell(
                """
                sed 's/alert: \(alert)$/alert: Other/' testdata/deploy/prometheus/alerts.yaml > alerts.yaml
                \(promtool) test rules alerts_test.yaml
                """)
            #expect(broken.status != 0, "\(alert)")
        }
    }

    /// The expressions of alerts and panels, each with where it is.
    private static func expressions(_ program: Program) throws -> [(place: String, text: String)] {
        let dashboard = try JSONSerialization.jsonObject(
            with: Data(try TestData.bytes("deploy/grafana/dashboard.json")))
        let panels = try #require((dashboard as? [String: Any])?["panels"] as? [[String: Any]])
        let ofPanels = panels.flatMap { panel in
            (panel["targets"] as? [[String: Any]] ?? []).map {
                (place: "\(panel["title"] ?? "")", text: $0["expr"] as? String ?? "")
            }
        }
        #expect(panels.count > 10 && ofPanels.count >= panels.count)
        let ofAlerts = try alerts(program).map { (place: "\($0["alert"] ?? "")", text: $0["expr"] as? String ?? "") }
        return ofPanels + ofAlerts
    }

    @Test func expressionsUseWhatIsPrinted() throws {
        let program = try Program()
        defer { program.remove() }
        let metrics = try Self.metrics(program)
        #expect(metrics.count > 15)
        var used: Set<String> = []
        for (place, text) in try Self.expressions(program) {
            let selectors = text.matches(of: /(encconf_\w+)(?:\{([^}]*)\})?/)
            #expect(!selectors.isEmpty, "\(place): \(text)")
            var labels: Set<String> = []
            for selector in selectors {
                let printed = metrics[String(selector.1)]
                #expect(printed != nil, "\(place): no metric \(selector.1)")
                // Prometheus adds the target.
                let known = (printed ?? []).union(["instance"])
                used.insert(String(selector.1))
                labels.formUnion(known)
                for matcher in (selector.2 ?? "").matches(of: /(\w+)(?:=~|!~|!=|=)"/) {
                    #expect(known.contains(String(matcher.1)), "\(place): \(selector.1) has no label \(matcher.1)")
                }
            }
            for list in text.matches(of: /\b(?:by|ignoring|on) \(([\w, ]+)\)/) {
                for label in list.1.split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) {
                    #expect(labels.contains(label), "\(place): no label \(label)")
                }
            }
            for code in text.matches(of: /ENC\d{4}/).map({ String($0.0) }) {
                #expect(try program.shell("encconf explain \(code)").status == 0, "\(place): \(code)")
            }
        }
        #expect(used.count > 10)
    }

    /// promtool reads the expressions of the panels as those of rules.
    @Test func expressionsAreValid() throws {
        let program = try Program()
        defer { program.remove() }
        let promtool = try Self.tool("promtool")
        func check(_ expressions: [String]) throws -> Program.Result {
            let rules = expressions.enumerated().map { ["record": "panel:number:\($0.offset)", "expr": $0.element] }
            let file: [String: Any] = ["groups": [["name": "panels", "rules": rules]]]
            try JSONSerialization.data(withJSONObject: file)
                .write(to: program.workingFolder.appendingPathComponent("panels.yaml"))
            return try program.shell("\(promtool) check rules panels.yaml")
        }
        let result = try check(try Self.expressions(program).map(\.text))
        #expect(result.status == 0, "\(result.errors)\(result.text)")
        #expect(try check(["sum("]).status != 0)
    }

    // MARK: systemd

    /// The unit as systemd reads it: its settings in order, with long lines joined.
    private static func settings(_ name: String) throws -> [(name: String, value: String)] {
        try text("systemd/\(name)").replacing("\\\n", with: " ").split(separator: "\n")
            .filter { !$0.hasPrefix("#") && !$0.hasPrefix("[") }
            .compactMap { line in
                line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
            }
    }

    @Test func unitsAreValid() throws {
        let program = try Program()
        defer { program.remove() }
        let analyze = try Self.tool("systemd-analyze")
        // The program must be there; all else is as in the files.
        let copied = try program.shell(
            """
            cp testdata/deploy/systemd/* .
            sed -i "s|/usr/local/bin/encconf|$(command -v encconf)|" encconf-audit.service
            """)
        #expect(copied.status == 0)
        for unit in ["encconf-audit.service", "encconf-audit.timer", "encconf-audit-failed.service"] {
            let result = try program.shell("\(analyze) verify --man=no --recursive-errors=yes ./\(unit)")
            #expect(result.status == 0 && result.errors.isEmpty, "\(unit): \(result.errors)")
        }
        let typo = try program.shell(
            "sed -i s/NoNewPrivileges/NoNewPrivilege/ encconf-audit.service; \(analyze) verify --man=no ./encconf-audit.service"
        )
        #expect(typo.errors.contains("NoNewPrivilege"))
        // 10 is a service without any restriction.
        let exposure = try program.shell(
            "\(analyze) security --offline=true --threshold=12 testdata/deploy/systemd/encconf-audit.service")
        #expect(exposure.status == 0, "\(exposure.text)")
        let user = try program.shell(
            "\(try Self.tool("systemd-sysusers")) --dry-run \(Self.path("systemd/encconf-audit.sysusers.conf"))")
        #expect(user.status == 0, "\(user.errors)")
    }

    /// `ExecStart` as printed, with the folders that systemd would name, against etcd with the recorded cluster.
    @Test func unitRuns() throws {
        let service = try Service()
        defer { service.remove() }
        let line = try service.line(
            try #require(try Self.settings("encconf-audit.service").first { $0.name == "ExecStart" }).value)
        let result = try service.program.shell(line)
        // config-static-only lacks the KMS plugins.
        #expect(result.status == 1, "\(result.errors)")
        let lines = result.text.split(separator: "\n")
        try #require(lines.count == 1)
        let report = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(report["kind"] as? String == "AuditReport" && report["verdict"] as? String == "findings")
        #expect((report["time"] as? String)?.wholeMatch(of: /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
        let metrics = try service.metrics()
        #expect(metrics.contains("verdict=\"findings\"} 1\n") && metrics.contains("encconf_audit_time_seconds{"))
        #expect(try service.program.shell("stat -c %a state/encconf.prom; ls -A state").text == "644\nencconf.prom\n")
        // Without findings a line names no object.
        let short = try service.program.shell("\(line) --limit 0")
        #expect(short.status == 1 && short.text.contains("ENC0401") && !short.text.contains("/registry/"))

        // etcd is down: nothing looks clean, and nothing looks fresh.
        service.etcd.stop()
        let failed = try service.program.shell(line)
        #expect(failed.status == 3, "\(failed.errors)")
        let unknown = try service.metrics()
        #expect(unknown.contains("verdict=\"unknown\"} 1\n") && unknown.contains("verdict=\"clean\"} 0\n"))
        #expect(!unknown.contains("encconf_audit_time_seconds{"))
        // It cannot begin: the file stays, and its time too.
        let before = try service.metrics()
        let none = try service.program.shell("echo x > credentials/enc.yaml; \(line)")
        #expect(none.status == 2)
        #expect(none.text.split(separator: "\n").count == 1 && none.text.contains("\"error\""))
        #expect(try service.metrics() == before)
    }

    /// Statuses that are a result, and the ones that are none.
    @Test func unitTellsFailuresFromFindings() throws {
        let settings = try Self.settings("encconf-audit.service")
        #expect(settings.filter { $0.name == "SuccessExitStatus" }.map(\.value) == ["1 3"])
        #expect(settings.filter { $0.name == "OnFailure" }.map(\.value) == ["encconf-audit-failed.service"])
    }

    /// Every system call of the audit passes the filter of the unit.
    @Test func unitAllowsEachSystemCall() throws {
        let service = try Service()
        defer { service.remove() }
        let settings = try Self.settings("encconf-audit.service")
        let line = try service.line(try #require(settings.first { $0.name == "ExecStart" }).value)
        let traced = try service.program.shell("\(try Self.tool("strace")) -f -qq -o calls \(line)")
        #expect(traced.status == 1, "\(traced.errors)")
        let text = try String(
            contentsOf: service.program.workingFolder.appendingPathComponent("calls"), encoding: .utf8)
        let made = Set(text.matches(of: /(?m)^\d+ +(\w+)\(/).map { String($0.1) })
        #expect(made.contains("connect") && made.count > 20)
        let filters = settings.filter { $0.name == "SystemCallFilter" }.map(\.value)
        var allowed: Set<String> = []
        for filter in filters {
            let isRefusal = filter.hasPrefix("~")
            for name in filter.drop(while: { $0 == "~" }).split(separator: " ") {
                let names = try calls(of: String(name), service.program)
                if isRefusal { allowed.subtract(names) } else { allowed.formUnion(names) }
            }
        }
        // systemd allows it always (systemd.exec(5)).
        allowed.insert("execve")
        let refused = made.subtracting(allowed)
        // They set limits of the process, such as that of core dumps.
        #expect(refused.isSubset(of: ["prlimit64", "setrlimit"]), "\(refused)")
        // The audit ends as it does without the filter.
        let injected = try service.program.shell(
            "\(try Self.tool("strace")) -f -qq -o calls -e inject=\(refused.joined(separator: ",")):error=EPERM \(line)"
        )
        #expect(injected.status == 1, "\(injected.errors)")
    }

    /// The system calls of a group of systemd.
    private func calls(of name: String, _ program: Program) throws -> Set<String> {
        guard name.hasPrefix("@") else { return [name] }
        let result = try program.shell("\(try Self.tool("systemd-analyze")) syscall-filter \(name)")
        #expect(result.status == 0)
        let members = result.text.split(separator: "\n").dropFirst()
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.hasPrefix("#") && !$0.isEmpty }
        return try members.reduce(into: []) { $0.formUnion(try calls(of: $1, program)) }
    }

    // MARK: Kubernetes

    @Test func cronJobIsValid() throws {
        let program = try Program()
        defer { program.remove() }
        let kubectl = try Self.tool("kubectl")
        let job = try #require(try Self.yaml("kubernetes/cronjob.yaml", program) as? [String: Any])
        let template = try #require(Self.member("spec.jobTemplate.spec.template", of: job) as? [String: Any])
        var pod = template
        pod["apiVersion"] = "v1"
        pod["kind"] = "Pod"
        pod["metadata"] = ["name": "a"]
        /// What kubectl makes of an object: fields that it does not know are lost.
        func read(_ object: [String: Any]) throws -> (status: Int32, lost: [String]) {
            try JSONSerialization.data(withJSONObject: object)
                .write(to: program.workingFolder.appendingPathComponent("object.json"))
            let result = try program.shell("KUBECONFIG=/dev/null \(kubectl) set env --local -f object.json -o json X=y")
            guard result.status == 0 else { return (result.status, [result.errors]) }
            return (0, Self.lost(of: object, in: try JSONSerialization.jsonObject(with: Data(result.output))))
        }
        let ofPod = try read(pod)
        #expect(ofPod.status == 0 && ofPod.lost.isEmpty, "\(ofPod.lost)")
        // An older one, as in Debian 12, does not know CronJobs of batch/v1 with these fields.
        let version = try program.shell("KUBECONFIG=/dev/null \(kubectl) version --client -o json")
        let client = try JSONSerialization.jsonObject(with: Data(version.output)) as? [String: Any]
        let minor = try #require(Self.member("clientVersion.minor", of: client ?? [:]) as? String)
        if Int(minor.prefix { $0.isNumber }) ?? 0 >= 26 {
            let ofJob = try read(job)
            #expect(ofJob.status == 0 && ofJob.lost.isEmpty, "\(ofJob.lost)")
        } else {
            print("kubectl 1.\(minor) does not know this CronJob: only its Pod was checked.")
        }
        // A typo is lost, and a wrong type refused.
        var typo = pod
        var spec = try #require(pod["spec"] as? [String: Any])
        spec["automountServiceAccountTokens"] = false
        typo["spec"] = spec
        #expect(try read(typo).lost == ["spec.automountServiceAccountTokens"])
        spec = try #require(pod["spec"] as? [String: Any])
        spec["automountServiceAccountToken"] = "no"
        typo["spec"] = spec
        #expect(try read(typo).status != 0)
    }

    /// The rights of the container.
    @Test func cronJobHasFewRights() throws {
        let program = try Program()
        defer { program.remove() }
        let job = try #require(try Self.yaml("kubernetes/cronjob.yaml", program) as? [String: Any])
        let spec = try #require(Self.member("spec.jobTemplate.spec.template.spec", of: job) as? [String: Any])
        #expect(spec["automountServiceAccountToken"] as? Bool == false)
        #expect(spec["hostNetwork"] == nil && spec["hostPID"] == nil && spec["hostIPC"] == nil)
        #expect(Self.member("securityContext.seccompProfile.type", of: spec) as? String == "RuntimeDefault")
        let container = try #require((spec["containers"] as? [[String: Any]])?.first)
        let context = try #require(container["securityContext"] as? [String: Any])
        #expect(context["readOnlyRootFilesystem"] as? Bool == true)
        #expect(context["allowPrivilegeEscalation"] as? Bool == false)
        #expect(Self.member("capabilities.drop", of: context) as? [String] == ["ALL"])
        let mounts = try #require(container["volumeMounts"] as? [[String: Any]])
        #expect(mounts.filter { $0["readOnly"] as? Bool != true }.map { $0["name"] as? String } == ["textfile"])
    }

    /// The command of the container, with the paths of the node in its mounts.
    @Test func cronJobRuns() throws {
        let service = try Service()
        defer { service.remove() }
        let job = try #require(try Self.yaml("kubernetes/cronjob.yaml", service.program) as? [String: Any])
        let spec = try #require(Self.member("spec.jobTemplate.spec.template.spec", of: job) as? [String: Any])
        let container = try #require((spec["containers"] as? [[String: Any]])?.first)
        let command = try #require(container["command"] as? [String]) + (container["args"] as? [String] ?? [])
        // Each file of the command is in a mount.
        let mounts = try #require(container["volumeMounts"] as? [[String: Any]])
            .compactMap { $0["mountPath"] as? String }
        for path in command.dropFirst().compactMap({ $0.firstMatch(of: /=(\/.*)/)?.1 }) {
            #expect(mounts.contains { path == $0 || path.hasPrefix("\($0)/") }, "\(path)")
        }
        let line = command.joined(separator: " ")
            .replacing("/etc/kubernetes/enc/enc.yaml", with: "credentials/enc.yaml")
            .replacing("/etc/kubernetes/pki/etcd/healthcheck-client", with: "credentials/client")
            .replacing("/etc/kubernetes/pki/etcd/ca", with: "credentials/ca")
            .replacing("/textfile/", with: "state/")
            .replacing("$(HOST_IP):2379", with: "127.0.0.1:\(service.etcd.port)")
            .replacing("/usr/local/bin/encconf", with: "encconf")
        #expect(!line.contains("/etc/") && !line.contains("$"))
        let result = try service.program.shell(line)
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.text.split(separator: "\n").count == 1)
        #expect(try service.metrics().contains("verdict=\"findings\"} 1\n"))
    }

    private static func member(_ path: String, of object: [String: Any]) -> Any? {
        path.split(separator: ".").reduce(object as Any?) { ($0 as? [String: Any])?[String($1)] }
    }

    /// The paths of what one value has and the other does not.
    private static func lost(of value: Any, in other: Any?, at path: String = "") -> [String] {
        switch (value, other) {
        case (let value as [String: Any], let other as [String: Any]):
            return value.sorted { $0.key < $1.key }.flatMap {
                lost(of: $0.value, in: other[$0.key], at: path.isEmpty ? $0.key : "\(path).\($0.key)")
            }
        case (let value as [Any], let other as [Any]):
            return value.enumerated().flatMap {
                lost(of: $0.element, in: $0.offset < other.count ? other[$0.offset] : nil, at: "\(path)[\($0.offset)]")
            }
        case (let value as NSObject, let other as NSObject): return value == other ? [] : [path]
        default: return [path]
        }
    }
}

/// What the files of testdata/deploy expect on a node: etcd with TLS, and credentials, in a folder.
private struct Service {
    let program: Program
    let etcd: EtcdMember

    init() throws {
        program = try Program()
        let certificates = try Certificates()
        etcd = try EtcdMember(restoring: TestData.path("cluster/snapshot.db"), certificates: certificates)
        let made = try program.shell(
            """
            mkdir credentials state
            cp testdata/cluster/config-static-only.yaml credentials/enc.yaml
            cp \(certificates.file("ca.pem")) credentials/ca.crt
            cp \(certificates.file("client.pem")) credentials/client.crt
            cp \(certificates.file("client.key")) credentials/client.key
            """)
        #expect(made.status == 0, "\(made.errors)")
    }

    func remove() { program.remove() }

    /// A command of the unit, for the shell.
    func line(_ command: String) throws -> String {
        let line = command.replacing("/usr/local/bin/encconf", with: "encconf")
            .replacing("https://127.0.0.1:2379", with: etcd.endpoint)
            .replacing("${CREDENTIALS_DIRECTORY}", with: "credentials")
            .replacing("${STATE_DIRECTORY}", with: "state")
        #expect(!line.contains("$") && line.contains(etcd.endpoint))
        return line
    }

    func metrics() throws -> String {
        try String(contentsOf: program.workingFolder.appendingPathComponent("state/encconf.prom"), encoding: .utf8)
    }
}
