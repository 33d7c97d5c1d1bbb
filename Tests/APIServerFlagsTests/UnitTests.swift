import SecretMemory
import TestSupport
import Testing

@testable import APIServerFlags

/// Units of systemd.
@Suite struct UnitTests {
    private func unit(_ command: String, _ settings: String = "") -> String {
        "[Unit]\nExecStart=no\n[Service]\n\(settings)\nExecStart=\(command)\n[Install]\nExecStart=no\n"
    }

    private static let settings = """
        Environment=A=1 "B=two words" 'C=it''s' D=%%x
        Environment=E="quoted part" F=a\\x20b
        Environment=LIST="--etcd-servers=a '--etcd-prefix=/p q'"
        """

    @Test(arguments: [
        ("kube-apiserver --etcd-prefix=${A}", "1"), ("kube-apiserver --etcd-prefix=/${B}/", "/two words/"),
        ("kube-apiserver --etcd-prefix ${C}", "its"), ("kube-apiserver --etcd-prefix ${D}", "%x"),
        ("kube-apiserver --etcd-prefix ${E}", "quoted part"), ("kube-apiserver --etcd-prefix ${F}", "a b"),
        ("kube-apiserver $LIST", "/p q"), ("kube-apiserver --etcd-prefix $A", "1"),
        ("kube-apiserver --etcd-prefix=$$A", "$A"), ("kube-apiserver --etcd-prefix=%%A", "%A"),
        ("kube-apiserver --etcd-prefix=a$", "a$"), ("kube-apiserver --etcd-prefix=50%", "50%"),
        ("kube-apiserver \"--etcd-prefix=a b\"", "a b"), ("kube-apiserver --etcd-prefix='a \"b'", "a \"b"),
        ("kube-apiserver --etcd-prefix=a\\tb\\x41\\101\\u00e9", "a\tbAA\u{e9}"),
        ("kube-apiserver --etcd-prefix=a\\qb", "a\\qb"),
        (":kube-apiserver --etcd-prefix=${A}", "${A}"), ("@kube-apiserver argv0 --etcd-prefix=1", "1"),
        ("-+!/usr/bin/kube-apiserver --etcd-prefix=1", "1"),
        ("kube-apiserver --etcd-prefix=1 ; sleep 1", "1"), ("kube-apiserver --etcd-prefix \\; x", "\\;"),
        ("sleep 1 ; kube-apiserver --etcd-prefix=1", "1"),
        ("/bin/sh -c 'exec kube-apiserver --etcd-prefix=$A'", "1"),
        ("/bin/sh -c \"exec kube-apiserver --etcd-prefix='${B}'\"", "two words"),
        ("kube-apiserver --etcd-prefix=\\\n   1", "="),
    ])
    func commandsAreRead(command: String, prefix: String) throws {
        // A backslash at the end of a line stands for a space.
        if prefix == "=" {
            #expect(try read(unit: unit(command)).etcdPrefix == "")
        } else {
            #expect(try read(unit: unit(command, Self.settings)).etcdPrefix == prefix)
        }
    }

