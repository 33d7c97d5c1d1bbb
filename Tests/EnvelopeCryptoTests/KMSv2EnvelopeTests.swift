import EnvelopeCrypto
import GoText
import SecretMemory
import TestSupport
import Testing

/// `EncryptedObject` put together field by field, however wrong.
struct ObjectBuilder: Sendable {
    private(set) var bytes: [UInt8] = []

    static func varint(_ value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(UInt64(content.count)) + content
    }

    static func field(_ number: UInt64, varint value: UInt64) -> [UInt8] { varint(number << 3) + varint(value) }

    static func annotation(_ key: String, _ value: [UInt8]) -> [UInt8] {
        field(4, field(1, Array(key.utf8)) + field(2, value))
    }

    /// A whole object; nil leaves a field out.
    static func object(
        data: [UInt8]? = [1], keyID: [UInt8]? = Array("kek".utf8), source: [UInt8]? = [2],
        annotations: [(String, [UInt8])] = [], type: UInt64? = 1
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        if let data { bytes += field(1, data) }
        if let keyID { bytes += field(2, keyID) }
        if let source { bytes += field(3, source) }
        for (key, value) in annotations { bytes += annotation(key, value) }
        if let type { bytes += field(5, varint: type) }
        return bytes
    }
}

struct KMSv2EnvelopeTests {
    /// What an envelope says, in a form that can be compared.
    fileprivate struct Content: Equatable {
        var keyID: ByteName = "kek"
        var source: [UInt8] = [2]
        var type = KMSv2Envelope.DEKSourceType.seed
        var annotations: [ByteName: [UInt8]] = [:]
    }

    private static func parse(_ bytes: [UInt8]) -> Result<Content, KMSEnvelopeError> {
        do {
            let envelope = try KMSv2Envelope(parsing: bytes.span.rawBytes)
            return .success(
                Content(
                    keyID: envelope.keyID, source: envelope.encryptedDEKSource, type: envelope.dekSourceType,
                    annotations: envelope.annotations))
        } catch {
            return .failure(error)
        }
    }

    private static let subdomainText =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
        + "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

    // MARK: What is refused, and in which words

    struct Refusal: Sendable, CustomTestStringConvertible {
        let bytes: [UInt8]
        let text: String

        init(_ bytes: [UInt8], _ text: String) {
            self.bytes = bytes
            self.text = text
        }

        var testDescription: String { text }
    }

    private static let refusals: [Refusal] = [
        Refusal([], "encrypted data is empty"),
        Refusal(ObjectBuilder.object(data: nil), "encrypted data is empty"),
        Refusal(ObjectBuilder.object(data: []), "encrypted data is empty"),
        Refusal(
            ObjectBuilder.object(source: nil),
            "failed to validate encrypted DEK source: encrypted DEK source is empty"
        ),
        Refusal(
            ObjectBuilder.object(source: []),
            "failed to validate encrypted DEK source: encrypted DEK source is empty"
        ),
        Refusal(
            ObjectBuilder.object(source: [UInt8](repeating: 0, count: 1025)),
            "failed to validate encrypted DEK source: encrypted DEK source is 1025 bytes, "
                + "which exceeds the max size of 1024"
        ),
        Refusal(ObjectBuilder.object(keyID: nil), "failed to validate key id: keyID is empty"),
        Refusal(ObjectBuilder.object(keyID: []), "failed to validate key id: keyID is empty"),
        Refusal(
            ObjectBuilder.object(keyID: [UInt8](repeating: 0x61, count: 1025)),
            "failed to validate key id: keyID is 1025 bytes, which exceeds the max size of 1024"
        ),
        Refusal(
            // The limit is one of bytes.
            ObjectBuilder.object(keyID: Array(String(repeating: "é", count: 513).utf8)),
            "failed to validate key id: keyID is 1026 bytes, which exceeds the max size of 1024"
        ),
        Refusal(ObjectBuilder.object(type: 2), "unknown encryptedDEKSourceType: 2"),
        Refusal(ObjectBuilder.object(type: .max), "unknown encryptedDEKSourceType: -1"),
        // An enumeration has 32 bits, and what is above them is lost.
        Refusal(ObjectBuilder.object(type: 0x8000_0000), "unknown encryptedDEKSourceType: -2147483648"),
        Refusal(ObjectBuilder.object(type: 0x1_0000_0007), "unknown encryptedDEKSourceType: 7"),
        Refusal(ObjectBuilder.object(keyID: [0xff]), "string field contains invalid UTF-8"),
        Refusal(ObjectBuilder.object(keyID: [0xed, 0xa0, 0x80]), "string field contains invalid UTF-8"),
        Refusal(ObjectBuilder.object(keyID: [0xc0, 0x80]), "string field contains invalid UTF-8"),
        Refusal(
            ObjectBuilder.object() + ObjectBuilder.field(4, ObjectBuilder.field(1, [0x61, 0xff])),
            "string field contains invalid UTF-8"
        ),
        // Every text is looked at, the one that a later field replaces too.
        Refusal(ObjectBuilder.field(2, [0xff]) + ObjectBuilder.object(), "string field contains invalid UTF-8"),
        Refusal(
            ObjectBuilder.object(annotations: [("", [])]),
            "failed to validate annotations: annotations: Required value"
        ),
        Refusal(ObjectBuilder.object() + [0x22, 0], "failed to validate annotations: annotations: Required value"),
        Refusal(
            ObjectBuilder.object(annotations: [("foo", [])]),
            "failed to validate annotations: annotations: Invalid value: \"foo\": "
                + "should be a domain with at least two segments separated by dots"
        ),
        Refusal(
            ObjectBuilder.object(annotations: [("Foo.Example.com", [])]),
            "failed to validate annotations: annotations: Invalid value: \"Foo.Example.com\": " + subdomainText
        ),
        Refusal(
            ObjectBuilder.object(annotations: [("a.b", []), ("B", []), ("", [])]),
            "failed to validate annotations: [annotations: Required value, "
                + "annotations: Invalid value: \"B\": " + subdomainText + "]"
        ),
        Refusal(
            ObjectBuilder.object(annotations: [("a.b", [UInt8](repeating: 0, count: 32_766))]),
            "failed to validate annotations: total size of annotations is 32769, which exceeds the max size of 32768"
        ),
        Refusal(
            ObjectBuilder.object(annotations: [
                ("a.b", [UInt8](repeating: 0, count: 16_384)), ("a.c", [UInt8](repeating: 0, count: 16_384)),
            ]),
            "failed to validate annotations: total size of annotations is 32774, which exceeds the max size of 32768"
        ),
        Refusal(
            ObjectBuilder.object(annotations: [("a", [UInt8](repeating: 0, count: 32_768))]),
            "failed to validate annotations: [annotations: Invalid value: \"a\": should be a domain with at least two "
                + "segments separated by dots, total size of annotations is 32769, which exceeds the max size of 32768]"
        ),
    ]

