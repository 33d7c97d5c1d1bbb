import Foundation
import RemoteCalls
import SecretMemory
import TestSupport
import Testing

/// Certificates and keys from memory do what they do from files.
struct PEMSourceTests {
    /// How the settings get what a file holds.
    private static let sources: [@Sendable (String) throws -> PEMSource] = [{ .file($0) }, { try .content($0) }]

    @Test func servesWhoProvesItself() throws {
        let certificates = try Certificates()
        let server = try AnsweringServer.tls(certificates, wantsClients: true)
        for source in Self.sources {
            let tls = TLSSettings(
                authority: try source(certificates.file("ca.pem")),
                certificate: try source(certificates.file("client.pem")),
                key: try source(certificates.file("client.key")))
            let channel = HTTPChannel(.local(server.port, tls))
            let first = try channel.fields()
            #expect(try channel.fields()["client"] == first["client"])
            let stranger = TLSSettings(authority: tls.authority)
            #expect(HTTPChannel(.local(server.port, stranger)).failure() != nil)
        }
    }

    /// What cannot be used is refused in the same way, from wherever it comes.
    @Test func refusesWhatCannotBeUsed() throws {
        let certificates = try Certificates()
        let server = try AnsweringServer.tls(certificates, wantsClients: true)
        let good = TLSSettings(
            authorityFile: certificates.file("ca.pem"), certificateFile: certificates.file("client.pem"),
            keyFile: certificates.file("client.key"))
        try Data("no PEM".utf8).write(to: URL(fileURLWithPath: certificates.file("text")))
        let cases: [(String, WritableKeyPath<TLSSettings, PEMSource?> & Sendable)] = [
            ("stranger.pem", \.authority), ("text", \.authority), ("text", \.certificate), ("text", \.key),
            // Of another certificate.
            ("server.key", \.key), ("client.pem", \.key), ("client.key", \.certificate),
        ]
        for (name, field) in cases {
            let errors = try Self.sources.map { source in
                var tls = good
                tls[keyPath: field] = try source(certificates.file(name))
                return HTTPChannel(.local(server.port, tls)).failure()
            }
            #expect(errors.allSatisfy { $0?.reach == .untrusted && $0?.code == .unavailable }, "\(name): \(errors)")
        }
    }

    /// The files are gone when the first connection is made, and none is made of what is in memory.
    @Test func needsNoFile() throws {
        let (tls, server, line): (TLSSettings, PythonServer, Substring)
        do {
            let certificates = try Certificates()
            server = try AnsweringServer.tls(certificates, wantsClients: true)
            tls = TLSSettings(
                authority: try .content(certificates.file("ca.pem")),
                certificate: try .content(certificates.file("client.pem")),
                key: try .content(certificates.file("client.key")))
            line = try String(contentsOfFile: certificates.file("client.key"), encoding: .utf8)
                .split(separator: "\n")[1]
        }
        let channel = HTTPChannel(.local(server.port, tls))
        _ = try channel.fields()
        let places = [FileManager.default.temporaryDirectory.path, FileManager.default.currentDirectoryPath]
        for path in places {
            for name in try FileManager.default.contentsOfDirectory(atPath: path) {
                // What is no file cannot be read.
                guard let content = try? Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")) else { continue }
                #expect(content.range(of: Data(line.utf8)) == nil, "\(name)")
            }
        }
        withExtendedLifetime(channel) {}
    }

    @Test func comparesByContent() {
        let (one, same, other) = (SecretKey([1, 2]), SecretKey([1, 2]), SecretKey([1, 3]))
        #expect(PEMSource.bytes(one) == .bytes(same) && PEMSource.bytes(one) != .bytes(other))
        #expect(PEMSource.file("a") == .file("a") && PEMSource.file("a") != .bytes(one))
        let peer = { RemotePeer(.host("h", port: 1), proxy: $0) }
        #expect(peer(one) == peer(same) && peer(one) != peer(other) && peer(one) != peer(nil) && peer(nil) == peer(nil))
        #expect(!"\(PEMSource.bytes(SecretKey(Array("secret text".utf8))))".contains("secret text"))
    }

    /// With the channel the text of the key goes.
    @Test func forgetsTheKey() throws {
        let certificates = try Certificates()
        let server = try AnsweringServer.tls(certificates, wantsClients: true)
        let (key, needle) = try Self.key(certificates.file("client.key"))
        do {
            let tls = TLSSettings(
                authority: .file(certificates.file("ca.pem")), certificate: .file(certificates.file("client.pem")),
                key: .bytes(SecretKey(SecretBytes(copying: key.span))))
            let channel = HTTPChannel(.local(server.port, tls))
            _ = try channel.fields()
            // This one, and that of the test.
            #expect(try needle.occurrences() > 1)
        }
        #expect(try needle.occurrences() == 1)
        withExtendedLifetime(key) {}
    }

    /// The content of a key file that leaves no other copy, and its second line.
    private static func key(_ path: String) throws -> (SecretKey, MemoryNeedle) {
        let file = open(path, O_RDONLY)
        defer { close(file) }
        let text = SecretKey(
            SecretBytes.filling(capacity: 4096) { output in
                var byte: UInt8 = 0
                while read(file, &byte, 1) == 1 { output.append(byte) }
            })
        let lines = text.span.byteOffsets.filter { text.span[$0] == UInt8(ascii: "\n") }
        let needle = MemoryNeedle(copying: text.span.extracting(lines[0] + 1..<lines[1]))
        return (text, needle)
    }
}
