import KMSPlugin
import PatientTesting
import RemoteCalls
import TestSupport
import Testing

@Suite(.patient) struct ExaminationTests {
    @Test func findsAPluginWell() throws {
        let plugin = try PluginProcess()
        let examination = plugin.client(.v2).examine()
        #expect(examination.problem == nil && examination.isRoundTripDone)
        let status = try #require(examination.status)
        #expect(status.apiVersion == "v2" && status.healthz == "ok" && status.keyID == "1")
        #expect(
            status.keyIDHash == "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b")
        let old = plugin.client(.v1).examine()
        #expect(old.problem == nil && old.isRoundTripDone)
        #expect(old.status?.apiVersion == "v1beta1" && old.status?.healthz == nil && old.status?.keyID == nil)
    }

    /// A plugin can be healthy and not decrypt.
    @Test(
        arguments: [
            (
                "Status unhealthy",
                .untrue("kmsv2 Provider vault is not healthy, error: got unexpected healthz status: not well")
            ),
            ("Decrypt code 5", .refused("rpc error: code = NotFound desc = 100 % wrong: schlüssel")),
            ("Decrypt short", .keyNotReturned),
            ("Encrypt plain", .keyInClear(.raw)), ("Encrypt base64", .keyInClear(.base64)),
            ("Encrypt hex", .keyInClear(.hexadecimal)),
            ("Encrypt code 14", .passing("rpc error: code = Unavailable desc = 100 % wrong: schlüssel")),
        ] as [(String, PluginError)])
    func findsWhatIsWrong(mode: String, problem: PluginError) throws {
        let plugin = try PluginProcess()
        try plugin.misbehave(mode)
        let examination = plugin.client(.v2, timeout: .seconds(10)).examine()
        #expect(examination.problem == problem)
        #expect(examination.status?.keyID == "1" && !examination.isRoundTripDone)
    }

    /// In kube-apiserver's words, where its health check asks the same.
    @Test(
        arguments: [
            (.v2, "Status code 13", .failed("status", "Internal")),
            (.v2, "Status code 12", .passing("status", "Unimplemented")),
            (.v1, "Encrypt code 9", .refused("encrypt", "FailedPrecondition")),
            (.v1, "Decrypt code 2", .failed("decrypt", "Unknown")),
        ] as [(KMSProvider.Version, String, PluginError)])
    func saysWhichSectionFailed(version: KMSProvider.Version, mode: String, problem: PluginError) throws {
        let plugin = try PluginProcess()
        try plugin.misbehave(mode)
        #expect(plugin.client(version).examine().problem == problem)
    }

    @Test func saysThatTheVersionIsWrong() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Version version v7")
        #expect(
            plugin.client(.v1).examine().problem
                == .untrue(
                    "failed to perform encrypt section of the healthz check for KMS Provider vault, error: KMS provider "
                        + "api version v7 is not supported, only v1beta1 is supported now"))
    }

    @Test func findsAStall() throws {
        let plugin = try PluginProcess()
        try plugin.misbehave("Encrypt stall")
        let examination = plugin.client(.v2, timeout: .seconds(2)).examine()
        // Who notices first, the plugin or this side, says it in its own words.
        let text: String
        switch examination.problem {
        case .noAnswer(let words), .passing(let words): text = words
        default: text = "\(examination)"
        }
        #expect(text.hasPrefix("rpc error: code = DeadlineExceeded desc = "))
        #expect(examination.status?.keyID == "1" && !examination.isRoundTripDone)
    }

    @Test func findsNobodyThere() {
        let client = PluginClient(
            KMSProvider(
                name: "vault", version: .v1, peer: RemotePeer(.unixSocket(path: "/nonexistent/s")),
                timeout: .seconds(1)))
        let examination = client.examine()
        #expect(examination.status == nil)
        #expect(
            examination.problem
                == .noAnswer(
                    "failed to perform encrypt section of the healthz check for KMS Provider vault, error: "
                        + "failed get version from remote KMS provider: rpc error: code = Unavailable desc = connection "
                        + "error: desc = \"transport: Error while dialing: dial unix /nonexistent/s: connect: no such "
                        + "file or directory\""))
    }
}

extension PluginError {
    private static func text(_ section: String, _ code: String) -> String {
        "failed to perform \(section) section of the healthz check for KMS Provider vault, error: rpc error: code = "
            + "\(code) desc = 100 % wrong: schlüssel"
    }

    fileprivate static func passing(_ section: String, _ code: String) -> PluginError { .passing(text(section, code)) }
    fileprivate static func failed(_ section: String, _ code: String) -> PluginError { .failed(text(section, code)) }
    fileprivate static func refused(_ section: String, _ code: String) -> PluginError { .refused(text(section, code)) }
}
