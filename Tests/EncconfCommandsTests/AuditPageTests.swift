import ClusterSupport
import Foundation
import PatientTesting
import TestSupport
import Testing

/// `encconf audit -o html`: one page that needs nothing else and runs nothing, whatever the names in etcd are.
@Suite(.patient) struct AuditPageTests {
    /// Reads a page as strict XML; its text, and a line `TAG ATTRIBUTE=VALUE` for each attribute.
    private static let reader = """
        import sys, xml.etree.ElementTree as tree
        root = tree.parse(sys.argv[1]).getroot()
        print(' '.join(''.join(root.itertext()).split()))
        for element in root.iter():
            tag = element.tag.split('}')[-1]
            print('TAG', tag)
            for name, value in element.attrib.items(): print('ATTRIBUTE', tag, name + '=' + value)
        """

    private struct Page {
        let text: String
        let tags: Set<String>
        let attributes: [String]
        let markup: String
        let status: Int32
    }

    private func page(_ program: Program, _ arguments: String) throws -> Page {
        let result = try program.shell("encconf audit -o html --jobs 2 \(arguments) > page.html")
        let script = program.workingFolder.appendingPathComponent("read.py")
        try Data(Self.reader.utf8).write(to: script)
        let parsed = try program.shell("python3 read.py page.html")
        try #require(parsed.status == 0, "\(parsed.errors)")
        let lines = parsed.text.split(separator: "\n").map(String.init)
        let markup = try Data(contentsOf: program.workingFolder.appendingPathComponent("page.html"))
        return Page(
            text: try #require(lines.first),
            tags: Set(lines.filter { $0.hasPrefix("TAG ") }.map { String($0.dropFirst(4)) }),
            attributes: lines.filter { $0.hasPrefix("ATTRIBUTE ") }.map { String($0.dropFirst(10)) },
            markup: String(decoding: markup, as: UTF8.self), status: result.status)
    }

    /// The elements of every page. None of them loads or runs anything.
    private static let tags: Set = [
        "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "h1", "h2", "h3", "h4",
        "p", "ul", "li", "a", "code", "dl", "dt", "dd", "br", "div", "table", "caption", "thead", "tbody", "tfoot",
        "tr", "th", "td", "strong", "pre", "span", "b", "svg", "rect",
    ]

    private func checkThatNothingIsLoaded(_ page: Page) {
        #expect(page.tags.isSubset(of: Self.tags), "\(page.tags.subtracting(Self.tags))")
        #expect(page.attributes.contains("meta content=default-src 'none'; style-src 'unsafe-inline'"))
        for attribute in page.attributes where attribute.contains(" href=") {
            #expect(attribute.hasPrefix("a href=#s"))
        }
        #expect(!page.attributes.contains { $0.contains(" on") || $0.contains(" src=") || $0.contains(" style=") })
        #expect(!page.markup.contains("url(") && !page.markup.contains("@import"))
    }

    @Test func theRecordedClusterMakesAPage() throws {
        let program = try Program()
        defer { program.remove() }
        let files = "testdata/cluster/snapshot.db testdata/cluster/damaged.db"
        let page = try page(
            program, "--config testdata/cluster/config-all.yaml --history --remnants --no-kms \(files)")
        #expect(page.status == 1)
        checkThatNothingIsLoaded(page)
        for text in [
            "FINDINGS. 14 values are plaintext; 4 old revisions are plaintext; 11 values were not checked.",
            "Not checked 11 values need a KMS plugin (--no-kms).",
            """
            Findings that count in this verdict (--fail-on): digest, keyInClear, moved, nonce, notObject, padding, \
            plaintext, policy, unreadable.
            """,
            // The answer in numbers, a bar for each resource, and the keys with what they wrote.
            "11 current 20 stale 14 plaintext 0 unreadable 10 unknown", "secrets 41 values; new ones: aescbc key2",
            "8 current18 stale6 plaintext9 unknown", "aescbc key2yes-e16fb3b2e16008f5802753961",
            "V-274882 (CNTR-K8-001162)", "Records: 52 judged, 11 not judged, 348 out of scope.",
            "judged, with a finding38", "out of scope: plaintext that no entry covers304",
            "All records of the source411",
            "ENC0401 error: 14 values are plaintext, although testdata/cluster/config-all.yaml encrypts their resource",
            "ENC0408 note: 11 values were not checked; they need a KMS plugin (makes the verdict unknown)",
            "verified: the file is unmodified", "412, compacted up to 0",
            "sha256:c61e9a4d60d8f81298482cd0c4b627efd3c3e97ed480e8028be492d5f90324a6",
            "secretbox sb-2025 6a2b9044c8d1807b", "10 values need a KMS plugin (--no-kms).",
            "Keys that each snapshot needs", "Keep a key until every snapshot that needs it is deleted.",
            "aescbc lost-key", "ENC0405 error: 1 value is moved",
        ] {
            // Cells stand beside each other without a space.
            let isThere = page.text.replacing(" ", with: "").contains(text.replacing(" ", with: ""))
            #expect(isThere, "\(text)")
        }
        #expect(page.markup.hasSuffix("</html>\n"))
    }

