import TestSupport
import Testing

@testable import APIServerFlags

/// Scripts of `sh -c` that start kube-apiserver.
@Suite struct ShellTests {
    private static let env = """
        [{"name": "LIST", "value": "--etcd-servers=a --v=2"}, {"name": "P", "value": "/p q"},
         {"name": "STAR", "value": "a*"}]
        """

    @Test(arguments: [
        "exec kube-apiserver --etcd-prefix=/a",
        "kube-apiserver --etcd-prefix=/a > /tmp/pipe 2>&1",
        "kube-apiserver --etcd-prefix=/a 2>/log --etcd-servers=x >>/log &",
        "mkfifo /tmp/pipe; (tee -a /log < /tmp/pipe & ) ; exec /usr/local/bin/kube-apiserver --etcd-prefix=/a &> /tmp/pipe",
        "set -e\nif test -f /x; then A=b exec kube-apiserver --etcd-prefix=/a; fi",
        "while true; do kube-apiserver \\\n  --etcd-prefix=/a || sleep 1; done",
        "# kube-apiserver\nkube-apiserver --etcd-prefix='/a' # --etcd-prefix=/b",
        "kube-apiserver \"--etcd-prefix=/a\" --token=$(cat /token) --x=`date`",
        "kube-apiserver --et\"cd\"-prefix=\\/a",
        "sh -ec 'exec kube-apiserver --etcd-prefix=/a'",
        "env X=y nohup kube-apiserver --etcd-prefix /a",
    ])
    func commandsAreFound(script: String) throws {
        #expect(try read(manifest: pod(["/bin/sh", "-c", script])).etcdPrefix == "/a")
    }

    @Test(arguments: [
        ("kube-apiserver $LIST", ["a"]),
        ("kube-apiserver ${LIST} --etcd-servers=b", ["a", "b"]),
        ("kube-apiserver --etcd-servers=\"$P\"", ["/p q"]),
        ("kube-apiserver --etcd-servers=$P", ["/p"]),
        ("kube-apiserver --etcd-servers='$P'", ["$P"]),
        ("kube-apiserver --etcd-servers=\\$P", ["$P"]),
        ("kube-apiserver --etcd-servers=a$", ["a$"]),
        ("kube-apiserver \"--etcd-servers=\\a\\\\\"", ["\\a\\"]),
        ("kube-apiserver --etcd-servers ''", []),
        ("kube-apiserver --etcd-servers \"$STAR\"", ["a*"]),
    ])
    func variablesAreReplaced(script: String, servers: [String]) throws {
        #expect(try read(manifest: pod(["bash", "-c", script], env: Self.env)).etcdServers == servers)
    }

