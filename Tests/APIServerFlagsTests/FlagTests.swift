import TestSupport
import Testing

@testable import APIServerFlags

/// Command lines of static pods.
@Suite struct FlagTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let servers: [String]
        var testDescription: String { arguments.joined(separator: " ") }

        init(_ arguments: [String], _ servers: [String]) { (self.arguments, self.servers) = (arguments, servers) }
    }

    @Test(arguments: [
        Case(["--etcd-servers=a"], ["a"]),
        Case(["--etcd-servers", "a"], ["a"]),
        Case(["--etcd-servers", "--v=2"], ["--v=2"]),
        Case(["--etcd_servers=a"], ["a"]),
        // A list given twice is one list.
        Case(["--etcd-servers=a,b", "--etcd-servers=c"], ["a", "b", "c"]),
        Case(["--etcd-servers=\"a,b\",c"], ["a,b", "c"]),
        Case(["--etcd-servers=\"a\"\"b\""], ["a\"b"]),
        Case(["--etcd-servers="], []),
        Case(["-v", "2", "--profiling", "--etcd-servers=a"], ["a"]),
        // Behind `--` there are no flags.
        Case(["--etcd-servers=a", "--", "--etcd-servers=b"], ["a"]),
        Case(["--etcd-servers-more=b", "etcd-servers=c"], []),
    ])
    func serversAreRead(_ test: Case) throws {
        #expect(try read(manifest: pod(["kube-apiserver"] + test.arguments)).etcdServers == test.servers)
    }

    @Test(arguments: [
        ("--encryption-provider-config-automatic-reload", true),
        ("--encryption-provider-config-automatic-reload=T", true),
        ("--encryption-provider-config-automatic-reload=0", false),
    ])
    func booleansAreRead(flag: String, value: Bool) throws {
        #expect(try read(manifest: pod(["kube-apiserver", flag, "--v=2"])).isReloading == value)
    }

    @Test func theLastValueCounts() throws {
        let flags = try read(
            manifest: pod([
                "kube-apiserver", "--etcd-prefix=/a", "--etcd-prefix=/b", "--feature-gates=A=true",
                "--feature-gates", "B=false", "--experimental-encryption-provider-config=/conf/old",
                "--encryption-provider-config=/conf/new",
                "--encryption-provider-config-automatic-reload", "--encryption-provider-config-automatic-reload=false",
            ]))
        #expect(flags.etcdPrefix == "/b")
        #expect(flags.featureGates == "A=true,B=false")
        #expect(flags.encryptionProviderConfig == .file("/etc/kubernetes/new"))
        #expect(!flags.isReloading)
    }

    @Test(arguments: [
        (["kube-apiserver", "--etcd-servers"], APIServerFlagsError.Reason.missingValue(flag: "etcd-servers")),
        (["kube-apiserver", "--etcd-servers=\"a"], .malformedValue(flag: "etcd-servers")),
        (["kube-apiserver", "--etcd-servers=a\"b"], .malformedValue(flag: "etcd-servers")),
        (["kube-apiserver", "--etcd-servers-overrides=events#a"], .malformedValue(flag: "etcd-servers-overrides")),
        (["kube-apiserver", "--etcd-servers-overrides=/events"], .malformedValue(flag: "etcd-servers-overrides")),
        (["kube-apiserver", "--etcd-prefix=a\u{0}b"], .malformedValue(flag: "etcd-prefix")),
        (
            ["kube-apiserver", "--encryption-provider-config-automatic-reload=yes"],
            .malformedValue(flag: "encryption-provider-config-automatic-reload")
        ),
        (
            ["kube-apiserver", "--etcd-servers=$(HOST)"],
            .unknownVariable(flag: "etcd-servers", variable: "HOST")
        ),
        (["kube-apiserver", "$(ARGS)"], .unknownVariable(flag: nil, variable: "ARGS")),
        (["kube-apiserver", "--etcd-$(WHAT)=a"], .unknownVariable(flag: nil, variable: "WHAT")),
        (["$(PROGRAM)"], .unknownVariable(flag: nil, variable: "PROGRAM")),
        (["/usr/bin/etcd", "--x"], .noAPIServer(programs: ["etcd"])),
        (["hyperkube", "kubelet"], .noAPIServer(programs: ["hyperkube"])),
        (["kube-apiserver-healthcheck"], .noAPIServer(programs: ["kube-apiserver-healthcheck"])),
        (["sh", "/start.sh"], .unsupported(.shellWithoutScript)),
        (["sh"], .unsupported(.shellWithoutScript)),
        ([], .noAPIServer(programs: [])),
    ])
    func whatCannotBeToldIsAnError(command: [String], expected: APIServerFlagsError.Reason) {
        let text = pod(command).replacing("\u{0}", with: "\\u0000")
        #expect(reason { try read(manifest: text) } == expected)
    }

    /// What a variable leaves open of other flags does not matter.
    @Test func unknownVariablesOfOtherFlagsDoNotMatter() throws {
        let command = ["$(BIN)/kube-apiserver", "--node=$(NODE)", "--etcd-prefix=$(X)", "--etcd-prefix=/a"]
        #expect(try read(manifest: pod(command)).etcdPrefix == "/a")
    }

    @Test(arguments: [
        ("[{\"name\": \"A\", \"value\": \"1\"}, {\"name\": \"B\", \"value\": \"$(A)2$$(A)\"}]", "$(B)", "12$(A)"),
        ("[{\"name\": \"A\"}]", "x$(A)y", "xy"),
        ("[]", "a$b$", "a$b$"),
        ("[]", "a$(b", "a$(b"),
    ])
    func variablesAreReplaced(env: String, value: String, expected: String) throws {
        let text = pod(["kube-apiserver", "--etcd-prefix=" + value], env: env)
        #expect(try read(manifest: text).etcdPrefix == expected)
    }

    @Test(arguments: [
        "[{\"name\": \"A\", \"valueFrom\": {\"fieldRef\": {\"fieldPath\": \"x\"}}}]",
        "[{\"name\": \"A\", \"value\": \"$(B)\"}, {\"name\": \"B\", \"value\": \"1\"}]",
    ])
    func unknownValuesAreErrors(env: String) {
        let text = pod(["kube-apiserver", "--etcd-prefix=$(A)"], env: env)
        #expect(
            reason { try read(manifest: text) } == .unknownVariable(flag: "etcd-prefix", variable: "A"))
    }

    @Test(arguments: [
        ["/go-runner", "--log-file=/x", "--also-stdout", "/usr/local/bin/kube-apiserver"],
        ["/hyperkube", "apiserver"], ["tini", "--", "kube-apiserver"], ["env", "A=b", "-i", "kube-apiserver"],
    ])
    func programsThatStartOthersAreFollowed(command: [String]) throws {
        #expect(try read(manifest: pod(command + ["--etcd-servers=a"])).etcdServers == ["a"])
    }
}
