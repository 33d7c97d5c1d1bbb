import EncryptionConfig
import Foundation
import GoText
import KeyRotation
import KeyTransition
import SecretMemory
import TestSupport
import Testing

/// Runs the steps of a rotation on one file, as the command does: plan, edit, read again.
struct Rotation {
    var file: EditFile
    private var random = SeededGenerator(seed: 11)
    let singleServer: Bool
    let target: RotationRequest.Target?
    let resources: Set<ByteName>?

    init(
        _ file: EditFile, to target: RotationRequest.Target? = nil, singleServer: Bool = false,
        resources: Set<ByteName>? = nil
    ) {
        self.file = file
        self.target = target
        self.singleServer = singleServer
        self.resources = resources
    }

    mutating func plan(
        _ step: RotationRequest.Step?, keyName: ByteName? = nil, newName: ByteName = "key-20260729t120000z"
    ) throws -> RotationPlan {
        var random = random
        defer { self.random = random }
        let source = NewKeySource(name: newName) {
            SecretKey(SecretBytes(copying: random.bytes(32).span.rawBytes))
        }
        // A change of provider is about all entries, and a name tells a new key from those of the provider.
        let named: ByteName? = if case .keyed = target { newName } else { nil }
        let all = try file.configuration().decidedResources.joined()
        let request = RotationRequest(
            step: step, singleServer: singleServer, target: target,
            resources: resources ?? (target == nil ? nil : Set(all)), keyName: keyName ?? named)
        return try RotationPlan(request, for: try file.document(), newKeys: source, options: .lenient)
    }

    /// Makes a step, and checks that the file then says what the plan intends.
    @discardableResult
    mutating func run(_ step: RotationRequest.Step?, keyName: ByteName? = nil) throws -> RotationPlan {
        let plan = try plan(step, keyName: keyName)
        file = try file.edited(plan.edits)
        let found = try file.configuration()
        #expect(found.orders == plan.intended.orders)
        #expect(plan.isDone == plan.changes.isEmpty)
        return plan
    }

    var orders: [[String]] { get throws { try file.configuration().orders } }
}

extension EncryptionConfiguration {
    /// The read keys of each entry, in order: `provider:name`.
    var orders: [[String]] {
        entries.map { entry in
            entry.providers.flatMap { provider -> [String] in
                switch provider.kind {
                case .identity: ["identity"]
                case .kms(let plugin): ["\(provider.name.rawValue):\(plugin.name)"]
                case .aescbc(let keys), .aesgcm(let keys), .secretbox(let keys):
                    keys.map { "\(provider.name.rawValue):\($0.name)" }
                }
            }
        }
    }

    /// Every key by provider, name and bytes.
    var everyKeyOfAnyResource: Set<ByteName> {
        Set(keys.map { ByteName("\($0.provider.name) \($0.key.name) \($0.key.secret.span.copiedToArray())") })
    }
}

struct RotationTests {
    private static let files = EditFile.all.filter(\.isAccepted)
    private static let new = "key-20260729t120000z"
    /// 32 bytes that no lint rule has anything against.
    private static let goodSecret: String = {
        var random = SeededGenerator(seed: 5)
        return Data(random.bytes(32)).base64EncodedString()
    }()

    // MARK: Every file

    /// add, promote, retire; each of them twice, the second time without effect. Old keys are in the archive then.
    @Test(arguments: files)
    func fullRotation(_ file: EditFile) throws {
        var rotation = Rotation(file)
        let before = try file.configuration()
        guard !KeySet.all(in: before).isEmpty else {
            #expect(throws: RotationRefusal.self) { try rotation.plan(.add) }
            return
        }
        guard before.entries.allSatisfy({ $0.providers[0].name != .identity }) else { return }
        // A rotation that others began is brought to its end first.
        if KeySet.all(in: before).contains(where: { $0.keys.count > 1 }) { try rotation.run(.retire) }
        let settled = rotation.file
        let writers = try settled.configuration().entries.map(\.providers[0])
        for step: RotationRequest.Step in [.add, .promote, .retire] {
            let last = rotation.file
            let plan = try rotation.run(step)
            #expect(plan.step == step && !plan.isDone)
            #expect(plan.retired.isEmpty == (step != .retire))
            let again = try rotation.run(step)
            #expect(again.isDone && again.demands.isEmpty)
            if step == .add {
                #expect(last.bytes.isSubsequence(of: rotation.file.bytes))
                // An added key can be taken out again, and nothing is left of it.
                var other = rotation
                #expect(try other.run(.abort).demands == [.unusedInStorage, .archived])
                #expect(other.file.bytes == settled.bytes)
            }
        }
        for (writer, now) in zip(writers, try rotation.file.configuration().entries.map(\.providers[0])) {
            #expect(writer.name == now.name)
            #expect(now.keys.isEmpty || now.keys[0].name.starts(with: ByteName(Self.new)) && now.keys.count == 1)
        }
    }

