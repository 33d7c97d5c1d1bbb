import Diagnostics
import EncryptionConfig
import Foundation
import KubernetesResources
import ConfigurationLint
import SecretMemory
import TestSupport
import Testing

/// Rules about pairs, which do not compare all of them, against the plain comparison.
struct PairRuleTests {
    private static let head = #"{"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "#

    @Test(arguments: 0..<400 as Range<UInt64>) func resources(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let words = [
            "a", "a.", "b", "a.g", "b.g", "*.", "*.g", "*.*", "a.h", "*.h", "c", "d", "e", "\u{e9}", "e\u{301}",
        ]
        let names = (0..<Int.random(in: 1...6, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        let text = "\(Self.head)\"resources\": [{\"resources\": [\(list)], \"providers\": [{\"identity\": {}}]}]}"
        let parsed = names.map { GroupResource(parsing: $0) }
        let pairs = names.indices.flatMap { left in names.indices.filter { $0 != left }.map { (left, $0) } }
        var expected: [String] = []
        if let (first, _) = pairs.first(where: { parsed[$0] == parsed[$1] }) {
            expected.append("\(parsed[first].description) is listed more than once")
        }
        if let (wildcard, other) = pairs.first(where: { left, right in
            parsed[left].resource == "*" && (parsed[left].group == "*" || parsed[left].group == parsed[right].group)
        }) {
            expected.append("\(names[wildcard]) in the same list covers \(names[other])")
        }
        var found: [String] = []
        do {
            let document = try ConfigurationDocument.read(SecretBytes(copying: Array(text.utf8).span.rawBytes))
            _ = try EncryptionConfiguration(checking: document)
        } catch {
            found = error.diagnostics.map(\.message)
        }
        #expect(found == expected, "\(names)")
    }

    private struct Key {
        let entry: Int
        let provider: String
        let path: String
        let name: String
        let secret: String
    }

    @Test(arguments: 0..<300 as Range<UInt64>) func keys(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let secrets = (0..<3).map { _ in Data(random.bytes(32)).base64EncodedString() }
        let names = ["a", "a:b", "a:b:c", "b", "ab", "a:", ":a"]
        var keys: [Key] = []
        let entries = (0..<Int.random(in: 1...3, using: &random)).map { entry in
            let providers = (0..<Int.random(in: 1...2, using: &random)).map { provider in
                let kind = ["aescbc", "aescbc", "aesgcm"].randomElement(using: &random) ?? ""
                let items = (0..<Int.random(in: 1...4, using: &random)).map { place in
                    let key = Key(
                        entry: entry, provider: kind,
                        path: "resources[\(entry)].providers[\(provider)].\(kind).keys[\(place)]",
                        name: names.randomElement(using: &random) ?? "",
                        secret: secrets.randomElement(using: &random) ?? "")
                    keys.append(key)
                    return #"{"name": "\#(key.name)", "secret": "\#(key.secret)"}"#
                }
                return #"{"\#(kind)": {"keys": [\#(items.joined(separator: ", "))]}}"#
            }
            // All for one resource, so that there is one list.
            return #"{"resources": ["secrets"], "providers": [\#(providers.joined(separator: ", "))]}"#
        }
        let text = "\(Self.head)\"resources\": [\(entries.joined(separator: ", "))]}"
        let found = try lint(Array(text.utf8)).filter {
            ["ENC0210", "ENC0211", "ENC0212", "ENC0214"].contains($0.code)
        }
        .map { finding in
            let partner = finding.message.firstMatch(of: /resources\S+keys\[\d+\]/).map { String($0.0) } ?? ""
            let path = (finding.path ?? "").replacing(/\.(name|secret)$/, with: "")
            return "\(finding.code) \(path) \(partner)"
        }
        let rules: [(code: String, isPair: (Key, Key) -> Bool)] = [
            (
                "ENC0210",
                {
                    $0.provider == $1.provider && $0.name == $1.name
                        && ($0.entry == $1.entry || $0.secret != $1.secret)
                }
            ), ("ENC0211", { $0.provider == $1.provider && $0.name != $1.name && $0.secret == $1.secret }),
            ("ENC0212", { $0.provider != $1.provider && $0.secret == $1.secret }),
            (
                "ENC0214",
                {
                    $0.provider == "aescbc" && $1.provider == "aescbc"
                        && ($0.name.hasPrefix($1.name + ":") || $1.name.hasPrefix($0.name + ":"))
                }
            ),
        ]
        let expected = rules.flatMap { rule in
            keys.indices.compactMap { later in
                keys[..<later].first { rule.isPair($0, keys[later]) }.map {
                    "\(rule.code) \(keys[later].path) \($0.path)"
                }
            }
        }
        #expect(found.sorted() == expected.sorted(), "\(text)")
    }
}