    @Test(arguments: [
        ("kube-apiserver --etcd-prefix=${NONE}", "etcd-prefix", "NONE"),
        ("kube-apiserver --etcd-prefix=${A:-b}", "etcd-prefix", "A"),
        // systemd replaces it only as a word of its own.
        ("kube-apiserver --etcd-prefix=x$A", "etcd-prefix", "A"), ("kube-apiserver $NONE", nil, "NONE"),
        ("kube-apiserver --etcd-prefix=%i", "etcd-prefix", "%i"), ("kube-apiserver ${A", nil, "A"),
        ("sh -c 'kube-apiserver --etcd-prefix=%i'", nil, "%i"),
    ])
    func whatIsNotToldIsAnError(command: String, flag: String?, variable: String) {
        #expect(
            reason { try read(unit: unit(command, Self.settings)) }
                == .unknownVariable(flag: flag, variable: variable))
    }

    /// Each unknown counts, not the first of a word or a script alone.
    @Test(arguments: [
        ("sh -c 'NAME=$HOSTNAME exec kube-apiserver --etcd-prefix=/%i'", nil, "%i"),
        ("sh -c 'NAME=${HOSTNAME} exec kube-apiserver --etcd-prefix=/%%/%H'", nil, "%H"),
        ("sh -c \"A=$A exec kube-apiserver --etcd-prefix='${NONE}'\"", "etcd-prefix", "NONE"),
        ("kube-apiserver --etcd-prefix=%%i%i", "etcd-prefix", "%i"),
        (":sh -c 'kube-apiserver --etcd-prefix=%H%i'", nil, "%H"),
    ])
    func eachUnknownCounts(command: String, flag: String?, variable: String) {
        #expect(
            reason { try read(unit: unit(command, Self.settings)) }
                == .unknownVariable(flag: flag, variable: variable))
    }

    @Test func percentSignsAreTold() throws {
        #expect(try read(unit: unit("kube-apiserver --node=%i%H --etcd-prefix=%%i")).etcdPrefix == "%i")
        #expect(try read(unit: unit("sh -c 'A=$B exec kube-apiserver --etcd-prefix=%%i'")).etcdPrefix == "%i")
    }

    /// `$NAME` becomes words without the escapes of C, and an open quote ends with the value.
    @Test(arguments: [
        ("--etcd-prefix=a\\\\tb", "atb"), ("--etcd-prefix='a\\\\n b'", "an b"), ("--etcd-prefix=a\\\\ b", "a b"),
        ("'--etcd-prefix=/p q", "/p q"), ("--etcd-prefix=\\\\x41", "x41"), ("--etcd-prefix=a\\\\", "a"),
    ])
    func valuesAreSplitWithoutEscapes(value: String, prefix: String) throws {
        let text = unit("kube-apiserver $LIST", "Environment=\"LIST=\(value)\"")
        #expect(try read(unit: text).etcdPrefix == prefix)
    }

    /// What `systemctl cat` prints: the unit and its drop-ins, each behind its path.
    @Test func dropInsBehindTheUnitCount() throws {
        let text = """
            # /usr/lib/systemd/system/u1.service
            [Unit]
            Description=u1

            [Service]
            Environment=P=/a Q=/q
            EnvironmentFile=/etc/u1
            ExecStart=/usr/bin/kube-apiserver --etcd-servers=http://a:1 --etcd-prefix=${P}
            [Install]
            WantedBy=multi-user.target

            # /etc/systemd/system/u1.service.d/10-x.conf
            [Service]
            Environment=P=/b
            EnvironmentFile=
            EnvironmentFile=-/etc/u2

            # /etc/systemd/system/u1.service.d/20-y.conf
            [Service]
            ExecStart=
            ExecStart=/usr/bin/kube-apiserver --etcd-servers=http://b:1 --etcd-prefix=${P}${Q}${R}

            """
        #expect(isUnit(Array(text.utf8)))
        let unit = try SystemdUnit(parsing: Array(text.utf8).span.rawBytes)
        #expect(unit.environmentFiles.map(\.path) == ["/etc/u2"])
        let flags = try read(unit: text, files: ["R=/r"])
        #expect(flags.etcdServers == ["http://b:1"])
        #expect(flags.etcdPrefix == "/b/q/r")
    }

    @Test(arguments: [
        ("[Service]\nExecStart=\n", true), ("[Service]\nEnvironment=A=b", true), ("[Service]\nPrivateTmp=yes", true),
        ("[Service]\nTimeoutStopFailureMode=abort", false), ("[Unit]\nExecStart=a", false), ("", false),
    ])
    func settingsThatCountAreTold(text: String, hasSettings: Bool) throws {
        #expect(try SystemdUnit(parsing: Array(text.utf8).span.rawBytes).hasSettings == hasSettings)
    }

    @Test func settingsAreResetByEmptyOnes() throws {
        let text = unit(
            "kube-apiserver --etcd-prefix=${A}", "Environment=A=1\nEnvironment=\nEnvironment=A=2\nno setting")
        #expect(try read(unit: text).etcdPrefix == "2")
        let unset = unit("kube-apiserver --etcd-prefix=${A}", "Environment=A=1\nUnsetEnvironment=A B")
        #expect(reason { try read(unit: unset) } == .unknownVariable(flag: "etcd-prefix", variable: "A"))
        let reset = unit("kube-apiserver --etcd-prefix=2", "ExecStart=kube-apiserver --etcd-prefix=1\nExecStart=")
        #expect(try read(unit: reset).etcdPrefix == "2")
        #expect(reason { try read(unit: unit("kube-apiserver", "ExecStart=kube-apiserver")) } == .severalAPIServers)
        #expect(reason { try read(unit: unit("/usr/local/bin/k3s server")) } == .noAPIServer(programs: ["k3s"]))
        #expect(reason { try read(unit: unit("kube-apiserver 'a")) } == .unclosedQuote)
        #expect(reason { try read(unit: [0xff]) } == .notText)
        #expect(
            reason { try read(unit: unit("kube-apiserver --etcd-prefix=\\xff${A}", Self.settings)) }
                == .malformedValue(flag: "etcd-prefix"))
    }

    @Test(arguments: [
        ("", HostPath.file("/a/b")), ("WorkingDirectory=/w", .file("/w/a/b")),
        ("WorkingDirectory=-/w/..", .file("/a/b")),
        ("WorkingDirectory=~", .notOnHost(path: "a/b", because: .relative)),
        ("RootDirectory=/r", .notOnHost(path: "a/b", because: .ownRoot)), ("RootDirectory=/", .file("/a/b")),
    ])
    func relativePathsStartInTheWorkingDirectory(setting: String, expected: HostPath) throws {
        #expect(try read(unit: unit("kube-apiserver --etcd-keyfile a/b", setting)).etcdKeyFile == expected)
    }

    /// A path of the node is one of the service only where the unit puts nothing else.
    @Test(arguments: [
        ("BindPaths=/other:/etc/k8s", "BindPaths"),
        ("BindReadOnlyPaths=-/other:/etc/k8s/e/k:rbind", "BindReadOnlyPaths"),
        ("BindReadOnlyPaths=/x \"/other:/etc\"", "BindReadOnlyPaths"), ("BindPaths=/x:/etc/%i", "BindPaths"),
        ("BindPaths=/other:/etc/k8s/e/k/deeper", "BindPaths"), ("BindPaths=/a:/b\nBindPaths=/c:/etc", "BindPaths"),
        ("TemporaryFileSystem=/etc:ro", "TemporaryFileSystem"), ("MountImages=/i.raw:/etc/k8s", "MountImages"),
        ("MountImages=-/i.raw", "MountImages"), ("InaccessiblePaths=-/etc/k8s", "InaccessiblePaths"),
        ("ExtensionImages=/i.raw", "ExtensionImages"), ("BindPaths='/a", "BindPaths"),
    ])
    func whatIsMountedOverIsNotOnTheNode(settings: String, because: String) throws {
        let text = unit("kube-apiserver --etcd-keyfile=/etc/k8s/e/k", settings)
        #expect(
            try read(unit: text).etcdKeyFile
                == .notOnHost(path: "/etc/k8s/e/k", because: .ownMount(setting: because)))
        // An empty setting takes them all back.
        let reset = unit("kube-apiserver --etcd-keyfile=/etc/k8s/e/k", settings + "\n\(because)=")
        #expect(try read(unit: reset).etcdKeyFile == .file("/etc/k8s/e/k"))
    }

    @Test(arguments: [
        ("PrivateTmp=disconnected", "/tmp/k", false), ("PrivateTmp=no", "/tmp/k", true), ("PrivateTmp=yes", "/k", true),
        ("ProtectHome=tmpfs", "/root/k", false), ("ProtectHome=read-only", "/root/k", true),
        ("ProtectHome=yes", "/home/a/k", false), ("DynamicUser=true", "/var/tmp/k", false),
        ("BindPaths=/a:/b", "/etc/k", true), ("BindReadOnlyPaths=/etc /etc:/etc", "/etc/k", true),
        ("ReadOnlyPaths=/etc", "/etc/k", true), ("WorkingDirectory=/tmp\nPrivateTmp=1", "k", false),
    ])
    func onlyPathsThatAreTouchedAreNotOnTheNode(settings: String, path: String, isOnNode: Bool) throws {
        let file = try read(unit: unit("kube-apiserver --etcd-keyfile=\(path)", settings)).etcdKeyFile
        #expect((file == .file(path)) == isOnNode)
    }

    @Test(arguments: [
        ("A=b", "b"), ("  A = b c \t\n", "b c"), ("A=\"b c \"", "b c "), ("A='b\\n$c'", "b\\n$c"), ("A=b\\ c", "b c"),
        ("A=b\\\nc", "bc"), ("A=\"b\\\nc\\\"\\d\"", "bc\"\\d"), ("A=x\n#A=y\n;A=z", "x"), ("# a\\\nA=y\nA=b", "b"),
        ("A=x\nA=y", "y"), ("A=", ""), ("no line\nA=b\r\n", "b"), ("1A=c\nA=b", "b"), ("A=b'c d'e", "bc de"),
    ])
    func filesOfVariablesAreRead(file: String, value: String) throws {
        let text = unit("kube-apiserver --etcd-prefix=${A}", "EnvironmentFile=/env")
        #expect(try read(unit: text, files: [file]).etcdPrefix == value)
    }

    @Test func filesOfVariablesAreNamed() throws {
        let text = unit(
            "kube-apiserver", "EnvironmentFile=/gone\nEnvironmentFile=\n EnvironmentFile = -/a b\nEnvironmentFile=rel")
        let unit = try SystemdUnit(parsing: Array(text.utf8).span.rawBytes)
        #expect(unit.environmentFiles.map(\.path) == ["/a b"])
        #expect(unit.environmentFiles.map(\.position.description) == ["6:20"])
        #expect(reason { try read(unit: self.unit("x", "EnvironmentFile=-/x"), files: ["A='"]) } == .unclosedQuote)
        #expect(
            reason { try read(unit: self.unit("x", "EnvironmentFile=-/x"), files: []) } == .noAPIServer(programs: ["x"])
        )
    }

    /// A file of variables that is not told may change any flag, and nothing about another program.
    @Test(arguments: [
        ("/etc/*.env", APIServerFlagsError.Reason.unsupported(.environmentFilePattern)),
        ("-/etc/default/%N", .unknownVariable(flag: nil, variable: "%N")),
    ])
    func filesOfVariablesThatAreNotTold(path: String, expected: APIServerFlagsError.Reason) throws {
        #expect(reason { try read(unit: self.unit("kube-apiserver", "EnvironmentFile=\(path)")) } == expected)
        #expect(
            reason { try read(unit: self.unit("k3s", "EnvironmentFile=\(path)")) } == .noAPIServer(programs: ["k3s"]))
        let reset = self.unit("kube-apiserver --etcd-prefix=a", "EnvironmentFile=\(path)\nEnvironmentFile=")
        #expect(try read(unit: reset).etcdPrefix == "a")
    }

    /// Each place is that of the word, also in a continued line.
    @Test func placesAreTold() throws {
        let text = "[Service]\nExecStart=kube-apiserver \\\n  --v=2 \\\n  # é\n  é --etcd-servers"
        let error = #expect(throws: APIServerFlagsError.self) { try read(unit: text) }
        #expect(error?.position?.description == "5:5")
    }
}