    /// The same with the file telling the steps itself, where all names tell their dates.
    @Test(arguments: [
        "less-indented.yaml", "two-keys.yaml", "directive.yaml", "aliased-entry.yaml", "aliased-keys.yaml",
        "separate-keys.yaml",
    ])
    func theFileTellsTheStep(_ name: String) throws {
        var rotation = Rotation(EditFile.named(name))
        if try KeySet.all(in: rotation.file.configuration())[0].state == .promoted {
            #expect(try rotation.run(nil).step == .retire)
        }
        #expect(try rotation.run(nil).demands == [])
        #expect(try rotation.run(nil).demands == [.serversLoaded])
        #expect(try rotation.run(nil).demands == [.serversLoaded, .unusedInStorage, .archived])
        #expect(try KeySet.all(in: rotation.file.configuration()).allSatisfy { $0.state == .settled })
    }

    @Test(arguments: files)
    func switchToEachProvider(_ file: EditFile) throws {
        let targets: [RotationRequest.Target] =
            KeyedProvider.allCases.map { .keyed($0) } + [
                .identity, .kms(name: "hsm", endpoint: "unix:///run/hsm.sock"),
            ]
        for target in targets {
            var rotation = Rotation(file, to: target)
            let start = try file.configuration()
            // One plugin cannot serve two entries under one name, so aliases stand in its way.
            if file.name == "aliased-entry.yaml", case .kms = target {
                #expect(throws: EditRefusal.self) { try rotation.run(.add) }
                continue
            }
            var previous = rotation.file
            for step: RotationRequest.Step in [.add, .promote, .retire] {
                let plan = try rotation.run(step)
                #expect(try rotation.run(step).isDone)
                if step == .add {
                    #expect(previous.bytes.isSubsequence(of: rotation.file.bytes) || plan.isDone)
                    if !plan.isDone, target != .identity, let kept = try? rotation.aborted() {
                        #expect(try kept.configuration().orders == start.orders)
                        if start.hasNo(target) { #expect(kept.bytes == file.bytes) }
                    }
                }
                previous = rotation.file
            }
            for entry in try rotation.file.configuration().entries {
                #expect(entry.providers[0].serves(target))
                #expect(entry.providers.dropFirst().allSatisfy { $0.name == .identity })
                if target == .identity { #expect(entry.providers.count == 1) }
            }
            #expect(try rotation.run(nil).isDone)
        }
    }

    @Test(arguments: files)
    func singleServerTakesOneStepLess(_ file: EditFile) throws {
        var rotation = Rotation(file, to: .keyed(.secretbox), singleServer: true)
        let plan = try rotation.run(.add)
        if !plan.isDone { #expect(plan.demands == [.onlyServer]) }
        // Where the provider was there already, only its place was wrong.
        let promotion = try rotation.run(.promote)
        #expect(promotion.isDone || promotion.demands == [.onlyServer] && plan.isDone)
        for entry in try rotation.file.configuration().entries { #expect(entry.providers[0].name == .secretbox) }
    }

    // MARK: States

    @Test(arguments: [
        (["key1"], KeySet.State.settled),
        (["key-20250101t000000z", "key-20260101t000000z"], .added),
        (["key-20260101t000000z", "key-20250101t000000z"], .promoted),
        (["key-20250101t000000z", "key-20260101t000000z", "key-20240101t000000z"], .added),
        (["key-20260101t000000z", "key-20250101t000000z", "key-20240101t000000z"], .promoted),
        (["key-20260101t000000z", "key-20240101t000000z", "key-20250101t000000z"], .ambiguous(.order)),
        (["key-20260101t000000z", "key-20260101t000000z-2"], .ambiguous(.order)),
        (["key-20260101t000000z-1f0c", "key-20260101t000000z-2a00"], .ambiguous(.order)),
        (["key1", "key-20260101t000000z"], .added),
        (["key-20260101t000000z-1f0c", "key1"], .promoted),
        (["key-20260101t000000z", "key2", "key1"], .promoted),
        (["key-20260101t000000z", "key-20250101t000000z", "key1"], .promoted),
        (["key1", "key-20260101t000000z", "key-20250101t000000z"], .ambiguous(.order)),
        (["key1", "key2"], .ambiguous(.foreignNames)),
    ])
    func states(_ names: [String], _ state: KeySet.State) throws {
        let keys = names.map { "{name: \"\($0)\", secret: AAAAAAAAAAAAAAAAAAAAAA==}" }.joined(separator: ", ")
        let file = EditFile.oneEntry("[{aescbc: {keys: [\(keys)]}}]")
        #expect(try KeySet.all(in: file.configuration()).map(\.state) == [state])
        var rotation = Rotation(file)
        if case .ambiguous = state {
            #expect(throws: RotationRefusal.ambiguous(paths: ["resources[0].providers[0].aescbc"])) {
                try rotation.plan(nil)
            }
        }
    }

    @Test(arguments: [
        "key-20260729t120000z": true, "key-20260729t120000z-2": true, "key-20260729t120000z-1": false,
        "key-20260729t120000": false, "key-20260729T120000Z": false, "key1": false, "key-2026072at120000z": false,
        "key-20260729t120000z-1f0c": true, "key-20260729t120000z-1F0C": false, "key-20260729t120000z-1f0": false,
        "aescbckey-20260729t120000z": false, "key-20260729t120000z-02": false, "": false, "key-": false,
    ])
    func dates(_ name: ByteName, _ isDate: Bool) {
        #expect((KeyCreationDate(keyName: name) != nil) == isDate)
    }

    /// A name means the key of the same bytes, not one that is equal to Unicode.
    @Test func namesAreBytes() throws {
        let secrets = [UInt64(1), 2].map { seed in
            var random = SeededGenerator(seed: seed)
            return Data(random.bytes(32)).base64EncodedString()
        }
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets]
              providers:
              - aesgcm:
                  keys:
                  - {name: "cl\u{e9}", secret: "\(secrets[0])"}
                  - {name: "cle\u{301}", secret: "\(secrets[1])"}
            """
        let file = EditFile(name: "names.yaml", bytes: Array(text.utf8))
        var promoted = Rotation(file)
        let plan = try promoted.run(.promote, keyName: "cle\u{301}")
        #expect(plan.changes.map { $0.after.map(\.key) } == [["cle\u{301}", "cl\u{e9}"]])
        var same = Rotation(file)
        #expect(try same.run(.promote, keyName: "cl\u{e9}").isDone)
        // Retired is the other one, and nothing else.
        let retirement = try promoted.run(.retire, keyName: "cle\u{301}")
        #expect(retirement.retired.flatMap(\.labels).map(\.key) == ["cl\u{e9}"])
    }

    /// One list of keys in two entries is two states where plaintext stands before it in one of them.
    @Test func stateBelongsToTheFirstProvider() throws {
        let file = EditFile.named("shared-keys.yaml")
        let sets = KeySet.all(in: try file.configuration())
        #expect(sets.map(\.places) == [[ProviderPlace(entry: 0, provider: 0)], [ProviderPlace(entry: 1, provider: 1)]])
        #expect(sets.map(\.resources) == [["secrets"], ["configmaps", "*.apps"]])
        #expect(sets.map(\.state) == [.promoted, .ambiguous(.plaintextWrites)])
        var all = Rotation(file)
        #expect(throws: RotationRefusal.notPromoted(paths: ["resources[1].providers[1].aescbc"])) {
            try all.plan(.retire)
        }
        // What is named is rotated, and nothing else.
        var named = Rotation(file, resources: ["secrets"])
        #expect(try named.run(.retire).changes.map(\.path) == ["resources[0]"])
        // A new key is one for both, and promoted in both.
        #expect(try all.run(.add).changes.map(\.path) == ["resources[0]", "resources[1]"])
        try all.run(.promote)
        let orders = try all.orders
        #expect(orders[0].first == "aescbc:\(Self.new)" && orders[1].first == "aescbc:\(Self.new)")
    }

    /// `--resources` means those entries, also where others hold the same keys.
    @Test func onlyTheNamedEntries() throws {
        let keys = "aescbc: {keys: [{name: key1, secret: \(Self.goodSecret)}]}"
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - {resources: [secrets], providers: [{\(keys)}]}
            - {resources: [configmaps, secrets], providers: [{\(keys)}]}
            """
        var rotation = Rotation(EditFile(name: "two", bytes: Array(text.utf8)), resources: ["configmaps"])
        let plan = try rotation.run(.add)
        #expect(plan.changes.map(\.path) == ["resources[1]"])
        // The first entry decides about secrets.
        #expect(plan.changes.map(\.resources) == [["configmaps"]])
    }

    /// Entries of identity alone opt out.
    @Test func entriesThatOptOut() throws {
        let keys = "aescbc: {keys: [{name: key1, secret: \(Self.goodSecret)}]}"
        let text = """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - {resources: [events], providers: [{identity: {}}]}
            - {resources: ['*.*'], providers: [{identity: {}}, {\(keys)}]}
            """
        let file = try EditFile(name: "out", bytes: Array(text.utf8)).document()
        let source = NewKeySource(name: "key-20260729t120000z") {
            SecretKey(SecretBytes(Array(repeating: 7, count: 32)))
        }
        func changed(_ request: RotationRequest) throws -> [String] {
            try RotationPlan(request, for: file, newKeys: source, options: .lenient).changes.map(\.path)
        }
        #expect(try changed(RotationRequest(step: .promote)) == ["resources[1]"])
        #expect(try changed(RotationRequest(step: .add, target: .keyed(.secretbox))) == ["resources[1]"])
        #expect(
            try changed(RotationRequest(step: .add, target: .keyed(.secretbox), resources: ["events"]))
                == ["resources[0]"])
    }

    /// A leaked write key is replaced at once, whatever rotation is under way.
    @Test func aThirdKey() throws {
        var rotation = Rotation(EditFile.named("two-keys.yaml"))
        let before = try rotation.orders[0]
        #expect(try rotation.plan(.add, keyName: "emergency", newName: "emergency").isDone == false)
        let plan = try rotation.plan(.add, keyName: "emergency", newName: "emergency")
        rotation.file = try rotation.file.edited(plan.edits)
        #expect(try rotation.orders[0][1] == "secretbox:emergency" && rotation.orders[0][0] == before[0])
        #expect(try rotation.plan(.add, keyName: "emergency", newName: "emergency").isDone)
        try rotation.run(.promote, keyName: "emergency")
        try rotation.run(.retire)
        #expect(try rotation.orders[0].filter { $0 != "identity" } == ["secretbox:emergency"])
    }

    /// Of several keys of the target's kind, and of a key that is there and one that is to be made, a name tells.
    @Test func aTargetThatIsThereAlready() throws {
        let secrets = (1...2).map { seed in
            var random = SeededGenerator(seed: UInt64(seed))
            return Data(random.bytes(32)).base64EncodedString()
        }
        let file = EditFile.oneEntry(
            "[{aescbc: {keys: [{name: key1, secret: \(secrets[0])}]}}, "
                + "{secretbox: {keys: [{name: leaked, secret: \(secrets[1])}]}}]")
        let document = try file.document()
        func orders(_ step: RotationRequest.Step, _ keyName: ByteName?) throws -> [String] {
            let source = NewKeySource(name: keyName ?? "made") {
                SecretKey(SecretBytes((0..<32).map { UInt8($0 * 7 ^ 33) }))
            }
            let request = RotationRequest(step: step, target: .keyed(.secretbox), keyName: keyName)
            return try RotationPlan(request, for: document, newKeys: source, options: .lenient).intended.orders[0]
        }
        #expect(throws: RotationRefusal.newOrOld(paths: ["resources[0]"])) { try orders(.add, nil) }
        #expect(try orders(.add, "leaked") == ["aescbc:key1", "secretbox:leaked"])
        #expect(try orders(.add, "new") == ["aescbc:key1", "secretbox:new", "secretbox:leaked"])
        #expect(throws: RotationRefusal.notAdded(paths: ["resources[0]"])) { try orders(.promote, "new") }
        #expect(try orders(.promote, nil) == ["secretbox:leaked", "aescbc:key1"])
    }

    @Test(arguments: [("AAAAAAAAAAAAAAAAAAAAAA==", "ENC0221"), ("c2VjcmV0IGlzIHNlY3VyZQ==", "ENC0220")])
    func keysThatCanBeGuessed(
        _ secret: String, code: String
    ) throws {
        var random = SeededGenerator(seed: 1)
        let good = Data(random.bytes(16)).base64EncodedString()
        var rotation = Rotation(
            EditFile.oneEntry("[{aescbc: {keys: [{name: key1, secret: \(good)}, {name: key2, secret: \(secret)}]}}]"))
        #expect(throws: RotationRefusal.weak("key2", code: code, paths: ["resources[0].providers[0].aescbc"])) {
            try rotation.plan(.promote, keyName: "key2")
        }
        // What writes already needs no promotion, and can be replaced.
        var weak = Rotation(EditFile.oneEntry("[{aescbc: {keys: [{name: key2, secret: \(secret)}]}}]"))
        #expect(try weak.plan(.promote).isDone)
        try weak.run(.add)
        try weak.run(.promote)
    }