    @Test(arguments: refusals)
    func refuses(_ refusal: Refusal) {
        guard case .failure(let error) = Self.parse(refusal.bytes) else {
            Issue.record("was not refused")
            return
        }
        #expect(error.apiserverText() == refusal.text)
    }

    /// Faults in the order in which they are looked for: of two, the first is told.
    @Test func theFirstFaultIsTold() {
        typealias Fault = (change: (inout Parts) -> Void, error: KMSEnvelopeError)
        struct Parts {
            var data: [UInt8] = [1]
            var keyID = Array("kek".utf8)
            var source: [UInt8] = [2]
            var annotations: [(String, [UInt8])] = []
            var type: UInt64 = 1
        }
        let faults: [Fault] = [
            ({ $0.type = 9 }, .unknownDEKSourceType(9)),
            ({ $0.data = [] }, .emptyData),
            ({ $0.source = [] }, .emptyDEKSource),
            ({ $0.keyID = [] }, .emptyKeyID),
            (
                { $0.annotations = [("x", [])] },
                .annotations([
                    "annotations: Invalid value: \"x\": should be a domain with at least two segments separated by dots"
                ])
            ),
        ]
        let long: [Fault] = [
            ({ $0.type = 9 }, .unknownDEKSourceType(9)),
            ({ $0.data = [] }, .emptyData),
            ({ $0.source = [UInt8](repeating: 0, count: 2000) }, .longDEKSource(2000)),
            ({ $0.keyID = [UInt8](repeating: 0x61, count: 3000) }, .longKeyID(3000)),
        ]
        for faults in [faults, long] {
            for first in faults.indices {
                for second in first..<faults.count {
                    var parts = Parts()
                    faults[second].change(&parts)
                    faults[first].change(&parts)
                    let bytes = ObjectBuilder.object(
                        data: parts.data, keyID: parts.keyID, source: parts.source, annotations: parts.annotations,
                        type: parts.type)
                    #expect(Self.parse(bytes) == .failure(faults[first].error))
                }
            }
        }
    }