    @Test func thePageHoldsNoKeys() throws {
        let program = try Program()
        defer { program.remove() }
        let keys = KeyMaterial(try TestData.bytes("cluster/config-all.yaml"))
        let page = try page(
            program, "--config testdata/cluster/config-all.yaml --limit 1000 testdata/cluster/damaged.db")
        #expect(!keys.isFound(in: page.markup))
    }

    /// Names of keys and objects are whatever somebody wrote into etcd, and paths whatever somebody called a file.
    @Test func hostileNamesStayText() throws {
        let program = try Program()
        defer { program.remove() }
        var snapshot = try TestData.bytes("cluster/snapshot.db")
        func replace(_ old: String, _ new: [UInt8]) throws {
            try #require(Array(old.utf8).count == new.count)
            let places = snapshot.indices(of: Array(old.utf8))
            try #require(!places.isEmpty)
            for place in places { snapshot.replaceSubrange(place..<place + new.count, with: new) }
        }
        // An escape character, a quote, zero, U+202E, U+FFFE, and markup.
        try replace(
            "payments/legacy-plain", [0x1b, 0x22, 0, 0xe2, 0x80, 0xae, 0xef, 0xbf, 0xbe] + Array("</td><b>&amp".utf8))
        try replace("k8s:enc:aescbc:v1:key1:", Array("k8s:enc:aescbc:v1:<\"'>:".utf8))
        try Data(snapshot).write(to: program.workingFolder.appendingPathComponent("<script>&.db"))
        try Data(TestData.bytes("cluster/config-all.yaml"))
            .write(to: program.workingFolder.appendingPathComponent("]]><!--\u{202e}.yaml"))
        let page = try page(program, "--config ./']]><!--\u{202e}.yaml' --limit 1000 --no-kms './<script>&.db' gone.db")
        // One of the files is not there.
        #expect(page.status == 2)
        checkThatNothingIsLoaded(page)
        #expect(page.text.contains("/registry/secrets/\\u{1b}\"\\u{0}\\u{202e}\\u{fffe}</td><b>&amp"))
        #expect(page.text.contains("<\"'>"))
        #expect(page.text.contains("./<script>&.db"))
        #expect(page.text.contains("./]]><!--\\u{202e}.yaml"))
        #expect(page.text.contains("DIFFERS: the file was modified"))
        #expect(page.text.contains("the digest does not match: the file was modified after it was saved; 10 values"))
        #expect(page.text.contains("Not audited: gone.db could not be read."))
        #expect(!page.markup.unicodeScalars.contains { $0.value == 0x1b || $0.value == 0x202e || $0.value == 0 })
    }

    @Test(arguments: [
        (
            "all", "--census-only --fail-on unreadable", 0, "unknown",
            """
            clean by value prefix only; nothing was decrypted. 55 values checked; \
            44 findings that --fail-on does not count.
            """
        ),
        // What is asked for by name counts, though no entry covers it.
        (
            "all", "--census-only --resources services", 1, "findings",
            "FINDINGS. 1 plaintext value that no entry encrypts."
        ),
        (
            "all", "--no-kms --fail-on unreadable", 3, "unknown",
            """
            UNKNOWN. 10 values were not checked; 34 findings that --fail-on does not count.|\
            Not checked 10 values need a KMS plugin (--no-kms).
            """
        ),
        (
            "all", "--resources services", 1, "findings",
            "FINDINGS. 1 plaintext value that no entry encrypts."
        ),
        (
            "all", "--no-kms", 1, "findings",
            "FINDINGS. 14 values are plaintext; 10 values were not checked.|Not checked"
        ),
        // Nothing is green over values that nobody can read.
        (
            "missing-key", "--census-only --fail-on moved", 0, "unknown",
            """
            clean by value prefix only; nothing was decrypted. 55 values checked; \
            44 findings that --fail-on does not count.
            """
        ),
        (
            "missing-key", "--no-kms --resources widgets.example.com --fail-on moved", 3, "unknown",
            "ENC0403 error: 1 value is unreadable (does not count)"
        ),
        (
            "missing-key", "--fail-on moved --resources services,configmaps", 0, "unknown",
            "clean. 11 values checked; 8 findings that --fail-on does not count."
        ),
    ])
    func theVerdictComesFirst(
        configuration: String, options: String, status: Int32, verdictClass: String, verdict: String
    ) throws {
        let program = try Program()
        defer { program.remove() }
        let arguments = "--config testdata/cluster/config-\(configuration).yaml \(options) testdata/cluster/snapshot.db"
        let page = try page(program, arguments)
        #expect(page.status == status)
        #expect(
            page.markup.contains(
                "<h2><code>testdata/cluster/snapshot.db</code></h2>\n<p class=\"verdict \(verdictClass)\">"))
        for part in verdict.split(separator: "|") { #expect(page.text.contains(part), "\(page.text)") }
        checkThatNothingIsLoaded(page)
        #expect(try program.shell("encconf audit \(arguments)").status == status)
    }