    /// Without a step, only a key that was added last is beyond doubt the one that shall write.
    @Test func theNextStepOfASwitchIsBeyondDoubt() throws {
        func step(_ first: String, _ second: String) throws -> RotationRequest.Step {
            var random = SeededGenerator(seed: 3)
            let secrets = (0..<2).map { _ in Data(random.bytes(32)).base64EncodedString() }
            let file = EditFile.oneEntry(
                "[{aescbc: {keys: [{name: \(first), secret: \(secrets[0])}]}}, "
                    + "{secretbox: {keys: [{name: \(second), secret: \(secrets[1])}]}}]")
            let request = RotationRequest(target: .keyed(.secretbox))
            let source = NewKeySource(name: "made") { SecretKey(SecretBytes([1])) }
            return try RotationPlan(request, for: file.document(), newKeys: source, options: .lenient).step
        }
        #expect(try step("key1", "key-20260101t000000z") == .promote)
        #expect(try step("key-20250101t000000z", "key-20260101t000000z-1f0c") == .promote)
        for (first, second) in [
            ("key1", "old"), ("key-20260101t000000z", "key-20250101t000000z"), ("key-20260101t000000z", "old"),
        ] {
            #expect(throws: RotationRefusal.whichKey(paths: ["resources[0]"])) { try step(first, second) }
        }
    }

