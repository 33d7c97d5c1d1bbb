import ClusterSupport
import TestSupport

/// Configurations that grow in one way each. Names of keys have dates, so that each rotation has one next step.
enum LargeFile {
    static let header = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"

    /// A name with a date that grows with the number.
    static func name(_ number: Int) -> String {
        let digits = String(10_000_000 + number)
        return "key-2020\(digits.dropFirst().prefix(4))t\(digits.suffix(3))000z"
    }

    static func secret(_ number: Int) -> String { ShortConfiguration.secret("\(number)") }

    private static func key(_ name: String, _ number: Int) -> String {
        "      - name: \(name)\n        secret: \(secret(number))\n"
    }

    static func provider(_ kind: String, _ keys: [(name: String, number: Int)]) -> String {
        "  - \(kind):\n      keys:\n" + keys.map { key($0.name, $0.number) }.joined()
    }

    static func entry(_ resources: [String], _ providers: String) -> String {
        "- resources: [\(resources.joined(separator: ", "))]\n  providers:\n\(providers)"
    }

    static func file(_ entries: String) -> EditFile { EditFile(name: "large", bytes: Array((header + entries).utf8)) }

    private static let identity = "  - identity: {}\n"

    /// Many keys in one provider, the newest one second.
    static func keys(_ count: Int) -> EditFile {
        let keys = (0..<count).map { number in (name(number == 1 ? count : number), number) }
        return file(entry(["secrets"], provider("aesgcm", keys) + identity))
    }

    /// Many providers in one entry.
    static func providers(_ count: Int) -> EditFile {
        let others = (1..<count).map { provider($0 % 2 == 0 ? "aescbc" : "aesgcm", [("k\($0)", $0)]) }
        return file(entry(["secrets"], provider("secretbox", [(name(1), 0)]) + others.joined() + identity))
    }

    static func kms(_ count: Int) -> EditFile {
        let providers = (0..<count).map {
            "  - kms: {apiVersion: v2, name: kms\($0), endpoint: 'unix:///run/\($0).sock', timeout: 3s}\n"
        }
        return file(entry(["secrets"], providers.joined()))
    }

    /// Many entries with keys of their own.
    static func entries(_ count: Int, identityFirst: Bool = false, alias: Bool = false) -> EditFile {
        let entries = (0..<count).map { number in
            let keys = provider("aesgcm", [(name(2 * number), 2 * number), (name(2 * number + 1), 2 * number + 1)])
            let resource = alias && number == 0 ? "&first r0.example.com" : "r\(number).example.com"
            return entry([resource], identityFirst ? identity + keys : keys + identity)
        }
        return file(entries.joined() + (alias ? entry(["*first"], identity) : ""))
    }

    /// The same in JSON, in one line.
    static func line(_ count: Int) -> EditFile {
        let entries = (0..<count).map { number in
            let keys = (0...1).map {
                #"{"name":"\#(name(2 * number + $0))","secret":"\#(secret(2 * number + $0))"}"#
            }.joined(separator: ",")
            return #"{"resources":["r\#(number).example.com"],"providers":[{"aesgcm":{"keys":[\#(keys)]}}]}"#
        }
        let text =
            #"{"apiVersion":"apiserver.config.k8s.io/v1","kind":"EncryptionConfiguration","resources":["#
            + entries.joined(separator: ",") + "]}"
        return EditFile(name: "line.json", bytes: Array(text.utf8))
    }

    static func resources(_ count: Int) -> EditFile {
        let names = (0..<count).map { "r\($0).example.com" }
        return file(entry(names, provider("aesgcm", [(name(0), 0), (name(1), 1)]) + identity))
    }

    /// A small file with many lines of one kind behind it.
    static func lines(_ count: Int, _ line: String) -> EditFile {
        let keys = provider("aesgcm", [(name(0), 0), (name(1), 1)])
        return file(entry(["secrets"], keys + identity) + String(repeating: line + "\n", count: 20 * count))
    }

    /// Entries that share their providers by aliases.
    static func aliases(_ count: Int) -> EditFile {
        let first = entry(["secrets"], provider("aesgcm", [(name(0), 0), (name(1), 1)]) + identity)
            .replacing("providers:\n", with: "providers: &p\n")
        return file(first + (0..<count).map { "- {resources: [r\($0).example.com], providers: *p}\n" }.joined())
    }

    /// Keys with anchors.
    static func anchors(_ count: Int) -> EditFile {
        let keys = (0..<count).map { number in
            "      - &a\(number)\n        name: \(name(number == 1 ? count : number))\n        secret: \(secret(number))\n"
        }
        return file(entry(["secrets"], "  - aesgcm:\n      keys:\n" + keys.joined() + identity))
    }
}