    /// Only what was opened and found to be sound is green.
    @Test(arguments: [
        ("", "clean", "clean. 3 values checked."),
        (
            "--census-only", "unknown",
            "clean by value prefix only; nothing was decrypted. 3 values checked."
        ),
    ])
    func theCleanPageIsGreen(options: String, verdictClass: String, verdict: String) throws {
        let folder = try AuditCase()
        defer { folder.remove() }
        try folder.configure("secrets: secretbox k1=1; identity")
        try folder.save { snapshot in
            for name in ["s0", "s1", "s2"] {
                try snapshot.put(secret: name, by: "secrets: secretbox k1=1; identity")
            }
        }
        let page = try page(folder.program, "--config c.yaml \(options) s.db")
        #expect(page.status == 0)
        #expect(page.markup.contains("<h2><code>s.db</code></h2>\n<p class=\"verdict \(verdictClass)\">"))
        #expect(page.text.contains(verdict), "\(page.text)")
        checkThatNothingIsLoaded(page)
    }

    /// What was asked stands beside what was found, and nothing that makes the verdict is said not to count.
    @Test func whatWasLeftOutIsTold() throws {
        let program = try Program()
        defer { program.remove() }
        let line = "--config testdata/cluster/config-all.yaml --no-kms --resources secrets,widgets.example.com"
        let page = try page(program, "\(line) --fail-on moved,nonce testdata/cluster/snapshot.db")
        #expect(page.status == 3)
        for text in [
            "Findings that count in this verdict (--fail-on): moved, nonce.",
            "UNKNOWN. 10 values were not checked; 27 findings that --fail-on does not count.",
            "ENC0408 note: 10 values were not checked; they need a KMS plugin (makes the verdict unknown)",
            """
            ENC0401 error: 7 values are plaintext, although testdata/cluster/config-all.yaml encrypts their resource \
            (does not count)
            """,
            "ENC0402 warning: 20 values are stale (does not count)",
            "only secrets, widgets.example.com (--resources)",
        ] { #expect(page.text.contains(text), "\(text)") }
        #expect(!page.text.contains("ENC0403") && !page.text.contains("a KMS plugin (does not count)"))
        #expect(page.markup.contains("</p>\n<div class=\"doubts unknown\">\n<p>Not checked</p>"))
    }

    /// Of a backup that could not be read nobody knows which keys it needs, and no key may be destroyed for it.
    @Test func whatCouldNotBeReadStandsInTheMatrix() throws {
        let program = try Program()
        defer { program.remove() }
        let line = "--config testdata/cluster/config-all.yaml --no-kms gone.db testdata/cluster/snapshot.db '<b>.db'"
        let page = try page(program, line)
        #expect(page.status == 2)
        #expect(page.text.contains("Keys that each snapshot needs"))
        #expect(page.text.contains("Destroy no key until these snapshots can be read."))
        #expect(!page.text.contains("Keep a key until"))
        #expect(page.markup.contains("<th scope=\"col\">gone.db</th><th scope=\"col\">&lt;b&gt;.db</th>"))
        #expect(page.markup.contains("<td class=\"n\">6</td><td>?</td><td>?</td>"))
    }

    /// What a damaged file held nobody knows, and the page says so.
    @Test func whatIsDamagedIsNotProven() throws {
        let program = try Program()
        defer { program.remove() }
        let part = try TestData.bytes("cluster/snapshot.db").prefix(600_000)
        try Data(part).write(to: program.workingFolder.appendingPathComponent("part.db"))
        let page = try page(program, "--config testdata/cluster/config-all.yaml --salvage part.db")
        #expect(page.status == 3)
        #expect(page.text.contains("the file is damaged in 2 places"))
        #expect(page.text.contains("truncated: 600000 of 1310720 bytes"))
    }

    /// A living etcd has no digest, and no file.
    @Test func aLivingEtcdMakesAPage() throws {
        let member = try EtcdMember()
        try member.change([
            "put /registry/configmaps/default/plain-one x", "put /registry/configmaps/default/plain-two y",
        ])
        let program = try Program()
        defer { program.remove() }
        let endpoint = "--etcd --endpoints http://127.0.0.1:\(member.port)"
        let page = try page(program, "--config testdata/cluster/config-all.yaml --no-kms \(endpoint)")
        #expect(page.status == 1, "\(page.text)")
        checkThatNothingIsLoaded(page)
        #expect(
            page.text.contains("Cluster") && !page.text.contains("Digest") && !page.text.contains("A snapshot shows"))
        #expect(page.text.contains("A running etcd shows neither old revisions nor free pages."))
    }

    @Test func nothingIsPrintedIfNothingWasAudited() throws {
        let program = try Program()
        defer { program.remove() }
        let result = try program.shell("encconf audit -o html --config testdata/cluster/config-all.yaml gone.db")
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
    }
}

extension Array<UInt8> {
    /// Where `part` begins.
    fileprivate func indices(of part: [UInt8]) -> [Int] {
        var places: [Int] = []
        var data = Data(self)[...]
        while let range = data.range(of: Data(part)) {
            places.append(range.lowerBound)
            data = data[range.upperBound...]
        }
        return places
    }
}
