import EncryptionConfig
import Foundation
import TestSupport
import Testing

/// A comment that may hold a key is not removed with the key that it stands at.
struct KeyCommentsTests {
    private static let secrets = (1...3).map { seed -> String in
        var random = SeededGenerator(seed: UInt64(seed))
        return Data(random.bytes(32)).base64EncodedString()
    }
    private static let lost = "bG9zdCBidXQgbm90IGZvcmdvdHRlbiwga2VwdCBoZXJlIQ=="

    private static let blocks: [String: String] = [
        "above":
            "    - name: a\n      secret: S0\n    # old:\n    # - name: key0\n    #   secret: LOST\n    - name: b\n      secret: S1\n",
        "below":
            "    - name: a\n      secret: S0\n    - name: b\n      secret: S1\n      # - name: key0\n      #   secret: LOST\n",
        "beside": "    - name: a\n      secret: S0\n    - name: b # LOST\n      secret: S1\n",
        "beside the secret": "    - name: a\n      secret: S0\n    - name: b\n      secret: S1 # before: LOST\n",
        "within": "    - name: a\n      secret: S0\n    - name: b\n      # secret: LOST\n      secret: S1\n",
        "before a third":
            "    - name: a\n      secret: S0\n    - name: b\n      secret: S1\n    # LOST\n    - {name: c, secret: S2}\n",
        "without a last line break": "    - name: a\n      secret: S0\n    - name: b\n      secret: S1 # LOST",
        "in the header of a block":
            "    - name: a\n      secret: S0\n    - name: b\n      secret: | # before: LOST\n        S1\n",
        "behind a tag": "    - name: a\n      secret: S0\n    - name: b\n      secret: !!str # LOST\n        S1\n",
        "behind an anchor": "    - name: a\n      secret: S0\n    - name: b\n      secret: &s # LOST\n        S1\n",
        "short": "    - name: a\n      secret: S0\n    # Secret: of 2024\n    - name: b\n      secret: S1\n",
        "flow items": "    - {name: a, secret: S0}\n    - {name: b, # LOST\n       secret: S1}\n",
    ]
    private static let flows: [String: String] = [
        "behind the item": "[\n      {name: a, secret: S0},\n      {name: b, secret: S1} # LOST\n    ]\n",
        "in the item": "[\n      {name: a, secret: S0}, {name: b, # LOST\n      secret: S1}\n    ]\n",
        "above the item": "[\n      {name: a, secret: S0},\n      # LOST\n      {name: b, secret: S1},\n      ]\n",
        "with a third":
            "[\n      {name: a, secret: S0}, {name: b, # LOST\n      secret: S1}, {name: c, secret: S2}\n    ]\n",
    ]

    private static func text(_ keys: String) -> String {
        ("apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n"
            + keys).replacing("LOST", with: lost).replacing("S0", with: secrets[0]).replacing("S1", with: secrets[1])
            .replacing("S2", with: secrets[2])
    }

    private func check(_ text: String, _ edit: ConfigurationEdit) throws {
        for (lineBreak, text) in [("\n", text), ("\r\n", text.replacing("\n", with: "\r\n"))] {
            let file = EditFile(name: "made", bytes: Array(text.utf8))
            let edited = try file.edited([edit])
            let comment = text.contains(Self.lost) ? Self.lost : "# Secret: of 2024"
            #expect(edited.text.contains(comment), "\(edited.text)")
            #expect(!edited.text.contains(Self.secrets[1]))
            #expect(lineBreak == "\n" || !edited.text.replacing("\r\n", with: "").contains("\n"))
        }
    }

    @Test(arguments: blocks.keys.sorted()) func inBlockStyle(_ name: String) throws {
        let text = Self.text("  - secretbox:\n      keys:\n" + (Self.blocks[name] ?? "").indented)
        try check(text, .removeKeys(at: [1], in: [ProviderPlace(entry: 0, provider: 0)]))
    }

    @Test(arguments: flows.keys.sorted()) func inFlowStyle(_ name: String) throws {
        let text = Self.text("  - secretbox:\n      keys: " + (Self.flows[name] ?? ""))
        try check(text, .removeKeys(at: [1], in: [ProviderPlace(entry: 0, provider: 0)]))
    }

    @Test(arguments: blocks.keys.sorted()) func inAProvider(_ name: String) throws {
        let text = Self.text(
            "  - identity: {}\n  - secretbox:\n      keys:\n" + (Self.blocks[name] ?? "").indented)
        try check(text, .removeProviders(at: [1], entries: [0]))
    }

    /// What holds no key goes with its item.
    @Test func otherCommentsGo() throws {
        let text = Self.text(
            "  - secretbox:\n      keys:\n      - name: a\n        secret: S0\n      # of last year\n      - name: b\n        secret: S1\n"
        )
        let file = EditFile(name: "made", bytes: Array(text.utf8))
        let edited = try file.edited([.removeKeys(at: [1], in: [ProviderPlace(entry: 0, provider: 0)])])
        #expect(!edited.text.contains("last year"))
    }
}

extension String {
    /// Each line two columns further to the right.
    fileprivate var indented: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  \($0)" }.joined(
            separator: "\n")
    }
}
