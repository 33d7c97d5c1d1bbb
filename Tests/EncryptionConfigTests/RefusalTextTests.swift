import EncryptionConfig
import SecretMemory
import TestSupport
import Testing

/// Rules of kube-apiserver's texts that no recorded file shows, and those behind several that do.
struct RefusalTextTests {
    private static let key = "nXmxo38xgBzRGmcG+0DWvVdSaEaQO7E+3lYkOenBuCM="
    private static let scheme =
        #"in scheme "k8s.io/apiserver/pkg/server/options/encryptionconfig/config.go:142""#

    private func text(_ file: [UInt8], options: ServerOptions = ServerOptions()) -> String? {
        do {
            let document = try ConfigurationDocument.read(SecretBytes(copying: file.span.rawBytes))
            _ = try EncryptionConfiguration(checking: document, options: options)
            return nil
        } catch {
            return error.apiserverText
        }
    }

    @Test(arguments: [
        ("v1", "Status", #"strict decoding error: unknown field "resources""#),
        ("a.b/v7", "Status", #"strict decoding error: unknown field "resources""#),
        ("v1", "APIResourceList", #"strict decoding error: unknown field "resources[0].resources""#),
        (
            "apiserver.config.k8s.io/v1", "WatchEvent",
            #"strict decoding error: unknown field "apiVersion", unknown field "kind", unknown field "resources""#
        ),
        (
            "apiserver.config.k8s.io/v1", "ListOptions",
            #"no kind "ListOptions" is registered for the internal version of group "apiserver.config.k8s.io" "#
                + scheme
        ),
        (
            "a/__internal", "EncryptionConfiguration",
            #"no kind "EncryptionConfiguration" is registered for the internal version of group "a" "# + scheme
        ),
        (
            "/v1", "EncryptionConfig",
            "resources[0].providers: Required value: at least one resources[0].providers is required"
        ),
        ("/v2", "EncryptionConfig", #"no kind "EncryptionConfig" is registered for version "v2" "# + scheme),
        ("/", "EncryptionConfig", "Object 'apiVersion' is missing in 'REDACTED'"),
        ("a/b/c", "EncryptionConfig", "unexpected GroupVersion string: a/b/c"),
        (key, "K\u{200b}\u{7}", #"no kind "K\u200b\a" is registered for version "REDACTED" "# + scheme),
    ])
    func kinds(apiVersion: String, kind: String, expected: String) {
        let file = #"{"apiVersion":"\#(apiVersion)","kind":"\#(escaped(kind))","resources":[{"resources":["a"]}]}"#
        #expect(text(Array(file.utf8)) == expected)
    }

    private func escaped(_ text: String) -> String { text.replacing("\u{7}", with: #"\u0007"#) }

    /// The Kelvin sign is a k to Go, but not the name of a field.
    @Test func foldedName() {
        let file = "apiVersion: apiserver.config.k8s.io/v1\n\"\u{212a}ind\": EncryptionConfiguration\n"
        #expect(text(Array(file.utf8)) == "strict decoding error: unknown field \"\u{212a}ind\"")
    }

    @Test func unexpectedKind() throws {
        let file = Array("apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: []\n".utf8)
        #expect {
            try ConfigurationDocument.read(SecretBytes(copying: file.span.rawBytes))
        } throws: {
            ($0 as? ConfigurationRefusal)?.apiserverError(path: "f")
                == "error while parsing file: got unexpected config type: "
                + "apiserver.config.k8s.io/v1, Kind=AdmissionConfiguration"
        }
    }

    @Test(arguments: [
        ("", "empty body"), ("\u{80}", "unexpected EOF"), ("\u{c}", "proto: Unknown: wiretype end group for non-group"),
        ("\u{2}\u{0}", "proto: Unknown: illegal tag 0 (wire type 2)"),
        ("\u{8}\u{1}", "proto: wrong wireType = 0 for field TypeMeta"), ("\u{3b}\u{3e}", "proto: illegal wireType 6"),
        ("\u{12}\u{0}", #"Object 'Kind' is missing in 'runtime.TypeMeta{APIVersion:"", Kind:""}'"#),
        ("\u{a}\u{2}\u{8}\u{0}", "proto: wrong wireType = 0 for field APIVersion"),
        ("\u{a}\u{6}\u{a}\u{1}a\u{12}\u{1}b", #"no kind "b" is registered for version "a" "# + scheme),
    ])
    func protobuf(body: String, expected: String) { #expect(text(Array("k8s\0\(body)".utf8)) == expected) }

    @Test(arguments: [
        ("unix:///a%7f", #"parse "passthrough:////a\x7f": net/url: invalid control character in URL"#),
        ("unix:///@a%25zz", #"parse "passthrough:///@a%zz": invalid URL escape "%zz""#),
        ("unix:///a%ff%0a", #"parse "passthrough:////a\xff\n": net/url: invalid control character in URL"#),
    ])
    func connections(endpoint: String, expected: String) {
        let file = kms(["{apiVersion: v2, name: p, endpoint: '\(endpoint)'}"])
        #expect(
            text(file) == #"could not configure KMSv2-Plugin's probe "p", error: failed to create connection to "#
                + "\(endpoint), error: \(expected)")
    }

    /// The providers of an entry come before its resources, and each entry before the next.
    @Test func buildOrder() {
        let gated = "{apiVersion: v1, name: m, endpoint: 'unix:///a'}"
        let broken = "{apiVersion: v2, name: p, endpoint: 'unix:///a%00b'}"
        #expect(text(kms([gated, broken]))?.prefix(19) == "KMSv1 is deprecated")
        #expect(text(kms([broken, gated]))?.prefix(32) == "could not configure KMSv2-Plugin")
        #expect(text(kms([broken], after: "'*.'"))?.prefix(32) == "could not configure KMSv2-Plugin")
        let masked = #"resource "secrets" is masked by earlier rule "*.""#
        #expect(text(kms([gated], after: "'*.'"), options: .lenient) == masked)
    }

    private func kms(_ plugins: [String], after wildcard: String? = nil) -> [UInt8] {
        let items = plugins.map { "{kms: \($0)}" }.joined(separator: ", ")
        let first = wildcard.map { "- {resources: [\($0)], providers: [identity: {}]}\n" } ?? ""
        return Array(
            ("apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n" + first
                + "- {resources: [secrets], providers: [\(items)]}\n").utf8)
    }

    @Test(arguments: [
        ("unix://[::1]:x/a", #"invalid port ":x" after host"#), ("unix://[::1/a", "missing ']' in host"),
        ("unix://a%41/x", #"invalid URL escape "%41""#), ("unix://[fe80::1%25e%41]/x", nil),
        ("unix://a^b/x", #"invalid character "^" in host name"#), ("unix://a b@c/x", "net/url: invalid userinfo"),
        ("unix://a@c/x", nil), ("unix:///a#%zz", #"invalid URL escape "%zz""#), ("unix:a%zz", nil),
        ("unix:///a?%zz", nil),
    ])
    func endpoints(endpoint: String, reason: String?) {
        let found = text(kms(["{apiVersion: v2, name: p, endpoint: '\(endpoint)'}"]))
        let url = reason?.hasSuffix(#""%zz""#) == true ? endpoint : String(endpoint.prefix { $0 != "#" })
        let expected = reason.map {
            #"resources[0].providers[0].kms.endpoint: Invalid value: "\#(endpoint)": "#
                + #"invalid endpoint for kms provider, error: parse "\#(url)": \#($0)"#
        }
        #expect(found == expected)
    }

    /// A name is compared byte by byte, and printed as JSON for the web has it.
    @Test func names() {
        func file(_ names: String) -> [UInt8] {
            Array(
                ("apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
                    + "- {resources: [\(names)], providers: [identity: {}]}\n").utf8)
        }
        #expect(text(file("\"\u{e9}\", \"e\u{301}\"")) == nil)
        #expect(
            text(file("a<b, a<b")) == #"resources[0].resources: Invalid value: ["a\u003cb","a\u003cb"]: "#
                + "the same resource cannot be specified multiple times")
    }

    /// At most a hundred, in the order found, each once.
    @Test func strictErrors() {
        let fields = (0..<120).map { "\"x\($0)\":1,\"x\($0)\":2," }.joined()
        let file = "{\(fields)\"kind\":\"EncryptionConfiguration\",\"apiVersion\":\"apiserver.config.k8s.io/v1\"}"
        let expected = (0..<100).map { "unknown field \"x\($0)\"" }.joined(separator: ", ")
        #expect(text(Array(file.utf8)) == "strict decoding error: " + expected)
    }
}
