import Diagnostics
import EncryptionConfig
import Foundation
import KubernetesVersions
import SecretMemory
import TestSupport
import Testing

@testable import Explanations

/// What `encconf explain` knows of texts that servers, plugins and k3s print.
@Suite struct ExplainedTextTests {
    /// A line of testdata/explain/texts.tsv.
    struct Row: CustomTestStringConvertible, Sendable {
        let origin: String
        let subject: String
        let text: String

        var testDescription: String { text }

        static func all() throws -> [Row] {
            String(decoding: try TestData.bytes("explain/texts.tsv"), as: UTF8.self).split(separator: "\n")
                .filter { !$0.hasPrefix("#") }.map { line in
                    let fields = line.split(separator: "\t", maxSplits: 2).map(String.init)
                    return Row(
                        origin: fields[0], subject: fields[1],
                        text: fields[2].replacingOccurrences(of: "\\n", with: "\n"))
                }
        }
    }

    @Test(arguments: try Row.all())
    func isKnown(_ row: Row) { #expect(ExplainedText.all(of: row.text).first?.subject == row.subject) }

    @Test func everyOriginIsThere() throws {
        let rows = try Row.all()
        #expect(rows.count > 200)
        #expect(
            Set(rows.map(\.origin)) == [
                "config", "envelope", "flags", "grpc", "health", "k3s", "lines", "manifest", "stored",
            ])
    }

    /// The same in a log of klog, of containers and of journald, in a Status and in JSON.
    @Test(arguments: try Row.all().filter { !$0.text.contains("\n") })
    func isKnownInALog(_ row: Row) throws {
        let quoted = row.text.replacingOccurrences(of: "\"", with: "\\\"")
        for line in [
            "E0415 10:00:01.100000       1 run.go:72] \"command failed\" err=\"\(quoted)\"",
            "2025-04-15T10:00:01.123456789Z stderr F E0415 10:00:01.1 1 x.go:1] \(row.text)",
            "Apr 15 10:00:01 node1 kube-apiserver[812]: \(row.text)",
            "{\"ts\":1713175201000.1,\"msg\":\"command failed\",\"err\":\"\(quoted)\"}",
            "Error from server (InternalError): Internal error occurred: \(row.text)",
            "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"\(quoted)\",\"code\":500}",
        ] {
            #expect(ExplainedText.all(of: line).first?.subject == row.subject, "\(line)")
        }
    }

    /// Every text that `verify` prints of a recorded file, for several versions: the code is one of those that it gives.
    @Test(arguments: [KubernetesVersion.oldest, KubernetesVersion(minor: 30), .newest])
    func whatVerifyPrints(kubernetes: KubernetesVersion) throws {
        struct Mutant: Decodable {
            let content_b64: Data
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: TestData.path("verdicts")).sorted()
        var files = try names.filter { $0.hasSuffix(".yaml") }.map { try TestData.bytes("verdicts/\($0)") }
        files += try GzipLines.decode("versions/probes.jsonl.gz", as: Mutant.self).map { [UInt8]($0.content_b64) }
        if kubernetes == .newest {
            files += try GzipLines.decode("mutants.jsonl.gz", as: Mutant.self).map { [UInt8]($0.content_b64) }
        }
        var count = 0
        for bytes in files {
            for server in [ServerOptions(), .lenient] {
                do throws(ConfigurationRefusal) {
                    let document = try ConfigurationDocument.read(
                        SecretBytes(copying: bytes.span.bytes), kubernetes: kubernetes)
                    _ = try EncryptionConfiguration(checking: document, options: server)
                } catch {
                    guard let text = error.apiserverError(path: "enc.yaml") else { continue }
                    count += 1
                    let codes = error.diagnostics.map(\.code)
                    let known = ExplainedText.all(of: text).first?.subject.prefix(7)
                    #expect(known.map { codes.contains(String($0)) } == true, "\(codes): \(text)")
                }
            }
        }
        #expect(count > 400)
    }

