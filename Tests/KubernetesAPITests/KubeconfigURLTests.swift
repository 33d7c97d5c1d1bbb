import SecretMemory
import TestSupport
import Testing

@testable import KubernetesAPI

struct KubeconfigURLTests {
    @Test(arguments: [
        ("https://a", "https://a:443"), ("http://a", "http://a:80"),
        ("HTTPS://A.example:6443", "https://A.example:6443"),
        ("a", "http://a:80"), ("a_b:8080", "http://a_b:8080"), ("a:8080/", "http://a:8080"), ("a:", "http://a:80"),
        ("https://a:6443///", "https://a:6443"), ("https://a/k8s/", "https://a:443/k8s"),
        ("https://a/k8s?x=1", "https://a:443/k8s"), ("https://a?x=1", "https://a:443"),
        ("https://a#f", "https://a:443"),
        ("https://[::1]:6443/x", "https://[::1]:6443/x"), ("https://[fe80::1%25eth0]", "https://[fe80::1%25eth0]:443"),
        ("https://a/%2f", "https://a:443/%2f"), ("unix:///run/a b", "unix:///run/a b"),
    ]) func servers(text: String, expected: String) throws {
        #expect(try ServerURL(parsing: text).description == expected)
    }

    @Test(arguments: [
        ("", ServerURL.Problem.host), ("https://", .host), ("https:///x", .host), ("https://:443", .host),
        ("https://[::1", .host), ("https://[a]", .host), ("https://::1", .host),
        ("https://a:0", .port), ("https://a:65536", .port), ("https://a:x", .port), ("https://a:1:2", .port),
        ("https://a:+1", .port), ("https://[::1]x", .port), ("ftp://a", .scheme), ("socks5://a", .scheme),
        ("https://u@a", .credentials), ("https://u:p@a", .credentials), ("a/b", .malformed),
        ("https://a b", .malformed),
        ("https://a/\r\nX: y", .malformed), ("https://a/<", .malformed), ("https://a/é", .malformed),
        ("unix:run/a", .host), ("unix:///", .host), ("unix://host/a", .host), ("unix:///a\0b", .host),
        ("unix:///" + String(repeating: "a", count: 107), .tooLong),
        ("https://" + String(repeating: "a", count: 9000), .tooLong),
    ]) func noServers(text: String, problem: ServerURL.Problem) {
        #expect(throws: problem) { _ = try ServerURL(parsing: text) }
    }

    @Test func proxies() throws {
        let proxy = try ProxyURL(parsing: SecretKey(Array("HTTP://us%40er:p%3Ass@proxy:3128/path".utf8)))
        #expect(proxy.scheme == .http && proxy.host == "proxy" && proxy.port == 3128 && proxy.username == "us@er")
        #expect(try #require(proxy.password).isText("p:ss"))
        #expect(proxy.description == "http://proxy:3128")
        for (text, port) in [("http://a", 80), ("https://a", 443), ("socks5://a", 1080)] {
            let proxy = try ProxyURL(parsing: SecretKey(Array(text.utf8)))
            #expect(proxy.port == port && proxy.username == nil && proxy.password == nil)
        }
        for text in [
            "a:1", "//a", "ftp://a", "http://", "http://u:%zz@a", "http://u:%00@a", "http://u:%4@a", "http://a:99999",
        ] {
            #expect(throws: ServerURL.Problem.self) { _ = try ProxyURL(parsing: SecretKey(Array(text.utf8))) }
        }
    }

    /// No text makes the reader trap.
    @Test func randomTexts() {
        var random = SeededGenerator(seed: 12)
        let pieces = [
            "https", "http", "unix", ":", "/", "//", "@", "[", "]", "::1", "%", "%25", "a", "1", "?", "#", "é", "\0",
            " ",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0..<9, using: &random)).map { _ in pieces.randomElement(using: &random) ?? ""
            }.joined()
            if let url = try? ServerURL(parsing: text) {
                #expect((try? ServerURL(parsing: url.description)) == url, "\(text)")
            }
            _ = try? ProxyURL(parsing: SecretKey(Array(text.utf8)))
        }
    }
}
