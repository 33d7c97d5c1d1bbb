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
        #expect(Set(rows.map(\.origin)) == ["config", "envelope", "flags", "grpc", "health", "k3s", "lines"])
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
