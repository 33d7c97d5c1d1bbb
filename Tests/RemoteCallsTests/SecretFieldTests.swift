import RemoteCalls
import SecretMemory
import TestSupport
import Testing

/// `CallOptions.secretMetadata`: header fields that are wiped.
struct SecretFieldTests {
    @Test func arrives() throws {
        let server = try AnsweringServer.clear()
        let channel = HTTPChannel(.local(server.port))
        var options = CallOptions(timeout: .seconds(20))
        options.secretMetadata = [
            ("authorization", SecretKey(Array("Bearer abc.def".utf8))), ("x-a", SecretKey(Array("1".utf8))),
            ("x-a", SecretKey(Array("2".utf8))), ("x-long", SecretKey([UInt8](repeating: 0x78, count: 8000))),
        ]
        let fields = try channel.fields(options)
        #expect(fields["authorization"] == "Bearer abc.def" && fields["x-a"] == "1 AND 2")
        #expect(fields["x-long"]?.utf8.count == 8000)
        // The next request over the same connection does not have them.
        let next = try channel.fields()
        #expect(next["authorization"] == nil && next["client"] == fields["client"])
    }

    @Test func refusesControlCharacters() {
        let channel = HTTPChannel(.local(1))
        for byte in [0, 9, 10, 13, 31, 127] as [UInt8] {
            for value in [[byte], [0x61, byte], [byte, 0x61], [0x61, byte, 0x62]] as [[UInt8]] {
                var options = CallOptions()
                options.secretMetadata = [("x-a", SecretKey(value))]
                let error = channel.failure("/", options)
                #expect(error?.code == .invalidArgument && error?.reach == .notConnected, "\(value)")
            }
        }
        // Neither can a name begin a field of its own.
        for name in ["x\r\ny", "x\n", "\u{0}"] {
            var options = CallOptions()
            options.secretMetadata = [(name, SecretKey([0x61]))]
            #expect(channel.failure("/", options)?.code == .invalidArgument, "\(name)")
        }
    }

    /// Afterwards nothing of it is in memory, neither in clear nor in TLS.
    @Test func isWiped() throws {
        let certificates = try Certificates()
        let (clear, secure) = (try AnsweringServer.clear(), try AnsweringServer.tls(certificates))
        let tls = TLSSettings(authorityFile: certificates.file("ca.pem"))
        for (index, peer) in [RemotePeer.local(clear.port), .local(secure.port, tls)].enumerated() {
            // Of several lengths, as what is let go may be overwritten by chance.
            for repeats in [1, 5, 30, 200] {
                let random = MemoryNeedle(seed: 9100 + UInt64(index * 1000 + repeats))
                let needle = MemoryNeedle(copying: SecretBase64.encode(random.bytes).bytes)
                let channel = HTTPChannel(peer)
                do {
                    let value = SecretBytes.filling(capacity: needle.bytes.byteCount * repeats) { output in
                        for _ in 0..<repeats { output.append(contentsOf: needle.bytes) }
                    }
                    var options = CallOptions(timeout: .seconds(20))
                    options.secretMetadata = [("authorization", SecretKey(value))]
                    #expect(try needle.occurrences() >= repeats)
                    for _ in 0..<3 {
                        let answer = try channel.send(.get, "/empty", options: options)
                        #expect(answer.status == 200)
                    }
                }
                // The channel with its connection is still there.
                #expect(try needle.occurrences() == 0, "\(peer) \(repeats)")
                withExtendedLifetime(channel) {}
            }
        }
    }
}
