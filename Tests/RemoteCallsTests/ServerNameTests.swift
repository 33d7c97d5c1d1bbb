import RemoteCalls
import TestSupport
import Testing

/// `TLSSettings.serverName`: the server is connected to at its address, and has to prove another name.
struct ServerNameTests {
    @Test func asksForTheNameAtTheAddress() throws {
        let certificates = try Certificates()
        let server = try AnsweringServer.tls(certificates, "named")
        var tls = TLSSettings(authorityFile: certificates.file("ca.pem"))
        tls.serverName = "kubernetes.test"
        let channel = HTTPChannel(.local(server.port, tls))
        let fields = try channel.fields()
        #expect(fields["sni"] == "kubernetes.test")
        #expect(fields["host"] == "127.0.0.1:\(server.port)")
        // The connection is kept.
        #expect(try channel.fields()["client"] == fields["client"])
    }

    @Test func verifiesTheName() throws {
        let certificates = try Certificates()
        let named = try AnsweringServer.tls(certificates, "named")
        let addressed = try AnsweringServer.tls(certificates)
        func reach(_ server: PythonServer, _ name: String?, verifiesPeer: Bool = true) -> RemoteCallError.Reach? {
            var tls = TLSSettings(authorityFile: certificates.file("ca.pem"), verifiesPeer: verifiesPeer)
            tls.serverName = name
            return HTTPChannel(.local(server.port, tls)).failure()?.reach
        }
        #expect(reach(named, nil) == .untrusted)
        #expect(reach(named, "other.test") == .untrusted)
        #expect(reach(named, "kubernetes.test") == nil)
        #expect(reach(named, "other.test", verifiesPeer: false) == nil)
        // The address does not do instead of the name.
        #expect(reach(addressed, "kubernetes.test") == .untrusted)
        #expect(reach(addressed, "127.0.0.1") == nil)
        #expect(reach(addressed, nil) == nil)
    }

    /// Errors name the address, where the server has to be looked for.
    @Test func namesTheAddress() throws {
        let certificates = try Certificates()
        var tls = TLSSettings(authorityFile: certificates.file("ca.pem"))
        tls.serverName = "kubernetes.test"
        let error = try #require(HTTPChannel(.local(1, tls)).failure())
        #expect("\(error)".contains("https://127.0.0.1:1") && !"\(error)".contains("kubernetes.test"), "\(error)")
        #expect(error.reach == .notConnected)
    }
}
