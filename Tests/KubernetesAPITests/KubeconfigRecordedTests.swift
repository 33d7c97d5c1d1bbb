import Explanations
import Foundation
import KubernetesAPI
import TestSupport
import Testing

/// Every recorded kubeconfig: kubectl decides whether it is one (testdata/kubeconfig/README.md).
struct KubeconfigRecordedTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let `case`: String
        let file: String?
        let works: Bool?
        let user: String?
        let stderr: String
        let KUBECONFIG: String?
        let view: String?
        var testDescription: String { `case` }
    }

    static let folder = TestData.path("kubeconfig/files")

    static let cases: [Case] = {
        do {
            return try TestData.bytes("kubeconfig/cases.jsonl").split(separator: UInt8(ascii: "\n")).map {
                try JSONDecoder().decode(Case.self, from: Data($0))
            }
        } catch {
            return []
        }
    }()

    /// What fails at the server, in TLS or in the network alone.
    private static let failingLater: Set<String> = [
        "token-wrong", "basic", "exec-info", "exec-missing", "tls-server-name-wrong", "no-ca", "wrong-ca",
        "expired-certificate", "key-mismatch", "proxy-url-dead", "server-path", "server-no-scheme", "server-http",
        "server-refused",
    ]

    private static let reasons: [String: KubeconfigError.Reason] = [
        "data-and-missing-file": .dataAndFile(.authority), "data-and-file": .dataAndFile(.authority),
        "exec-v1alpha1": .exec(.unknownVersion("client.authentication.k8s.io/v1alpha1")),
        "auth-provider": .authProvider("gcp"), "no-current-context": .noContext,
        "dangling-user": .noSuchUser("missing"), "insecure-and-ca": .insecureWithAuthority,
        "ca-no-pem": .noCertificate(field: "certificate-authority-data"),
        "ca-no-base64": .notBase64(field: "clusters[0].cluster.certificate-authority-data"),
        "certificate-without-key": .certificateWithoutKey, "empty": .noContext, "wrong-kind": .notKubeconfig,
    ]

    @Test func recordingIsWhole() {
        #expect(Self.cases.count == 51)
        #expect(Self.cases.filter { $0.works == true }.count == 20)
    }

    @Test(arguments: cases.filter { $0.file != nil }) func kubectlDecides(of recorded: Case) throws {
        let path = Self.folder + "/" + (try #require(recorded.file))
        let isRead = recorded.works == true || Self.failingLater.contains(recorded.case)
        do {
            _ = try Kubeconfig(reading: [path]).access()
            #expect(isRead, "kubectl: \(recorded.stderr)")
        } catch {
            #expect(!isRead, "\(error)")
            if let reason = Self.reasons[recorded.case] {
                #expect(error.reason == reason)
            } else if case .unreadable("certificate-authority", let failure) = error.reason {
                #expect(recorded.case == "files-missing" && failure.path.hasSuffix("/pki/none.crt"))
            } else if case .notYAML = error.reason {
                #expect(recorded.case == "not-yaml")
            } else {
                Issue.record("\(error)")
            }
            #expect(error.failure.problems.count == 1)
        }
    }

    private func access(_ name: String, context: String? = nil) throws -> ClusterAccess {
        try Kubeconfig(reading: ["\(Self.folder)/\(name)"]).access(context: context)
    }

    @Test func embeddedAndFilesAreTheSame() throws {
        let (embedded, files) = (try access("embedded.yaml"), try access("files.yaml"))
        let (one, two) = (
            try #require(embedded.credentials.clientCertificate), try #require(files.credentials.clientCertificate)
        )
        #expect(one.certificate.isEqual(to: two.certificate) && one.key.isEqual(to: two.key))
        #expect(try #require(embedded.authority).isEqual(to: try #require(files.authority)))
        #expect(embedded.server == ServerURL(.host("127.0.0.1", port: 6553), isSecure: true))
        #expect(embedded.sources.context == "test" && embedded.sources.cluster?.name == "test")
        #expect(embedded.sources.user?.file == "\(Self.folder)/embedded.yaml")
    }

    @Test func tokens() throws {
        for name in ["token.yaml", "token-file.yaml", "token-and-file.yaml", "json.json"] {
            let token = try #require(try access(name).credentials.token).read()
            #expect(token.isText("admin-e17e29eeb8772a09"), "\(name)")
        }
        let both = try access("token-and-certificate.yaml").credentials
        #expect(both.token != nil && both.clientCertificate != nil)
        let basic = try #require(try access("basic.yaml").credentials.basic)
        #expect(basic.username == "a" && basic.password.isText("b"))
    }

    @Test func settings() throws {
        #expect(try access("tls-server-name.yaml").tlsServerName == "localhost")
        #expect(try access("insecure.yaml").skipsVerification)
        let plain = try access("no-ca.yaml")
        #expect(plain.authority == nil && !plain.skipsVerification && plain.tlsServerName == nil)
        #expect(plain.proxyURL == nil && !plain.disablesCompression)
        #expect(try access("disable-compression.yaml").disablesCompression)
        let proxy = try #require(try access("proxy-url.yaml").proxyURL)
        #expect(proxy.description == "http://127.0.0.1:44157" && proxy.password == nil)
        let other = try access("impersonate.yaml").credentials.impersonation
        #expect(other.user == "nobody" && other.groups == ["team-a"] && other.uid == "42" && other.extra == [])
    }

    @Test func servers() throws {
        #expect(try access("server-slash.yaml").server.description == "https://127.0.0.1:6553")
        let path = try access("server-path.yaml").server
        #expect(path.path == "/k8s/clusters/c1" && path.description == "https://127.0.0.1:6553/k8s/clusters/c1")
        // Recorded: the server answered to clear text that it wants TLS, and to the missing token nothing.
        for name in ["server-http.yaml", "server-no-scheme.yaml"] {
            let access = try access(name)
            #expect(!access.server.isSecure && access.credentials.isEmpty && access.authority == nil)
        }
    }

    @Test func contexts() throws {
        let configuration = try Kubeconfig(reading: ["\(Self.folder)/contexts.yaml"])
        #expect(configuration.contexts == ["as-viewer", "broken", "test"] && configuration.currentContext == "test")
        let viewer = try configuration.access(context: "as-viewer")
        #expect(try #require(viewer.credentials.token).read().isText("viewer-c42af13f1472a58e"))
        #expect(try configuration.access(context: "broken").server.address == .host("127.0.0.1", port: 9))
        #expect(throws: KubeconfigError.self) { _ = try configuration.access(context: "none") }
    }

    /// The recorded `kubectl config view` of two files has the same contexts, clusters and users.
    @Test(arguments: cases.filter { $0.KUBECONFIG != nil }) func merged(_ recorded: Case) throws {
        struct View: Decodable {
            struct Entry: Decodable { let name: String }
            let contexts: [Entry]
            let currentContext: String
            enum CodingKeys: String, CodingKey {
                case contexts
                case currentContext = "current-context"
            }
        }
        let view = try JSONDecoder().decode(View.self, from: Data(try #require(recorded.view).utf8))
        let paths = try #require(recorded.KUBECONFIG).split(separator: ":").map { "\(Self.folder)/\($0)" }
        let configuration = try Kubeconfig(reading: paths)
        #expect(configuration.contexts == view.contexts.map(\.name))
        #expect(configuration.currentContext == view.currentContext)
    }
}