    @Test(arguments: [
        ("P=x; kube-apiserver --etcd-prefix=$P", "P"),
        ("export P=x; kube-apiserver --etcd-prefix=$P", "P"),
        ("read P; kube-apiserver --etcd-prefix=$P", "P"),
        ("P+=x; kube-apiserver --etcd-prefix=$P", "P"),
        (": ${P:=x}; kube-apiserver --etcd-prefix=$P", "P"),
        (". /env; kube-apiserver --etcd-prefix=$P", "P"),
        ("kube-apiserver --etcd-prefix=${P:-x}", "P:-x"),
        ("kube-apiserver --etcd-prefix=$STAR", "*"),
        ("kube-apiserver --etcd-prefix=/a?", "?"),
        ("kube-apiserver --etcd-prefix=$(cat /x)", "cat /x"),
        ("kube-apiserver --etcd-prefix=$((1+(2)))", "(1+(2))"),
        ("kube-apiserver --etcd-prefix=`cat`", "`"),
        ("kube-apiserver --etcd-prefix=$NONE", "NONE"),
        ("kube-apiserver --etcd-prefix ~/x", "~"),
    ])
    func whatIsComputedIsUnknown(script: String, variable: String) {
        #expect(
            reason { try read(manifest: pod(["sh", "-c", script], env: Self.env)) }
                == .unknownVariable(flag: "etcd-prefix", variable: variable))
    }

    /// What the kubelet puts into a script counts within quotes too.
    @Test(arguments: [
        "exec kube-apiserver --etcd-prefix='$(NODE)'", "exec kube-apiserver --etcd-prefix=\\$(NODE)",
        "exec kube-apiserver \"--etcd-prefix=\\$(NODE)\"", "exec kube-apiserver '--etcd-prefix=/a$(NODE)b$(X)'",
        "A=$(X) B='$(Y)' exec kube-apiserver --v=$(Z) --etcd-prefix='/a/$(NODE)'",
    ])
    func whatIsPutIntoAScriptIsUnknown(script: String) {
        #expect(
            reason { try read(manifest: pod(["sh", "-c", script], env: Self.env)) }
                == .unknownVariable(flag: "etcd-prefix", variable: "NODE"))
    }

    /// A relative path starts from a folder that nobody knows any more.
    @Test(arguments: [
        ["sh", "-c", "cd /sub && exec kube-apiserver --etcd-keyfile=x"],
        ["sh", "-c", "if test -d /sub; then cd /sub; fi; kube-apiserver --etcd-keyfile=x"],
        ["sh", "-c", "pushd /sub; kube-apiserver --etcd-keyfile=x"],
        ["sh", "-c", ". /e; kube-apiserver --etcd-keyfile=x"],
        ["sh", "-c", "command cd /sub; sh -c 'kube-apiserver --etcd-keyfile=x'"],
        ["sh", "-c", "$PREPARE /sub; kube-apiserver --etcd-keyfile=x"],
        ["env", "-C", "/sub", "kube-apiserver", "--etcd-keyfile=x"],
        ["env", "A=b", "--chdir=/sub", "sh", "-c", "kube-apiserver --etcd-keyfile=x"],
        ["env", "-iC/sub", "kube-apiserver", "--etcd-keyfile=x"],
    ])
    func whoMovesHasNoRelativePaths(command: [String]) throws {
        func keyFile(_ command: [String]) throws -> HostPath? {
            let text = pod(command, more: ", \"workingDir\": \"/conf\"")
            return try read(manifest: text).etcdKeyFile
        }
        #expect(try keyFile(command) == .notOnHost(path: "x", because: .relative))
        let absolute = command.map { $0.replacing("keyfile=x", with: "keyfile=/conf/x") }
        #expect(try keyFile(absolute) == .file("/etc/kubernetes/x"))
        #expect(try keyFile(["kube-apiserver", "--etcd-keyfile=x"]) == .file("/etc/kubernetes/x"))
        #expect(
            try keyFile(["env", "-u", "A", "-i", "kube-apiserver", "--etcd-keyfile=x"]) == .file("/etc/kubernetes/x"))
    }

    /// What another container runs matters only if none is kube-apiserver.
    @Test(arguments: [
        "[\"sh\", \"/entry.sh\"]", "[\"sh\"]", "[\"sh\", \"-c\", \"cat <<E\"]", "[\"sh\", \"-c\", \"echo 'a\"]",
        "[\"env\", \"-S\", \"a b\"]", "[\"$(X)\"]",
    ])
    func whatOthersRunDoesNotMatter(command: String) throws {
        func list(_ second: String) -> String {
            "kind: Pod\nspec: {containers: [{name: a, command: \(command)}, {name: b, command: [\(second)]}]}"
        }
        #expect(try read(manifest: list("kube-apiserver, --etcd-prefix=/a")).etcdPrefix == "/a")
        let alone = reason { try read(manifest: list("sleep")) }
        #expect(alone != nil && alone != .noAPIServer(programs: ["sleep"]))
    }

    @Test(arguments: [
        ("kube-apiserver \"$@\"", APIServerFlagsError.Reason.unknownVariable(flag: nil, variable: "@")),
        ("kube-apiserver <(date) --etcd-prefix=/a", .unknownVariable(flag: nil, variable: "<(")),
        ("$CMD --etcd-prefix=/a", .unknownVariable(flag: nil, variable: "CMD")),
        ("kube-apiserver 'a", .unclosedQuote),
        ("kube-apiserver \"a", .unclosedQuote),
        ("cat <<E\nkube-apiserver\nE", .unsupported(.hereDocument)),
        ("kube-apiserver; kube-apiserver", .severalAPIServers),
        ("sleep 1", .noAPIServer(programs: ["sleep"])),
        ("", .noAPIServer(programs: [])),
    ])
    func whatCannotBeToldIsAnError(script: String, expected: APIServerFlagsError.Reason) {
        #expect(reason { try read(manifest: pod(["sh", "-c", script])) } == expected)
    }
}
