import EncryptionConfig
import KeyTransition

extension TransitionProofTests.Case {
    static let all: [Self] = [
        .init(
            name: "only the order of later keys", old: "secrets: aesgcm a=1 b=2 c=3",
            new: "secrets: aesgcm a=1 c=3 b=2",
            counterexamples: [], changes: ["readOrderChanged"]),
        .init(
            name: "key renamed", old: "secrets: aesgcm a=1", new: "secrets: aesgcm b=1",
            counterexamples: ["old>new unreadable certain keyRenamed", "new>old unreadable certain keyRenamed"],
            changes: ["keyRenamed", "writeKeyChanged"]),
        .init(
            name: "bytes changed", old: "secrets: secretbox a=1", new: "secrets: secretbox a=2",
            counterexamples: [
                "old>new unreadable certain keyBytesChanged", "new>old unreadable certain keyBytesChanged",
            ], changes: ["keyBytesChanged", "writeKeyChanged"]),
        .init(
            name: "key moved", old: "secrets: aescbc a=1", new: "secrets: aesgcm a=1",
            counterexamples: ["old>new unreadable certain keyMoved", "new>old unreadable certain keyMoved"],
            changes: ["keyMoved", "providerRemoved", "providerAdded", "writeKeyChanged"]),
        .init(
            name: "key replaced", old: "secrets: aesgcm a=1", new: "secrets: aesgcm b=2",
            counterexamples: ["old>new unreadable certain keyRemoved", "new>old unreadable certain keyUnknown"],
            changes: ["keyRemoved", "keyAdded", "writeKeyChanged"]),
        .init(
            name: "later key removed", old: "secrets: aesgcm a=1 b=2", new: "secrets: aesgcm a=1",
            counterexamples: ["old>new unreadable possible keyRemoved"], changes: ["keyRemoved"]),
        .init(
            name: "provider replaced", old: "secrets: aescbc a=1", new: "secrets: secretbox b=2",
            counterexamples: [
                "old>new unreadable certain providerRemoved", "new>old unreadable certain providerUnknown",
            ], changes: ["providerRemoved", "keyRemoved", "providerAdded", "keyAdded", "writeKeyChanged"]),
        .init(
            name: "swallowed", old: "secrets: aescbc a:0123456789abcde=1",
            new: "secrets: aescbc a=1 a:0123456789abcde=1",
            counterexamples: ["old>new wrongBytes certain swallowed", "new>old unreadable certain keyRenamed"],
            changes: ["keyAdded", "writeKeyChanged"]),
        .init(
            name: "a name that leaves no whole block", old: "secrets: aescbc a:0123456789=1",
            new: "secrets: aescbc a:0123456789=1 a=1", counterexamples: [], changes: ["keyAdded"]),
        .init(
            name: "namesake in front", old: "secrets: aescbc a=1", new: "secrets: aescbc b=3 a=2 a=1",
            counterexamples: [
                "old>new byChance certain shadowedByNamesake", "new>old unreadable certain keyUnknown",
            ], changes: ["keyAdded", "keyAdded", "writeKeyChanged"]),
        .init(
            name: "overlapping name in front", old: "secrets: aescbc w=3 a:0123456789abcde=1",
            new: "secrets: aescbc w=3 a=2 a:0123456789abcde=1",
            counterexamples: ["old>new byChance possible shadowed"], changes: ["keyAdded"]),
        .init(
            name: "resource moved", old: "*.example.com: aesgcm a=1",
            new: "boxes.example.com: aesgcm b=2\n*.example.com: aesgcm a=1",
            counterexamples: ["old>new unreadable certain resourceMoved", "new>old unreadable certain keyUnknown"],
            changes: ["resourceAdded", "resourceMoved", "keyRemoved", "keyAdded", "writeKeyChanged"]),
        .init(
            name: "resource uncovered", old: "secrets: aesgcm a=1\nconfigmaps: aesgcm a=1", new: "secrets: aesgcm a=1",
            counterexamples: [
                "old>new unreadable certain resourceUncovered", "new>old unreadable certain plaintextWithoutRule",
            ], changes: ["resourceRemoved", "providerRemoved", "keyRemoved", "identityAdded", "writeKeyChanged"]),
        .init(
            name: "resource covered", old: "secrets: aesgcm a=1", new: "secrets: aesgcm a=1\nconfigmaps: aesgcm a=1",
            counterexamples: [
                "old>new unreadable certain plaintextLeftBehind", "new>old unreadable certain resourceUnknown",
            ], changes: ["resourceAdded", "identityRemoved", "providerAdded", "keyAdded", "writeKeyChanged"]),
        .init(
            name: "identity removed", old: "secrets: aesgcm a=1; identity", new: "secrets: aesgcm a=1",
            counterexamples: ["old>new unreadable possible identityRemoved"], changes: ["identityRemoved"]),
        .init(
            name: "identity first", old: "secrets: aesgcm a=1", new: "secrets: identity; aesgcm a=1",
            counterexamples: ["new>old unreadable certain identityFirst"],
            changes: ["identityAdded", "writeKeyChanged"]),
        .init(
            name: "KMS renamed", old: "secrets: kms v2 m@x", new: "secrets: kms v2 other@x",
            counterexamples: ["old>new unreadable certain kmsRenamed", "new>old unreadable certain kmsRenamed"],
            changes: ["kmsRenamed", "writeKeyChanged"]),
        .init(
            name: "KMS endpoint changed", old: "secrets: kms v2 m@x", new: "secrets: kms v2 m@y",
            counterexamples: [
                "old>new unreadable possible kmsEndpointChanged", "new>old unreadable possible kmsEndpointChanged",
            ], changes: ["kmsEndpointChanged", "writeKeyChanged"]),
        .init(
            name: "KMS v1 to v2", old: "secrets: kms v1 m@x", new: "secrets: kms v2 m@x",
            counterexamples: [
                "old>new unreadable certain kmsVersionChanged", "new>old unreadable certain kmsVersionChanged",
            ], changes: ["providerRemoved", "providerAdded", "writeKeyChanged"]),
    ]
}

/// A configuration in few words: on each line resources, a colon and providers; a key is `name=digit`, and the digit
/// stands for its bytes.
func configuration(short text: String) throws -> EncryptionConfiguration {
    var yaml = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
    for line in text.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1)
        yaml += "- resources: ['\(parts[0])']\n  providers:\n"
        for provider in parts[1].split(separator: ";") {
            let words = provider.split(separator: " ")
            switch words[0] {
            case "identity": yaml += "  - identity: {}\n"
            case "kms":
                let place = words[2].split(separator: "@")
                yaml += "  - kms: {apiVersion: \(words[1]), name: \(place[0]), endpoint: 'unix:///\(place[1])'}\n"
            default:
                let keys = words.dropFirst().map { word in
                    let key = word.split(separator: "=")
                    // 32 bytes in base64.
                    return "{name: '\(key[0])', secret: '\(String(repeating: String(key[1]), count: 43))='}"
                }
                yaml += "  - \(words[0]): {keys: [\(keys.joined(separator: ", "))]}\n"
            }
        }
    }
    return try configuration(yaml)
}