    @Test(arguments: [
        "[+]kms-providers ok", "[+]kms-provider-0 ok", "[+]etcd ok\n[+]ping ok", "nothing", "ENC9999", "", "kms",
    ])
    func isNothing(text: String) { #expect(ExplainedText.all(of: text).isEmpty) }

    // MARK: - Several lines

    /// Each cause once, in the order of the lines; what only passes it on is left out.
    @Test func severalLines() {
        let text = """
            E0415 10:00:01.1 1 cacher.go:478] failed to list *core.Secret: unable to transform key "/a"
            E0415 10:00:02.1 1 x.go:1] unable to transform key "/a": invalid padding on input
            E0415 10:00:03.1 1 x.go:1] unable to transform key "/b": invalid padding on input
            [-]kms-providers failed: reason withheld
            readyz check failed
            """
        #expect(ExplainedText.all(of: text).map(\.subject) == ["invalid padding on input", "[-]kms-provider"])
    }

    @Test func aTextThatIsBrokenOverLines() {
        #expect(ExplainedText.all(of: "no matching\n  prefix found").map(\.subject) == ["no matching prefix found"])
    }

    @Test func fiveAreEnough() throws {
        let text = try Row.all().map(\.text).joined(separator: "\n")
        #expect(ExplainedText.all(of: text).count == 5)
    }

    /// etcd is asked over the network, a plugin at a socket; a plugin asks its key service over the network.
    @Test func whoIsNotReached() {
        func subjects(_ text: String) -> [String] { ExplainedText.all(of: text).map(\.meaning) }
        let tcp = "transport: Error while dialing: dial tcp 192.0.2.1:443: connect: connection refused"
        #expect(subjects(tcp).first?.contains("from etcd") == true)
        #expect(
            subjects("failed to decrypt DEK, error: \(tcp)").first?.contains("key service over the network") == true)
        #expect(subjects("dial unix /run/a: connect: no such file").first?.contains("at its socket") == true)
    }

    // MARK: - One sign, several causes

    /// The words that an answer must have, and those that it must not have, for a sign with surroundings.
    struct Surroundings: CustomTestStringConvertible, Sendable {
        let text: String
        let says: [String]
        let doesNotSay: [String]
        var testDescription: String { text }

        static let list = "cacher (*core.Secret): unexpected ListAndWatch error: failed to list *core.Secret: "
        static let transport = "Err: connection error: desc = \"transport: authentication handshake failed: "
        static let all: [Surroundings] = [
            .init(
                list
                    + "couldn't get version/kind; json parse error: invalid character 'k' looking for beginning of value",
                says: ["--encryption-provider-config", "aescbc", "k8s:enc:"], not: ["Indent", "ENC01"]),
            .init(
                list
                    + "no kind \"\" is registered for version \"\" in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme\"",
                says: ["--encryption-provider-config"], not: ["ENC01"]),
            .init(
                list
                    + "no kind \"Ingress\" is registered for version \"extensions/v1beta1\" in scheme \"legacyscheme\"",
                says: ["upgraded", "encryption is not at fault"], not: ["--encryption-provider-config"]),
            .init(list + "proto: wrong wireType = 6 for field ObjectMeta", says: ["aescbc"], not: ["envelope"]),
            .init(
                "unable to transform key \"/a\": proto: cannot parse invalid wire-format data",
                says: ["envelope of KMS"],
                not: ["manifest"]),
            .init(
                "error: unable to decode \"enc.yaml\": no kind \"EncryptionConfiguration\" is registered for version "
                    + "\"apiserver.config.k8s.io/v1\" in scheme \"k8s.io/kubectl/pkg/scheme/scheme.go:28\"",
                says: ["not an object of the API", "control-plane node"], not: ["are missing or wrong"]),
            .init(
                "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 3",
                says: ["stringData"], not: ["--encryption-provider-config"]),
            .init(
                "\"Unable to authenticate the request\" err=\"illegal base64 data at input byte 5\"", says: ["token"],
                not: ["--encryption-provider-config"]),
            .init("yaml: line 3: did not find expected key", says: ["does not show which"], not: ["ENC01"]),
            .init(
                "createTransport failed to connect to {https://127.0.0.1:2379 <nil> 0 <nil>}. \(transport)x\"",
                says: ["etcd"], not: ["the KMS plugin at its socket"]),
            .init(
                "createTransport failed to connect to {Addr: \"[::1]:2379\", }. \(transport)tls: x509: y\"",
                says: ["from etcd"], not: ["the KMS plugin at its socket"]),
            .init(
                "rpc error: code = Unavailable desc = error reading from server: EOF",
                says: ["does not show", "etcdctl endpoint health", "kms status"], not: []),
            .init(
                "kms-1 kube-apiserver[9]: failed to connect to {Addr: \"127.0.0.1:2379\", }. \(transport)x\"",
                says: ["from etcd"], not: ["the KMS plugin at its socket"]),
            .init(
                "bootstrap-roles: unable to initialize clusterroles: cipher: message authentication failed",
                says: ["two servers"], not: ["k3s"]),
            .init(
                "unable to transform key \"/registry/secrets/a\": illegal base64 data at input byte 3",
                says: ["does not show"], not: ["no provider refused"]),
            .init(
                "Get \"https://10.0.0.1:6443/api\": dial tcp 10.0.0.1:6443: connect: connection refused",
                says: ["API server"], not: ["from etcd"]),
            .init(
                "unable to transform key \"/registry/secrets/vault/unseal\": cipher: message authentication failed",
                says: ["two servers"], not: ["Another program"]),
            .init(
                "unable to transform key \"/registry/secrets/a/sh.helm.release.v1.a\": illegal base64 data at input byte 3",
                says: ["does not show"], not: ["stringData"]),
            .init(
                "unable to transform key \"/registry/secrets/csi/etcd-client\": rpc error: code = Unavailable desc = x",
                says: ["KMS plugin"], not: ["CSI", "from etcd"]),
            .init("dial unix /csi/csi.sock: connect: connection refused", says: ["CSI"], not: ["Start the plugin"]),
            .init(
                "rpc error: code = Unimplemented desc = unknown service runtime.v1.RuntimeService",
                says: ["containerd"],
                not: ["version of the KMS API"]),
            .init(
                "failed to decrypt DEK, error: rpc error: code = PermissionDenied desc = x",
                says: ["permission", "credentials"], not: ["Enable the key version"]),
            .init(
                "failed to encrypt DEK, error: rpc error: code = PermissionDenied desc = x",
                says: ["permission", "No stored value is concerned"], not: ["Enable the key version"]),
            .init(
                "failed to encrypt DEK, error: rpc error: code = Unknown desc = x", says: ["No stored value"], not: []),
            .init(
                "rpc error: code = ResourceExhausted desc = trying to send message larger than max (2148086 vs. 2097152)",
                says: ["too large", "every repetition fails"], not: ["transient"]),
            .init(
                "[cipher: message authentication failed, the stored data is not a multiple of the block size]",
                says: ["KMS v1", "--etcd-prefix", "damaged"], not: ["not AES-CBC", "two servers"]),
            .init(
                "level=fatal msg=\"starting kubernetes: preparing server: cipher: message authentication failed\"",
                says: ["k3s", "token"], not: ["move the value"]),
            .init(
                "level=fatal msg=\"encryption-config.json newer than datastore and could cause a cluster outage\"",
                says: ["k3s", "only copy of a key", "Copy the named files"], not: []),
            .init(
                "index out of range [-1]\ngoroutine 1 [running]:\nk8s.io/kubernetes/pkg/controller/nodeipam.(*c).f(0x1)",
                says: ["Any program"], not: ["kube-apiserver panics"]),
            .init(
                "index out of range [-1]\ngoroutine 1 [running]:\n\t/go/encrypt/aes/aes.go:175",
                says: ["kube-apiserver panics"],
                not: ["Any program"]),
        ]

