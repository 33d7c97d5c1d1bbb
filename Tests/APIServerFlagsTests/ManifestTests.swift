import KubernetesVersions
import TestSupport
import Testing

@testable import APIServerFlags

/// Pods, lists of pods, and what is mounted in them.
@Suite struct ManifestTests {
    /// A mount, a volume, the path of a flag, and where it is on the node.
    struct Mount: Sendable, CustomTestStringConvertible {
        let mounts: String
        let volumes: String
        let path: String
        let expected: HostPath
        var testDescription: String { "\(mounts) \(volumes) \(path)" }

        init(_ mounts: String, _ volumes: String, _ path: String, _ expected: HostPath) {
            (self.mounts, self.volumes, self.path, self.expected) = (mounts, volumes, path, expected)
        }

        static let host = "{name: a, hostPath: {path: /h}}"
    }

    /// The version of kube-apiserver is in the tag of its image.
    @Test(arguments: [
        ("registry.k8s.io/kube-apiserver:v1.30.2", 30), ("registry.k8s.io/kube-apiserver:v1.28.15@sha256:0123", 28),
        ("registry.example:5000/kube-apiserver", nil), ("registry.example:5000/a/kube-apiserver:v1.31.0-eks-1", 31),
        ("kube-apiserver:latest", nil), ("rancher/hardened-kubernetes:v1.29.4-rke2r1-build20240416", 29), ("", nil),
    ])
    func imageTag(image: String, minor: Int?) throws {
        let manifest = """
            kind: Pod
            spec:
              containers:
                - {image: "other:v1.20.0", command: [sleep]}
                - {image: "\(image)", command: [kube-apiserver, "--etcd-servers=http://e:1"]}
            """
        #expect(try read(manifest: manifest).kubernetes?.minor == minor)
    }

    @Test(arguments: [
        Mount("{name: a, mountPath: /m}", Mount.host, "/m/x", .file("/h/x")),
        Mount("{name: a, mountPath: /m/}", "{name: a, hostPath: {path: /h/./i//}}", "/m//x/./y", .file("/h/i/x/y")),
        Mount("{name: a, mountPath: /m/x}", Mount.host, "/m/x", .file("/h")),
        Mount("{name: a, mountPath: /}", Mount.host, "/m/x", .file("/h/m/x")),
        Mount("{name: a, mountPath: m}", Mount.host, "/m/x", .file("/h/x")),
        Mount("{name: a, mountPath: /m, subPath: s/t}", Mount.host, "/m/x", .file("/h/s/t/x")),
        Mount("{name: a, mountPath: /m, subPathExpr: s-$(A)}", Mount.host, "/m/x", .file("/h/s-1/x")),
        Mount("{name: a, mountPath: /m}", Mount.host, "/m/../m/x", .file("/h/x")),
        Mount("{name: a, mountPath: /m}", Mount.host, "/m/../x", .notOnHost(path: "/m/../x", because: .notMounted)),
        Mount("{name: a, mountPath: /m}", Mount.host, "/mm/x", .notOnHost(path: "/mm/x", because: .notMounted)),
        Mount("{name: a, mountPath: /m}", Mount.host, "m/x", .notOnHost(path: "m/x", because: .relative)),
        Mount(
            "{name: a, mountPath: /m}, {name: b, mountPath: /m/x}", Mount.host + ", {name: b, emptyDir: {}}", "/m/x/y",
            .notOnHost(path: "/m/x/y", because: .volume(name: "b", source: "emptyDir"))),
        Mount(
            "{name: b, mountPath: /m/x}, {name: a, mountPath: /m}", Mount.host + ", {name: b}", "/m/x/y",
            .notOnHost(path: "/m/x/y", because: .volume(name: "b", source: "emptyDir"))),
        Mount(
            "{name: b, mountPath: /m}", "{name: b, configMap: {name: c}}", "/m/y",
            .notOnHost(path: "/m/y", because: .volume(name: "b", source: "configMap"))),
        Mount(
            "{name: b, mountPath: /m}", Mount.host, "/m/y",
            .notOnHost(path: "/m/y", because: .volume(name: "b", source: nil))),
        Mount(
            "{name: a, mountPath: /m}", "{name: a, hostPath: {path: h}}", "/m/y",
            .notOnHost(path: "/m/y", because: .relative)),
        // Names that are equal to Unicode are two variables, and two volumes.
        Mount("{name: a, mountPath: /m, subPathExpr: s-$(cl\u{e9})}", Mount.host, "/m/x", .file("/h/s-2/x")),
        Mount("{name: a, mountPath: /m, subPathExpr: s-$(cle\u{301})}", Mount.host, "/m/x", .file("/h/s-3/x")),
        Mount(
            "{name: cl\u{e9}, mountPath: /m}", "{name: cl\u{e9}, hostPath: {path: /h}}, {name: cle\u{301}}", "/m/x",
            .file("/h/x")),
        // Bytes, not characters, tell where a part of a path ends.
        Mount("{name: a, mountPath: /m}", Mount.host, "/m/\u{301}/../x", .file("/h/x")),
    ])
    func pathsAreTranslated(_ test: Mount) throws {
        let flags = try read(
            manifest: """
                apiVersion: v1
                kind: Pod
                spec:
                  containers:
                  - command: [kube-apiserver, --etcd-keyfile, "\(test.path)"]
                    env: [{name: A, value: "1"}, {name: cl\u{e9}, value: "2"}, {name: cle\u{301}, value: "3"}]
                    volumeMounts: [\(test.mounts)]
                  volumes: [\(test.volumes)]
                """)
        #expect(flags.etcdKeyFile == test.expected)
    }

