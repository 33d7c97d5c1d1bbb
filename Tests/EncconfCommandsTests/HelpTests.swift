import Foundation
import PatientTesting
import TestSupport
import Testing

/// The help texts: complete, narrow, with the command's own options first and examples that run as printed.
@Suite(.patient) struct HelpTests {
    /// Every command, as words after `encconf`.
    static let commands: [String] = [
        "", "init", "keygen", "show", "verify", "preflight", "diff", "rotate", "servers", "rewrite", "rollout", "audit",
        "rescue", "fleet",
        "decrypt-secret", "encrypt", "explain", "kms", "kms status", "snapshot", "snapshot save",
    ]

    /// Groups that several commands share.
    static let shared: Set<String> = ["KUBERNETES", "ETCD", "KMS", "OPTIONS"]

    @Test func commandsAreAllHere() throws {
        let program = try Program()
        defer { program.remove() }
        for command in Self.commands {
            let help = try Help(of: command, program)
            for name in help.subcommands {
                #expect(Self.commands.contains(command.isEmpty ? name : "\(command) \(name)"), "\(command) \(name)")
            }
        }
    }

    @Test(arguments: commands) func reads(_ command: String) throws {
        let program = try Program()
        defer { program.remove() }
        let help = try Help(of: command, program)
        for line in help.lines { #expect(line.count <= 80, "\(line)") }
        let summary = try #require(help.lines.first)
        #expect(summary.hasPrefix("OVERVIEW: "))
        #expect(summary.count <= "OVERVIEW: ".count + 60)
        #expect(summary.hasSuffix(".") && !summary.contains("?"))
        #expect(!help.examples.isEmpty)
        // The command's own options come first, then those that it shares with others, then `--help`.
        let groups = help.groups.filter { $0 != "ARGUMENTS" && !$0.hasSuffix("SUBCOMMANDS") }
        let own = groups.prefix { !Self.shared.contains($0) }
        #expect(groups.dropFirst(own.count).allSatisfy { Self.shared.contains($0) })
        #expect(groups.last == "OPTIONS")
        #expect(help.subcommands.isEmpty != own.isEmpty || command == "explain")
    }

    /// Two screens of at most 40 lines.
    @Test func rotateFitsOnTwoScreens() throws {
        let program = try Program()
        defer { program.remove() }
        #expect(try Help(of: "rotate", program).lines.count <= 80)
    }

    /// What an example ends with.
    enum Outcome {
        case status(Int32)
        /// The command line is accepted, but the thing that it needs is not there.
        case needs(String)
    }

    /// Every example, in a folder with the files that it names.
    static let outcomes: [String: Outcome] = [
        "encconf verify enc.yaml": .status(0),
        "encconf verify enc.yaml --kubernetes 1.29 --strict": .status(1),
        "encconf verify new.yaml --against enc.yaml": .status(1),
        "encconf audit --config enc.yaml snapshot.db": .status(1),
        "encconf audit --config enc.yaml --config enc.yaml.retired snapshot.db": .status(1),
        "encconf audit --config enc.yaml --etcd --endpoints 127.0.0.1:2379": .needs("etcd"),
        "encconf audit --config enc.yaml --policy pci -o html snapshot.db": .status(1),
        // The report of an earlier day is not there.
        "encconf audit --config enc.yaml --baseline last.json snapshot.db": .status(2),
        // The values of the KMS plugins need them.
        "encconf rescue enc.yaml --from old.yaml snapshot.db --output-file fixed.yaml": .status(3),
        "encconf preflight --preset kubeadm": .needs("a node"),
        "encconf preflight new.yaml --preset kubeadm --servers": .needs("a node"),
        // The file that the unit names is not there.
        "encconf preflight --discover-from api.service --skip stored": .status(1),
        "encconf fleet cp-1=enc.yaml cp-2=new.yaml": .status(1),
        // The values of the KMS plugins need them.
        "encconf fleet enc.yaml backup.json --archive enc.yaml.retired": .status(1),
        "encconf fleet prod/cp-1=enc.yaml stage/cp-1=new.yaml": .status(1),
        "encconf rotate --status enc.yaml": .status(0),
        "encconf rotate enc.yaml --dry-run": .status(0),
        "encconf init --provider secretbox --file enc.yaml": .status(2),
        "encconf init --provider aescbc --resources secrets,configmaps": .status(0),
        "(umask 077; encconf keygen > key.b64)": .status(0),
        "encconf show enc.yaml": .status(0),
        "encconf show enc.yaml -o json": .status(0),
        "encconf diff enc.yaml new.yaml": .status(1),
        "encconf diff enc.yaml new.yaml --evidence snapshot.db": .status(1),
        "encconf diff none enc.yaml": .status(1),
        "encconf servers enc.yaml": .needs("a cluster"),
        "encconf servers enc.yaml --wait 10m --receipt enc.receipt": .needs("a cluster"),
        "encconf rewrite enc.yaml --dry-run": .needs("a cluster"),
        "encconf rewrite enc.yaml --etcd --max-rate 200": .needs("a cluster"),
        "encconf rollout enc.yaml --plan": .status(0),
        "encconf rollout enc.yaml --print-rbac": .status(0),
        "encconf rollout enc.yaml --etcd --archive enc.yaml.retired --yes": .needs("a cluster"),
        "encconf decrypt --config enc.yaml dump.txt": .status(0),
        "encconf decrypt-secret --config enc.yaml --snapshot snapshot.db ingress/gcm-0": .status(0),
        "encconf decrypt-secret --config enc.yaml --etcd ingress/gcm-0": .needs("etcd"),
        "encconf encrypt --config enc.yaml --etcd-key /registry/secrets/a/b < in > out": .status(0),
        "encconf explain ENC0201": .status(0),
        #"encconf explain "no matching prefix found""#: .status(0),
        "encconf kms status --config enc.yaml": .needs("a KMS plugin"),
        "encconf snapshot save backup.db --endpoints 127.0.0.1:2379": .needs("etcd"),
        "encconf snapshot save backup.db --discover-from kube-apiserver.yaml": .needs("etcd"),
    ]

    @Test(arguments: commands) func examplesRun(_ command: String) throws {
        let program = try Program()
        defer { program.remove() }
        for example in try Help(of: command, program).examples {
            let folder = try Program()
            defer { folder.remove() }
            try Self.fill(folder)
            let result = try folder.shell(example)
            switch Self.outcomes[example] {
            case nil: Issue.record("no outcome is known of the example: \(example)")
            case .status(let status): #expect(result.status == status, "\(example): \(result.errors)")
            case .needs(let what):
                #expect([2, 3].contains(result.status), "\(example) needs \(what): \(result.errors)")
            }
        }
    }

    /// The files that examples name.
    private static func fill(_ folder: Program) throws {
        _ = try folder.shell(
            """
            cp testdata/cluster/config-static-only.yaml enc.yaml
            cp testdata/cluster/config-no-identity.yaml enc.yaml.retired
            cp testdata/cluster/config-all.yaml old.yaml
            cp testdata/cluster/config-all.yaml new.yaml
            cp testdata/cluster/dumps/aescbc.fields.txt dump.txt
            encconf audit --config old.yaml testdata/cluster/snapshot.db --no-kms -o json > backup.json
            ln -s testdata/cluster/snapshot.db snapshot.db
            cp testdata/manifests/kubeadm.yaml kube-apiserver.yaml
            cp testdata/manifests/hard-way.service api.service
            echo '{"kind":"Secret","apiVersion":"v1","metadata":{"name":"b","namespace":"a"}}' > in
            """)
    }
}

/// A help text, taken apart.
struct Help {
    let lines: [Substring]

    init(of command: String, _ program: Program) throws {
        let result = try program.run(command.split(separator: " ").map(String.init) + ["--help"])
        #expect(result.status == 0)
        lines = result.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    /// Headings of options and subcommands.
    var groups: [String] {
        lines.filter { $0.wholeMatch(of: /[A-Z ]+:/) != nil }.map { String($0.dropLast()) }
    }

    /// Names under the headings of subcommands.
    var subcommands: [String] {
        var names: [String] = []
        var isInside = false
        for line in lines {
            if line.hasSuffix("SUBCOMMANDS:") {
                isInside = true
            } else if line.isEmpty {
                isInside = false
            } else if isInside {
                // An alias follows after a comma.
                names += line.split { $0 == " " || $0 == "," }.prefix(1).map(String.init)
            }
        }
        return names
    }

    /// The command lines under `Example:` or `Examples:`; what follows after two spaces is a comment.
    var examples: [String] {
        lines.drop { !$0.hasPrefix("Example") }.dropFirst().prefix { $0.hasPrefix("  ") }
            .map { String($0.dropFirst(2)).components(separatedBy: "   ")[0] }
    }
}