    /// The provider that is named, and no other one whose name begins so.
    @Test func pluginsByTheirExactNames() throws {
        let file = EditFile.oneEntry(
            "[{aescbc: {keys: [{name: a, secret: \(Self.goodSecret)}]}}, {kms: {apiVersion: v2, name: vault-2, endpoint: 'unix:///s'}}]"
        )
        var rotation = Rotation(file, to: .kms(name: "vault", endpoint: "unix:///s"))
        #expect(try rotation.plan(.abort).isDone)
        #expect(try rotation.run(.add).intended.orders == [["aescbc:a", "kmsv2:vault", "kmsv2:vault-2"]])
    }

    /// With one server, `add` makes write what is read already.
    @Test func oneServerMakesWriteWhatIsThere() throws {
        var added = Rotation(EditFile.named("less-indented.yaml"))
        try added.run(.add)
        var single = Rotation(added.file, singleServer: true)
        #expect(try single.run(.add).intended.orders[0].first == "aescbc:\(Self.new)")
        var first = Rotation(EditFile.named("identity-first.yaml"), singleServer: true)
        #expect(try first.run(.add).intended.orders[0].first == "secretbox:key-20250101t000000z")
    }

    /// What was not taken out is not called taken out.
    @Test func abortTellsOfWhatStays() throws {
        let file = EditFile.oneEntry(
            "[{aescbc: {keys: [{name: a, secret: \(Self.goodSecret)}]}}, {kms: {apiVersion: v2, name: v, endpoint: 'unix:///s'}}]"
        )
        var keys = Rotation(file)
        #expect(throws: RotationRefusal.otherProviders(paths: ["resources[0]"])) { try keys.run(.abort) }
        var identity = Rotation(EditFile.named("documented.yaml"), to: .identity)
        #expect(throws: RotationRefusal.identityStays(paths: ["resources[0]"])) { try identity.run(.abort) }
    }

