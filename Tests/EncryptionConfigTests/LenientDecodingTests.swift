import EncryptionConfig
import KubernetesVersions
import SecretMemory
import TestSupport
import Testing

/// JSON files that set fields several times, as Kubernetes 1.26 to 1.30 read them, against a model of Go's decoder that
/// is written from spec/versions.md, section 1.1. (What was recorded of such files is tested with the rows of
/// testdata/versions.)
struct LenientDecodingTests {
    /// A JSON value; members of an object in file order, with those of the same name.
    private indirect enum JSON {
        case null
        case text(String)
        case list([JSON])
        case object([(String, JSON)])

        var text: String {
            switch self {
            case .null: "null"
            case .text(let text): "\"\(text)\""
            case .list(let items): "[\(items.map(\.text).joined(separator: ","))]"
            case .object(let members): "{\(members.map { "\"\($0)\":\($1.text)" }.joined(separator: ","))}"
            }
        }
    }

    /// What Go's decoder holds: of a list also what stands behind its end.
    private indirect enum Held {
        case text(String)
        case list([Held?], count: Int)
        case object([String: Held])

        /// Lays a value over this one. Null unsets what is a pointer or a list in Go, and changes nothing else.
        static func laying(_ value: JSON, over held: Held?, isPointer: Bool) -> Held? {
            switch (value, held) {
            case (.null, _): return isPointer ? nil : held
            case (.text(let text), _): return .text(text)
            case (.list(let items), _):
                guard !items.isEmpty else { return .list([], count: 0) }
                var slots: [Held?] = []
                if case .list(let known, _)? = held { slots = known }
                for (index, item) in items.enumerated() {
                    if index == slots.count { slots.append(nil) }
                    slots[index] = laying(item, over: slots[index], isPointer: false)
                }
                return .list(slots, count: items.count)
            case (.object(let members), _):
                var fields: [String: Held] = [:]
                if case .object(let known)? = held { fields = known }
                for (name, value) in members {
                    let isPointer = [
                        "resources", "providers", "keys", "aesgcm", "aescbc", "secretbox", "identity", "kms",
                    ]
                    .contains(name)
                    fields[name] = laying(value, over: fields[name], isPointer: isPointer)
                }
                return .object(fields)
            }
        }

        /// The same as JSON that sets nothing twice.
        var json: JSON {
            switch self {
            case .text(let text): .text(text)
            case .list(let slots, let count): .list(slots.prefix(count).map { $0?.json ?? .null })
            case .object(let fields): .object(fields.sorted { $0.key < $1.key }.map { ($0, $1.json) })
            }
        }
    }

    private static let secrets = ["MDEyMzQ1Njc4OWFiY2RlZg==", "ZmVkY2JhOTg3NjU0MzIxMA=="]

    private func some<Item>(_ items: [Item], _ random: inout SeededGenerator) -> Item {
        items[Int.random(in: 0..<items.count, using: &random)]
    }

    private func list(_ random: inout SeededGenerator, _ item: (inout SeededGenerator) -> JSON) -> JSON {
        if Int.random(in: 0..<30, using: &random) == 0 { return .null }
        return .list((0..<some([0, 1, 1, 1, 2, 2, 3], &random)).map { _ in item(&random) })
    }

    /// Mostly all of the fields, some of them again, and now and then only some.
    private func object(
        _ random: inout SeededGenerator, _ fields: [(String, (inout SeededGenerator) -> JSON)]
    ) -> JSON {
        if Int.random(in: 0..<30, using: &random) == 0 { return .null }
        var members: [(String, JSON)] = []
        for (name, value) in fields where Int.random(in: 0..<10, using: &random) > 0 {
            members.append((name, value(&random)))
        }
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let (name, value) = some(fields, &random)
            members.append((name, value(&random)))
        }
        return .object(members.shuffled(using: &random))
    }

    private func text(_ texts: [String]) -> (inout SeededGenerator) -> JSON {
        { random in Int.random(in: 0..<20, using: &random) == 0 ? .null : .text(self.some(texts, &random)) }
    }

    private func file(_ random: inout SeededGenerator) -> JSON {
        func key(_ random: inout SeededGenerator) -> JSON {
            object(&random, [("name", text(["a", "b"])), ("secret", text(Self.secrets))])
        }
        func keys(_ random: inout SeededGenerator) -> JSON {
            object(&random, [("keys", { self.list(&$0, key) })])
        }
        func provider(_ random: inout SeededGenerator) -> JSON {
            let kms: (inout SeededGenerator) -> JSON = { random in
                self.object(
                    &random,
                    [
                        ("apiVersion", self.text(["v1", "v2"])), ("name", self.text(["k", "l"])),
                        ("endpoint", self.text(["unix:///a", "unix:///b"])),
                    ])
            }
            let kinds: [(String, (inout SeededGenerator) -> JSON)] = [
                ("aescbc", keys), ("aesgcm", keys), ("kms", kms), ("identity", { _ in .object([]) }),
            ]
            return object(&random, [some(kinds, &random)])
        }
        func entry(_ random: inout SeededGenerator) -> JSON {
            object(
                &random,
                [
                    ("resources", { self.list(&$0, self.text(["secrets", "pods", "events"])) }),
                    ("providers", { self.list(&$0, provider) }),
                ])
        }
        let lists = (0..<Int.random(in: 1...3, using: &random)).map { _ in ("resources", list(&random, entry)) }
        return .object(
            [("apiVersion", .text("apiserver.config.k8s.io/v1")), ("kind", .text("EncryptionConfiguration"))] + lists)
    }

    /// What a server of 1.28 says, or what the file means to it.
    private func answer(to file: JSON) throws -> String {
        let bytes = Array(file.text.utf8)
        do {
            let document = try ConfigurationDocument.read(
                SecretBytes(copying: bytes.span.rawBytes), kubernetes: KubernetesVersion(minor: 28))
            let configuration = try EncryptionConfiguration(checking: document, options: .lenient)
            return ResourceResolution(configuration).rules.map { rule in
                let keys = StorageKey.list(of: rule.providers).map { "\($0.label) \($0.provider)" }
                return "\(rule.pattern): \(keys)"
            }.joined(separator: "\n")
                + configuration.keys.map { $0.key.secret.revealedText() }.joined(separator: " ")
        } catch {
            return error.apiserverError(path: "f") ?? ""
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>) func repeatedFields(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for round in 0..<400 {
            let file = file(&random)
            let once = try #require(Held.laying(file, over: nil, isPointer: false)).json
            let answer = try answer(to: file)
            #expect(answer == (try self.answer(to: once)), "seed \(seed), round \(round): \(file.text)")
            if !answer.hasPrefix("error") { accepted += 1 }
        }
        // Otherwise the files are too rude to show what is meant.
        #expect(accepted > 20, "seed \(seed)")
    }

    /// A field that is set a hundred thousand times costs no more than its bytes.
    @Test(arguments: [26, 30, 36]) func costsLittle(minor: Int) {
        let items = (0..<20_000).map { _ in "{\"resources\":[\"a\"]}" }.joined(separator: ",")
        let again = String(repeating: ",\"resources\":[{\"resources\":[\"b\"]}]", count: 100_000)
        let file = "{\"apiVersion\":\"v1\",\"kind\":\"EncryptionConfig\",\"resources\":[\(items)]\(again)}"
        let bytes = Array(file.utf8)
        let time = ProcessorTime()
        let document = try? ConfigurationDocument.read(
            SecretBytes(copying: bytes.span.rawBytes), kubernetes: KubernetesVersion(minor: minor))
        #expect(time.seconds < 60)
        #expect(document.map(\.resources.count) == (KubernetesVersion(minor: minor).isDecodingStrict ? nil : 1))
    }
}
