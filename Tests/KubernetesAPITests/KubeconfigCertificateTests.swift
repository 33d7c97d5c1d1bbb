import Foundation
import TestSupport
import Testing

@testable import KubernetesAPI

/// Certificates and keys: where they come from, and whether they are some.
struct KubeconfigCertificateTests {
    private let folder: KubeconfigFolder
    init() throws { folder = try KubeconfigFolder() }

    private func user(_ certificate: String, _ key: String) -> String {
        "client-certificate-data: \(KubeconfigFolder.base64(text: certificate)), client-key-data: \(KubeconfigFolder.base64(text: key))"
    }

    @Test func kindsOfKeys() throws {
        let certificate = try String(contentsOfFile: KubeconfigFolder.certificate, encoding: .utf8)
        let key = try String(contentsOfFile: KubeconfigFolder.key, encoding: .utf8)
        #expect(reason { _ = try folder.access(user: user(certificate, key)) } == nil)
        #expect(reason { _ = try folder.access(user: user("words\n" + certificate, key + "words")) } == nil)
        #expect(
            reason { _ = try folder.access(user: user(certificate.replacingOccurrences(of: "\n", with: "\r\n"), key)) }
                == nil)
        let field = "client-certificate-data"
        for wrong in [
            key, "x", certificate.replacingOccurrences(of: "MII", with: "MIJ"), String(certificate.dropLast(30)),
        ] {
            #expect(reason { _ = try folder.access(user: user(wrong, key)) } == .noCertificate(field: field))
        }
        let otherEnd = certificate.replacingOccurrences(of: "-----END CERTIFICATE", with: "-----END X")
        #expect(reason { _ = try folder.access(user: user(otherEnd, key)) } == .noCertificate(field: field))
        for wrong in [certificate, "x", key.replacingOccurrences(of: "-----END", with: "---- END")] {
            #expect(
                reason { _ = try folder.access(user: user(certificate, wrong)) } == .noKey(field: "client-key-data"))
        }
        let encrypted = key.replacingOccurrences(of: "PRIVATE", with: "ENCRYPTED PRIVATE")
        let old =
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMAA=\n-----END RSA PRIVATE KEY-----\n"
        for wrong in [encrypted, old] {
            #expect(
                reason { _ = try folder.access(user: user(certificate, wrong)) }
                    == .encryptedKey(field: "client-key-data"))
        }
    }

    @Test func dataOrFile() throws {
        let (certificate, key) = (
            try KubeconfigFolder.base64(KubeconfigFolder.certificate), try KubeconfigFolder.base64(KubeconfigFolder.key)
        )
        let mixed = "client-certificate: \(KubeconfigFolder.certificate), client-key-data: \(key)"
        #expect(reason { _ = try folder.access(user: mixed) } == nil)
        #expect(
            reason { _ = try folder.access(user: "\(mixed), client-certificate-data: \(certificate)") }
                == .dataAndFile(.certificate))
        #expect(
            reason { _ = try folder.access(user: "\(mixed), client-key: \(KubeconfigFolder.key)") }
                == .dataAndFile(.key))
        #expect(
            reason {
                _ = try folder.access(
                    cluster: "server: https://a, certificate-authority: x, certificate-authority-data: \(certificate)")
            }
                == .dataAndFile(.authority))
        guard
            case .unreadable("client-key", let failure)? = reason({
                _ = try folder.access(user: "client-certificate-data: \(certificate), client-key: none")
            })
        else {
            Issue.record("a missing file is no error")
            return
        }
        #expect(failure.path == "\(folder.path)/none")
    }

    @Test func authorities() throws {
        try folder.write("no certificate", to: "ca")
        #expect(
            reason { _ = try folder.access(cluster: "server: https://a, certificate-authority: ca") }
                == .noCertificate(field: "certificate-authority"))
        try folder.write("", to: "ca")
        #expect(reason { _ = try folder.access(cluster: "server: https://a, certificate-authority: ca") } != nil)
        let file = "certificate-authority: \(KubeconfigFolder.certificate)"
        #expect(reason { _ = try folder.access(cluster: "server: https://a, \(file)") } == nil)
        #expect(
            reason { _ = try folder.access(cluster: "server: https://a, insecure-skip-tls-verify: true, \(file)") }
                == .insecureWithAuthority)
    }

    /// 2 MB of lines that begin blocks which never end: linear time.
    @Test func hostilePEM() {
        let text = Array(String(repeating: "-----BEGIN CERTIFICATE-----\n", count: 80_000).utf8)
        let time = ProcessorTime()
        let blocks = PEMBlocks(text.span.rawBytes)
        #expect(blocks.certificateCount == 0)
        #expect(time.seconds < 10)
    }
}
