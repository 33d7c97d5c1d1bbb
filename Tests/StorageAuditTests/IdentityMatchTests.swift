import KubernetesObjects
import KubernetesResources
import SecretMemory
import TestSupport
import Testing

/// The quick look at an object's name says yes only where the thorough one does.
struct IdentityMatchTests {
    private static let etcdKey = "/registry/secrets/default/foo"

    /// Secret default/foo, data k=v, as Kubernetes writes it; then with a doubled part, and with other things behind it.
    private static func object(_ extra: Int, types: [UInt8] = bytes("0a0c 0a027631 1206 536563726574")) -> [UInt8] {
        let metadata = bytes("0a03666f6f 1200 1a0764656661756c74 2200 2a0175 3200 3800 4208 0880e2cfaa06 1000")
        let data = bytes("1206 0a016b 120176 1a06 4f7061717565")
        var raw = [0x0a, UInt8(metadata.count)] + metadata + data
        if extra == 1 { raw += [0x0a, UInt8(metadata.count)] + metadata }
        if extra == 2 { raw += bytes("28 ffffffffffffffffff01") }
        if extra == 3 { raw += bytes("8280808001 00") }
        var unknown = types + [0x12, UInt8(raw.count)] + raw + [0x1a, 0, 0x22, 0]
        if extra == 4 { unknown += types }
        if extra == 5 { unknown += bytes("0b 0c") }
        return [0x6b, 0x38, 0x73, 0] + unknown
    }

    /// The same object as JSON; then with members of the same name, escapes, and other values.
    private static let texts = [
        #"{"kind":"Secret","apiVersion":"v1","metadata":{"name":"foo","namespace":"default","uid":"u"},"data":{"k":"dg=="}}"#,
        #"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"bar"},"kind":"Secret","metadata":{"namespace":"default","name":"foo"}}"#,
        #"{"ki\u006ed":"Secret","apiVersion":"v1","metadata":{"name":"foo","namespace":"default"}}"#,
        #"{"kind":"Secret","apiVersion":"v1","metadata":{"name":"f\u006fo","namespace":"default"}}"#,
        #"{"kind":"Secret","apiVersion":"v1","metadata":{"name":"foo","namespace":null}}"#,
        #"{"kind":"Secret","apiVersion":"","metadata":{"name":"foo","namespace":"default"}}"#,
    ]

    private static func bytes(_ digits: String) -> [UInt8] { hex(digits.filter { $0 != " " }) }

    private func isSurelySame(
        _ plaintext: [UInt8], name: String = "foo", namespace: String = "default", kind: String = "Secret",
        group: String = ""
    ) -> Bool {
        let (name, namespace, kind, group) = (
            Array(name.utf8), Array(namespace.utf8), Array(kind.utf8), Array(group.utf8)
        )
        return IdentityCheck.isSurelySame(
            plaintext.span.rawBytes, namespace: namespace.span.rawBytes, name: name.span.rawBytes,
            kind: kind.span.rawBytes, group: group.span.rawBytes)
    }

    private func check(_ plaintext: [UInt8], under text: String = Self.etcdKey) throws -> IdentityCheck {
        guard case .object(let key) = EtcdKey(text) else { throw StoredObjectError.noKind }
        return IdentityCheck(plaintext: plaintext.span.rawBytes, key: key)
    }

    @Test func whatKubernetesWrites() throws {
        let object = Self.object(0)
        #expect(isSurelySame(object))
        #expect(isSurelySame(Self.object(1)))
        #expect(!isSurelySame(object, name: "bar"))
        #expect(!isSurelySame(object, namespace: "kube-system"))
        for count in object.indices.dropLast(4) { #expect(!isSurelySame(Array(object.prefix(count)))) }
    }

    /// The group in apiVersion counts as the slower way counts it.
    @Test(arguments: [
        ("v1", "", true), ("apps/v1", "apps", true), ("apps/v1beta2", "apps", true), ("v1", "apps", false),
        ("apps/v1", "", false), ("apps/v1/x", "apps", false), ("appsx/v1", "apps", false), ("app/v1", "apps", false),
        ("apps", "apps", false), ("extensions/v1beta1", "apps", false), ("/v1", "", false), ("a/b/c", "", false),
    ])
    func theGroup(apiVersion: String, group: String, isSure: Bool) throws {
        let kind = group.isEmpty ? "Secret" : "Deployment"
        let version = Array(apiVersion.utf8)
        let meta = [0x0a, UInt8(version.count)] + version + [0x12, UInt8(kind.utf8.count)] + Array(kind.utf8)
        let object = Self.object(0, types: [0x0a, UInt8(meta.count)] + meta)
        #expect(isSurelySame(object, kind: kind, group: group) == isSure)
        let key = group.isEmpty ? Self.etcdKey : "/registry/deployments/default/foo"
        if isSure { #expect(try check(object, under: key) == .same) }
    }

    @Test(arguments: zip(texts, [true, true, true, false, false, false]))
    func json(text: String, isSure: Bool) throws {
        #expect(isSurelySame(Array(text.utf8)) == isSure)
        if isSure { #expect(try check(Array(text.utf8)) == .same) }
        #expect(!isSurelySame(Array(text.utf8), name: "bar") && !isSurelySame(Array(text.utf8), namespace: "other"))
        #expect(!isSurelySame(Array(text.utf8), kind: "Pod") && !isSurelySame(Array(text.utf8), group: "apps"))
        let ofCluster = #"{"kind":"Node","apiVersion":"v1","metadata":{"name":"foo"}}"#
        #expect(isSurelySame(Array(ofCluster.utf8), namespace: "", kind: "Node"))
    }

    @Test(arguments: 0..<6)
    func neverMoreThanTheThoroughLookAtJSON(number: Int) throws {
        let alphabet = Array(#"\"{}[]:,0nullu006 abcdefgksSecretnamespaceKIND"#.utf8) + [0, 0x80, 0xc3, 0xa9, 0xff]
        try compare(Array(Self.texts[number].utf8), seed: UInt64(number), inserting: alphabet)
    }

    @Test(arguments: 0..<6)
    func neverMoreThanTheThoroughLook(extra: Int) throws {
        let agreed = try compare(Self.object(extra), seed: UInt64(extra), inserting: Array(0...0x22))
        #expect(agreed > 0 || extra > 1)
    }

    /// Changes an object at random, and counts where the quick look says yes.
    @discardableResult
    private func compare(_ object: [UInt8], seed: UInt64, inserting alphabet: [UInt8]) throws -> Int {
        if isSurelySame(object) { #expect(try check(object) == .same) }
        var random = SeededGenerator(seed: seed)
        var agreed = 0
        for _ in 0..<20_000 {
            var changed = object
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<changed.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: changed[place] = UInt8.random(in: .min ... .max, using: &random)
                case 1: changed.remove(at: place)
                default: changed.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
                }
            }
            guard isSurelySame(changed) else { continue }
            agreed += 1
            let thorough = try check(changed)
            #expect(thorough == .same, "\(changed)")
        }
        return agreed
    }
}
