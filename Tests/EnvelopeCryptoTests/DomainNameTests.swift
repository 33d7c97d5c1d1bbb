import Testing

@testable import EnvelopeCrypto

/// The rule for the names of annotations (k8s.io/apimachinery, `IsFullyQualifiedDomainName`).
struct DomainNameTests {
    private static let long = String(repeating: "a", count: 63)

    @Test(arguments: [
        "a.b", "example.com", "example.com.", "0.0", "a-b.c-d", "a--b.c", "local-kek.kms.kubernetes.io", long + ".b",
        "a." + long, [long, long, long, String(repeating: "a", count: 61)].joined(separator: "."),
    ])
    func takes(_ name: String) {
        #expect(DomainName.errors(of: name, path: "annotations") == [])
    }

    @Test(arguments: [
        "A.b", "a_b.c", "-a.b", "a-.b", "a.-b", "a.b-", ".a.b", "a..b", "a.b..", ".", "..", " a.b", "a.b ", "a.b\n",
        "ä.de",
        "a\u{301}.b", "a.b:c", "a/b.c", "a.\u{301}b", "a.b.\u{301}",
    ])
    func isNoSubdomain(_ name: String) {
        let errors = DomainName.errors(of: name, path: "annotations")
        #expect(errors.count == 1)
        #expect(errors[0].contains("a lowercase RFC 1123 subdomain must consist of"))
    }

    @Test(arguments: [
        ("", "annotations: Required value"),
        (
            "a",
            "annotations: Invalid value: \"a\": should be a domain with at least two segments separated by dots"
        ),
        // One dot at the end is taken away first.
        (
            "a.",
            "annotations: Invalid value: \"a\": should be a domain with at least two segments separated by dots"
        ),
        (
            long + "a.b",
            "annotations: Invalid value: \"\(long)a\": must be no more than 63 bytes"
        ),
        (
            [long, long, long, String(repeating: "a", count: 62)].joined(separator: "."),
            "annotations: Invalid value: \""
                + [long, long, long, String(repeating: "a", count: 62)].joined(separator: ".")
                + "\": must be no more than 253 bytes"
        ),
    ])
    func says(_ name: String, text: String) {
        #expect(DomainName.errors(of: name, path: "annotations") == [text])
    }

    /// A name that is too long and no subdomain is told both.
    @Test func saysBoth() {
        let errors = DomainName.errors(of: String(repeating: "A", count: 254), path: "annotations")
        #expect(errors.count == 1)
        #expect(errors[0].contains("\": must be no more than 253 bytes,a lowercase RFC 1123 subdomain"))
    }

    /// Names are quoted as Go's `%q` does it: nothing that a terminal would obey comes through.
    @Test(arguments: [
        ("a\"b", #"a\"b"#), (#"a\b"#, #"a\\b"#), ("\u{7}\u{8}\u{c}\n\r\t\u{b}", #"\a\b\f\n\r\t\v"#),
        ("\u{0}\u{1b}[2J\u{7f}", #"\x00\x1b[2J\x7f"#), ("é日🔑", "é日🔑"),
        // What is not printable though it is no control character of ASCII.
        ("\u{80}\u{9b}2J", #"\u0080\u009b2J"#), ("a\u{a0}\u{ad}b", #"a\u00a0\u00adb"#),
        ("\u{200b}\u{202e}\u{2028}", #"\u200b\u202e\u2028"#), ("\u{feff}\u{e000}", #"\ufeff\ue000"#),
        ("\u{10ffff}", #"\U0010ffff"#), ("a b", "a b"), ("e\u{301}\u{fffd}", "e\u{301}\u{fffd}"),
    ])
    func quotes(_ name: String, _ quoted: String) {
        let errors = DomainName.errors(of: name, path: "annotations")
        #expect(errors.count == 1)
        #expect(errors[0].hasPrefix("annotations: Invalid value: \"\(quoted)\": "))
    }
}
