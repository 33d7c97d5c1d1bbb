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
    private(set) var file: EditFile
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
        let request = RotationRequest(
            step: step, singleServer: singleServer, target: target, resources: resources, keyName: keyName)
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

    /// Every key by provider, name and bytes, of every entry.
    var everyKey: Set<ByteName> {
        Set(
            entries.flatMap { entry in
                entry.providers.flatMap { provider in
                    provider.keys.flatMap { key in
                        entry.resources.map {
                            ByteName("\($0) \(provider.name) \(key.name) \(key.secret.span.copiedToArray())")
                        }
                    }
                }
            })
    }
}

struct RotationTests {
    private static let files = EditFile.all.filter(\.isAccepted)
    private static let new = "key-20260729t120000z"

    // MARK: Every file

    /// add, promote, retire; each of them twice, the second time without effect. Old keys are in the archive then.
    @Test(arguments: files)
    func fullRotation(_ file: EditFile) throws {
        var rotation = Rotation(file)
        let before = try file.configuration()
        guard !KeySet.all(in: before).isEmpty else {
            #expect(throws: RotationRefusal.nothingToRotate) { try rotation.plan(.add) }
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
                #expect(try other.run(.abort).demands == [.neverWritten])
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
        #expect(try rotation.run(nil).demands == [.unusedInStorage, .archived])
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
        (["key1", "key-20260101t000000z"], .ambiguous(.foreignNames)),
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
        "aescbckey-20260729t120000z": false, "key-20260729t120000z-02": false, "": false, "key-": false,
    ])
    func dates(_ name: ByteName, _ isDate: Bool) {
        #expect((KeyCreationDate(keyName: name) != nil) == isDate)
    }

    /// A name means the key of the same bytes, not one that is equal to Unicode.
    @Test func namesAreBytes() throws {
        let secrets = [UInt8(1), 2].map { Data(repeating: $0, count: 32).base64EncodedString() }
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

    @Test func sharedKeysAreRotatedTogether() throws {
        var rotation = Rotation(EditFile.named("shared-keys.yaml"), resources: ["configmaps"])
        let sets = KeySet.all(in: try rotation.file.configuration())
        #expect(sets.count == 1)
        #expect(sets[0].places == [ProviderPlace(entry: 0, provider: 0), ProviderPlace(entry: 1, provider: 1)])
        #expect(sets[0].resources == ["secrets", "configmaps", "*.apps"])
        let plan = try rotation.run(.retire)
        #expect(plan.changes.map(\.path) == ["resources[0]", "resources[1]"])
        #expect(
            try rotation.orders == [
                ["aescbc:key-20250601t000000z", "identity"], ["identity", "aescbc:key-20250601t000000z"],
            ])
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
        #expect(throws: RotationRefusal.notPromoted(paths: ["resources[0]"])) { try other.plan(.promote) }
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
