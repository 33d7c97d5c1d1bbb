import PatientTesting
import RemoteCalls
import SecretMemory
import TestSupport
import Testing

/// Calls over TLS, to a server that wants certificates of its clients.
@Suite(.patient) struct TLSTests {
    private static func call(_ port: Int, host: String = "127.0.0.1", _ tls: TLSSettings, times: Int = 1) throws {
        let channel = GRPCChannel(RemotePeer(.host(host, port: port), tls: tls))
        // The second call and the third go over the connection of the first.
        for number in 0..<times {
            let request = [UInt8](repeating: UInt8(number), count: 100_000)
            let answer = try channel.unary(
                "/test.Test/Echo", request.span.rawBytes, options: CallOptions(timeout: .seconds(20)))
            let isSame = answer.bytes.elementsEqual(request.span.rawBytes)
            #expect(isSame)
        }
    }

    private static func error(_ port: Int, host: String = "127.0.0.1", _ tls: TLSSettings) -> RemoteCallError? {
        #expect(throws: RemoteCallError.self) { try call(port, host: host, tls) }
    }

    @Test func servesWhoProvesItself() throws {
        let certificates = try Certificates()
        let plugin = try PluginProcess(certificates: certificates.folder)
        var settings = TLSSettings(
            authorityFile: certificates.file("ca.pem"), certificateFile: certificates.file("client.pem"),
            keyFile: certificates.file("client.key"))
        try Self.call(plugin.port, settings, times: 3)
        // Whoever the server is, if so wanted.
        settings.authority = .file(certificates.file("stranger.pem"))
        settings.verifiesPeer = false
        try Self.call(plugin.port, settings)
    }

    @Test func refusesAServerThatDoesNot() throws {
        let certificates = try Certificates()
        let plugin = try PluginProcess(certificates: certificates.folder)
        var settings = TLSSettings(
            authorityFile: certificates.file("stranger.pem"), certificateFile: certificates.file("client.pem"),
            keyFile: certificates.file("client.key"))
        #expect(Self.error(plugin.port, settings)?.message.contains("certificate") == true)
        // The certificate is for the address alone.
        settings.authority = .file(certificates.file("ca.pem"))
        let error = Self.error(plugin.port, host: "localhost", settings)
        #expect(error?.code == .unavailable && error?.origin == .caller)
        // A file that is not there is told, not passed over.
        settings.authority = .file(certificates.file("nothing.pem"))
        #expect(Self.error(plugin.port, settings)?.code == .unavailable)
    }

    @Test func isRefusedWithoutCertificate() throws {
        let certificates = try Certificates()
        let plugin = try PluginProcess(certificates: certificates.folder)
        let error = Self.error(plugin.port, TLSSettings(authorityFile: certificates.file("ca.pem")))
        #expect(error?.code == .unavailable && error?.origin == .caller)
    }
}