    /// The last of other providers is not the end of a change of provider.
    @Test func retireTellsOfOtherProviders() throws {
        var rotation = Rotation(EditFile.named("several-providers.yaml"))
        #expect(throws: RotationRefusal.self) { try rotation.run(.retire) }
    }

    @Test func keySetsOfTheirOwnGetKeysOfTheirOwn() throws {
        var rotation = Rotation(EditFile.named("separate-keys.yaml"))
        try rotation.run(nil)
        let keys = try rotation.file.configuration().keys.map(\.key)
        #expect(keys.map(\.name).contains(ByteName("\(Self.new)-2")))
        #expect(!keys[1].secret.isEqual(to: keys[3].secret))
        // One of them alone can go on; then the other one is behind.
        rotation = Rotation(rotation.file, resources: ["secrets"])
        try rotation.run(.promote)
        var all = Rotation(rotation.file)
        #expect(throws: RotationRefusal.self) { try all.plan(nil) }
        #expect(try all.run(.promote).changes.map(\.path) == ["resources[1]"])
    }

    // MARK: Enabling and disabling

    @Test func enablingKeepsIdentityLast() throws {
        var rotation = Rotation(EditFile.named("identity-only.yaml"), to: .keyed(.secretbox))
        #expect(try rotation.run(nil).step == .add)
        #expect(try rotation.orders == [["identity", "secretbox:\(Self.new)"]])
        #expect(try rotation.run(nil).step == .promote)
        #expect(try rotation.orders == [["secretbox:\(Self.new)", "identity"]])
        #expect(try rotation.run(nil).isDone)
    }