    @Test func unknownSubPathIsAnError() {
        let text = """
            kind: Pod
            spec:
              containers:
              - command: [kube-apiserver, --etcd-keyfile=/m/x]
                volumeMounts:
                - {name: a, mountPath: /m,
                   subPathExpr: $(A)}
              volumes: [\(Mount.host)]
            """
        let error = #expect(throws: APIServerFlagsError.self) { try read(manifest: text) }
        #expect(error?.reason == .unknownVariable(flag: "etcd-keyfile", variable: "A"))
        #expect(error?.position?.description == "7:21")
    }

    @Test(arguments: ["List", "PodList"])
    func podsOfAListAreRead(kind: String) throws {
        let other = pod(["etcd"])
        let servers = pod(["kube-apiserver", "--etcd-servers=a"])
        let list = "{\"kind\": \"\(kind)\", \"items\": [\(other), \(servers), {\"kind\": \"Service\"}]}"
        #expect(try read(manifest: list).etcdServers == ["a"])
        let two = "{\"kind\": \"\(kind)\", \"items\": [\(servers), \(servers)]}"
        #expect(reason { try read(manifest: two) } == .severalAPIServers)
        let none = "{\"kind\": \"\(kind)\", \"items\": [\(other)]}"
        #expect(reason { try read(manifest: none) } == .noAPIServer(programs: ["etcd"]))
    }

    @Test(arguments: [
        ("", APIServerFlagsError.Reason.noPod(kind: nil)), ("[]", .noPod(kind: nil)), ("a: b", .noPod(kind: nil)),
        ("kind: Deployment", .malformedField(path: "spec.template")), ("kind: Service", .noPod(kind: "Service")),
        ("kind: a b", .noPod(kind: nil)),
        ("kind: 5", .malformedField(path: "kind")),
        ("kind: Pod", .noAPIServer(programs: [])),
        ("kind: Pod\nspec: 5", .malformedField(path: "spec")),
        ("kind: Pod\nspec: {containers: {}}", .malformedField(path: "spec.containers")),
        ("kind: Pod\nspec: {containers: [5]}", .malformedField(path: "spec.containers[0]")),
        ("kind: Pod\nspec: {containers: [{command: [5]}]}", .malformedField(path: "spec.containers[0].command[0]")),
        ("kind: Pod\nspec: {containers: [{args: [sleep]}]}", .noAPIServer(programs: [])),
        (
            "kind: Pod\nspec: {containers: [{image: 'r.example/kube-apiserver-amd64:v1.30.1', args: [--v=2]}]}",
            .unsupported(.imageEntryPoint)
        ),
        (
            "kind: Pod\nspec: {containers: [{command: [kube-apiserver], env: [{value: a}]}]}",
            .malformedField(path: "spec.containers[0].env[0].name")
        ),
        (
            "kind: Pod\nspec: {containers: [{command: [kube-apiserver]}], volumes: [{name: a, hostPath: {}}]}",
            .malformedField(path: "spec.volumes[0].hostPath.path")
        ),
    ])
    func otherDocumentsAreErrors(text: String, expected: APIServerFlagsError.Reason) {
        #expect(reason { try read(manifest: text) } == expected)
    }

    @Test func theKubeletReadsOneDocument() throws {
        let text = pod(["kube-apiserver", "--etcd-servers=a"])
        #expect(try read(manifest: "---\n# x\n" + text + "\n---\nkind: Pod\n").etcdServers == ["a"])
        #expect(reason { try read(manifest: "kind: Service\n---\n" + text) } == .noPod(kind: "Service"))
    }

    @Test func whatIsNoYAMLIsAnError() {
        let error = #expect(throws: APIServerFlagsError.self) { try read(manifest: "kind: Pod\nspec: [") }
        guard case .notYAML = error?.reason else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.position != nil)
    }

    /// Small files that stand for much text end soon.
    @Test func expandedTextIsBounded() {
        let doubling = (1..<40).map { "{name: A\($0), value: $(A\($0 - 1))$(A\($0 - 1))}" }.joined(separator: ", ")
        let variables = "kind: Pod\nspec: {containers: [{env: [{name: A0, value: x}, \(doubling)]}]}"
        #expect(reason { try read(manifest: variables) } == .tooMuchText)
        let text = String(repeating: "x", count: 400_000)
        let aliases = String(repeating: "*a,", count: 10_000)
        let aliased = "kind: Pod\nspec: {containers: [{command: [&a \(text), \(aliases)]}]}"
        #expect(reason { try read(manifest: aliased) } == .tooMuchText)
        let large = String(repeating: " ", count: APIServerFlags.byteCountLimit + 1)
        #expect(reason { try read(manifest: large) } == .tooLarge(byteCount: large.utf8.count))
    }
}
