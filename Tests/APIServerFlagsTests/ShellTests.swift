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