    @Test func identityFirstIsPromotedWithoutATarget() throws {
        var rotation = Rotation(EditFile.named("identity-first.yaml"))
        #expect(throws: RotationRefusal.ambiguous(paths: ["resources[0].providers[1].secretbox"])) {
            try rotation.plan(nil)
        }
        #expect(try rotation.run(.promote).demands == [.serversLoaded])
        #expect(try rotation.orders == [["secretbox:key-20250101t000000z", "identity"]])
    }

    @Test func disabling() throws {
        var rotation = Rotation(EditFile.named("documented.yaml"), to: .identity)
        #expect(try rotation.run(nil).step == .promote)
        #expect(try rotation.orders == [["identity", "aescbc:key1"]])
        let plan = try rotation.run(nil)
        #expect(plan.step == .retire && plan.retired.count == 1)
        #expect(try rotation.orders == [["identity"]])
    }

    // MARK: Guards

    @Test func whatIsAddedIsNotRetired() throws {
        var rotation = Rotation(EditFile.named("less-indented.yaml"))
        try rotation.run(.add)
        #expect(throws: RotationRefusal.notPromoted(paths: ["resources[0].providers[0].aescbc"])) {
            try rotation.plan(.retire)
        }
        try rotation.run(.promote)
        #expect(throws: RotationRefusal.stillWrites(paths: ["resources[0].providers[0].aescbc"])) {
            try rotation.plan(.abort)
        }
        var other = Rotation(EditFile.named("less-indented.yaml"), to: .keyed(.secretbox))
        #expect(throws: RotationRefusal.notAdded(paths: ["resources[0]"])) { try other.plan(.promote) }
        try other.run(.add)
        #expect(throws: RotationRefusal.notPromoted(paths: ["resources[0]"])) { try other.plan(.retire) }
        try other.run(.promote)
        #expect(throws: RotationRefusal.stillWrites(paths: ["resources[0]"])) { try other.plan(.abort) }
    }

    @Test func foreignKeysHaveToBeNamed() throws {
        var rotation = Rotation(EditFile.named("single-quoted.yaml"))
        #expect(throws: RotationRefusal.whichKey(paths: ["resources[0].providers[0].aesgcm"])) {
            try rotation.plan(.abort)
        }
        #expect(try rotation.run(.promote, keyName: "key2").isDone == false)
        #expect(try rotation.run(.promote, keyName: "key2").isDone)
        #expect(throws: RotationRefusal.stillWrites(paths: ["resources[0].providers[0].aesgcm"])) {
            try rotation.plan(.abort, keyName: "key2")
        }
        #expect(try rotation.orders == [["aesgcm:key2", "aesgcm:key1", "identity"]])
    }

    @Test func namesAreNotGivenTwice() throws {
        var rotation = Rotation(EditFile.named("less-indented.yaml"))
        #expect(throws: RotationRefusal.nameTaken("key-20250101t000000z")) {
            try rotation.plan(.add, newName: "key-20250101t000000z")
        }
    }

    @Test func resourcesHaveToBeThere() throws {
        var rotation = Rotation(EditFile.named("documented.yaml"), resources: ["pods"])
        #expect(throws: RotationRefusal.noSuchResource) { try rotation.plan(.add) }
    }
}

extension Rotation {
    /// The file with what was added taken out again.
    func aborted() throws -> EditFile {
        var other = self
        try other.run(.abort)
        return other.file
    }
}

extension EncryptionConfiguration {
    func hasNo(_ target: RotationRequest.Target) -> Bool {
        entries.allSatisfy { entry in !entry.providers.contains { $0.serves(target) } }
    }
}

extension Provider {
    func serves(_ target: RotationRequest.Target) -> Bool {
        switch target {
        case .identity: name == .identity
        case .keyed(let kind): name.rawValue == kind.rawValue
        case .kms: name == .kmsv2
        }
    }
}