        init(_ text: String, says: [String], not doesNotSay: [String]) {
            (self.text, self.says, self.doesNotSay) = (text, says, doesNotSay)
        }
    }

    @Test(arguments: Surroundings.all)
    func surroundingsDecide(_ expected: Surroundings) throws {
        let answers = ExplainedText.all(of: expected.text)
        #expect(answers.count == 1)
        let answer = try #require(answers.first)
        let said = "\(answer.subject) \(answer.meaning) \(answer.check) \(answer.remedy)"
        for words in expected.says { #expect(said.contains(words), "\(said)") }
        for words in expected.doesNotSay { #expect(!said.contains(words), "\(said)") }
    }

    /// A line has no part in the surroundings of another one.
    @Test func linesDoNotMix() {
        let text = """
            error while parsing file: resources: Required value: at least one resources is required
            Error: UPGRADE FAILED: YAML parse error on a/b.yaml: error converting YAML to JSON: yaml: line 5: x
            """
        #expect(
            ExplainedText.all(of: text).map(\.subject)
                == ["ENC0110: a list without items", "error converting YAML to JSON"])
    }

    // MARK: - Remedies

    /// Nothing is to be deleted or overwritten unless every file and archive was tried.
    @Test func remediesKeepData() {
        let remedies =
            RuntimeError.all.map(\.remedy)
            + (Explanation.ofConfigurations + Explanation.ofAudits).filter { !Self.leavesCopies.contains($0.code) }
            .map(\.remedy)
        for remedy in remedies {
            let text = remedy.lowercased()
            for word in ["delete", "overwrite", "destroy", "discard", "etcdctl del", "etcdctl put", "ignorestoreread"] {
                #expect(!text.contains(word), "\(remedy)")
            }
            if text.contains("restore the object") {
                let isCertain = remedy.contains("Only if") && remedy.contains("keep a copy of the value")
                #expect(isCertain || remedy.contains("from what `encconf decrypt-secret` shows"), "\(remedy)")
            }
            if text.contains("--force") { #expect(text.contains("skips"), "\(remedy)") }
        }
    }

    /// Snapshots that hold plaintext are deleted or protected; the cluster keeps its data.
    private static let leavesCopies = ["ENC0413"]

    // MARK: - Cost

    @Test(arguments: ["\"", "\\", "e", "enc", "[+]", "kms-provide", "\n", "dial tcp\n", "ENC0401 "])
    func longTextsEndSoon(piece: String) {
        let time = ProcessorTime()
        let text = String(repeating: piece, count: ExplainedText.byteCountLimit / piece.utf8.count)
        #expect(ExplainedText.all(of: text).count <= 5)
        #expect(time.seconds < 60)
    }
}