    @Test(
        arguments: [
            // Cut short within tag, length and content.
            [0x0a], [0x0a, 0x05, 1], [0x80], [0x28], [0x28, 0x80], [0x0d, 1, 2, 3], [0x09, 1, 2, 3, 4, 5, 6, 7],
            // Huge lengths.
            [0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 1], [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1],
            [0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1],
            // More than 64 bits.
            [0x28, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
            // Field number 0, wire types that do not exist, a group that never began or never ends.
            [0x02, 0], [0x0e], [0x0f], [0x0c], [0x0b], [0x0b, 0x14],
            // The same within an annotation.
            [0x22, 1, 0x0a], [0x22, 2, 0x0a, 5], [0x22, 2, 0x02, 0],
        ] as [[UInt8]])
    func notProtobuf(_ bytes: [UInt8]) {
        for message in [bytes, ObjectBuilder.object() + bytes] {
            guard case .failure(.malformed(let fault)) = Self.parse(message) else {
                Issue.record("it was taken")
                continue
            }
            #expect(
                KMSEnvelopeError.malformed(fault).apiserverText() == "proto: cannot parse invalid wire-format data")
        }
    }

    // MARK: What is taken

    struct Taken: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        fileprivate let content: Content

        fileprivate init(_ description: String, _ bytes: [UInt8], _ content: Content) {
            testDescription = description
            self.bytes = bytes
            self.content = content
        }
    }

    private static let taken: [Taken] = [
        Taken("as written", ObjectBuilder.object(), Content()),
        Taken("type 0", ObjectBuilder.object(type: 0), Content(type: .key)),
        Taken("no type", ObjectBuilder.object(type: nil), Content(type: .key)),
        Taken("64-bit type", ObjectBuilder.object(type: 0x1_0000_0001), Content()),
        Taken("last type wins", ObjectBuilder.object(type: 9) + ObjectBuilder.field(5, varint: 0), Content(type: .key)),
        Taken("last key ID wins", ObjectBuilder.object() + ObjectBuilder.field(2, [0x78]), Content(keyID: "x")),
        Taken("last source wins", ObjectBuilder.object() + ObjectBuilder.field(3, [7, 8]), Content(source: [7, 8])),
        Taken("a wrong wire type is unknown", ObjectBuilder.object() + ObjectBuilder.field(2, varint: 5), Content()),
        Taken("bytes for the type", ObjectBuilder.object() + ObjectBuilder.field(5, [0]), Content()),
        Taken(
            "unknown fields", ObjectBuilder.field(6, [1, 2]) + ObjectBuilder.object() + [0x3d, 1, 2, 3, 4], Content()),
        Taken("a group", [0x33, 0x08, 0x01, 0x34] + ObjectBuilder.object(), Content()),
        Taken(
            "longest key ID", ObjectBuilder.object(keyID: [UInt8](repeating: 0x61, count: 1024)),
            Content(keyID: ByteName(String(repeating: "a", count: 1024)))
        ),
        Taken(
            "longest source", ObjectBuilder.object(source: [UInt8](repeating: 0, count: 1024)),
            Content(source: [UInt8](repeating: 0, count: 1024))
        ),
        Taken(
            "longest annotations", ObjectBuilder.object(annotations: [("a.b", [UInt8](repeating: 0, count: 32_765))]),
            Content(annotations: ["a.b": [UInt8](repeating: 0, count: 32_765)])
        ),
        Taken(
            "annotations", ObjectBuilder.object(annotations: [("a.b", [1]), ("c.d.e.", []), ("0.1-2", [3])]),
            Content(annotations: ["a.b": [1], "c.d.e.": [], "0.1-2": [3]])
        ),
        Taken(
            "last annotation of a name wins", ObjectBuilder.object(annotations: [("a.b", [1]), ("a.b", [2])]),
            Content(annotations: ["a.b": [2]])
        ),
        Taken(
            "an annotation in any order, with more in it",
            ObjectBuilder.object()
                + ObjectBuilder.field(
                    4,
                    ObjectBuilder.field(2, [9]) + ObjectBuilder.field(3, varint: 1)
                        + ObjectBuilder.field(1, Array("x.y".utf8)) + ObjectBuilder.field(1, Array("a.b".utf8))),
            Content(annotations: ["a.b": [9]])
        ),
        Taken(
            "a key ID of other letters", ObjectBuilder.object(keyID: Array("schlüssel 🔑".utf8)),
            Content(keyID: "schlüssel 🔑")),
    ]

    @Test(arguments: taken)
    func takes(_ taken: Taken) {
        #expect(Self.parse(taken.bytes) == .success(taken.content))
    }

    @Test(arguments: 0..<32 as Range<UInt64>) func fieldsStandInAnyOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let fields = [
            ObjectBuilder.field(1, [1]), ObjectBuilder.field(2, Array("kek".utf8)), ObjectBuilder.field(3, [2]),
            ObjectBuilder.field(5, varint: 1), ObjectBuilder.annotation("a.b", [4]),
            ObjectBuilder.annotation("c.d", []),
            ObjectBuilder.field(77, [5]),
        ].shuffled(using: &random)
        #expect(
            Self.parse(fields.flatMap { $0 }) == .success(Content(annotations: ["a.b": [4], "c.d": []])))
    }

    // MARK: Opening

    /// Of several data fields the last one is opened.
    @Test func theLastDataCounts() {
        let value = ObjectBuilder.field(1, [0xff]) + WorkedVector.kmsv2Seed
        #expect(openKMSv2(value, secret: WorkedVector.key) == .success(WorkedVector.plaintext))
        #expect(
            openKMSv2(WorkedVector.kmsv2Seed + ObjectBuilder.field(1, [0xff]), secret: WorkedVector.key)
                == .failure(.messageTooShort(1)))
    }

    @Test(arguments: 0...64) func secretLengths(count: Int) {
        let secret = [UInt8](repeating: 0x41, count: count)
        let seed: Result<[UInt8], CipherError> =
            count == 32
            ? .success(WorkedVector.plaintext)
            : .failure(count < 32 ? .seedLength(count) : .authenticationFailed)
        #expect(openKMSv2(WorkedVector.kmsv2Seed, secret: secret) == seed)
        let key: Result<[UInt8], CipherError> =
            switch count {
            case 32: .success(WorkedVector.plaintext)
            case 16, 24: .failure(.authenticationFailed)
            default: .failure(.keyLength(count, allowed: [16, 24, 32]))
            }
        #expect(openKMSv2(WorkedVector.kmsv2Key, secret: secret) == key)
        #expect(
            CipherError.seedLength(count).apiserverText == "invalid seed length \(count) used for key generation")
    }

    /// Short data: less than info and nonce, or else nothing that authenticates.
    @Test(arguments: 1...70) func shortData(count: Int) {
        let data = [UInt8](repeating: 3, count: count)
        #expect(
            openKMSv2(ObjectBuilder.object(data: data, type: 1), secret: WorkedVector.key)
                == .failure(count < 44 ? .messageTooShort(count) : .authenticationFailed))
        #expect(
            openKMSv2(ObjectBuilder.object(data: data, type: 0), secret: WorkedVector.key)
                == .failure(count < 12 ? .messageTooShort(count) : .authenticationFailed))
    }

    /// Seals under seeds of every length that is long enough, and opens through the envelope.
    @Test(arguments: 32...64) func roundTrips(seedByteCount: Int) throws {
        let seed = SeededKeys.bytes(seedByteCount)
        let cipher = TestCipher(kind: .extendedNonce, keyByteCount: seedByteCount, vectorByteCount: 44)
        let plaintext = SeededKeys.bytes(seedByteCount * 3)
        let value = ObjectBuilder.object(data: try cipher.keyed(seed).seal(plaintext))
        #expect(openKMSv2(value, secret: seed) == .success(plaintext))
    }

    // MARK: Damage

    @Test(arguments: [WorkedVector.kmsv2Seed, WorkedVector.kmsv2Key]) func everyTruncation(_ value: [UInt8]) {
        for count in 0..<value.count {
            let front = Array(value[..<count])
            guard case .success = Self.parse(front) else { continue }
            // Whole fields are left. Those behind the data do not decide what it is, except for the type.
            let outcome = openKMSv2(front, secret: WorkedVector.key)
            let hasType = value != WorkedVector.kmsv2Seed
            #expect(outcome == (hasType ? .success(WorkedVector.plaintext) : .failure(.authenticationFailed)))
        }
    }

    @Test(arguments: [WorkedVector.kmsv2Seed, WorkedVector.kmsv2Key]) func everyBitFlip(_ value: [UInt8]) {
        let data = 2..<2 + Int(value[1])
        var failures = 0
        for bit in 0..<value.count * 8 {
            var flipped = value
            flipped[bit / 8] ^= 1 << (bit % 8)
            guard case .success = Self.parse(flipped) else {
                failures += 1
                continue
            }
            let outcome = openKMSv2(flipped, secret: WorkedVector.key)
            if data.contains(bit / 8) { #expect(outcome == .failure(.authenticationFailed)) }
            // Beside the data, damage is the plugin's to notice; but nothing else may come out.
            if case .success(let plaintext) = outcome { #expect(plaintext == WorkedVector.plaintext) }
        }
        #expect(failures > 0)
    }

    @Test(arguments: 0..<64 as Range<UInt64>) func arbitraryBytesNeverTrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            // Bytes as a damaged value has them, and bytes of any kind.
            var bytes = WorkedVector.kmsv2Seed
            if Bool.random(using: &random) { bytes = random.bytes(Int.random(in: 0...60, using: &random)) }
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            if case .success(let plaintext) = openKMSv2(bytes, secret: WorkedVector.key) {
                #expect(plaintext == WorkedVector.plaintext)
            }
        }
    }
}
