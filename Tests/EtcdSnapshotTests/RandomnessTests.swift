import Foundation
import TestSupport
import Testing

@testable import EtcdSnapshot

/// How bytes are told apart by what they look like.
struct RandomnessTests {
    /// Of so many blocks of each length, none is taken for plaintext.
    @Test(arguments: [64, 100, 200, 300, 511, 512, 700, 1023], 0..<4 as Range<UInt64>)
    func ciphertextLooksRandom(_ length: Int, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = random.manyBytes(400 * length)
        var randomness = Randomness()
        for start in stride(from: 0, to: bytes.count, by: length) {
            let isRandom = randomness.isRandom(start..<start + length, of: bytes.span.bytes)
            #expect(isRandom)
            let isMostlyRandom = randomness.isMostlyRandom(start..<start + length, of: bytes.span.bytes)
            #expect(isMostlyRandom)
        }
    }

    /// Text of several kinds, of which no block looks random, however short it is.
    @Test(arguments: ["json", "base64", "hexadecimal", "yaml", "chinese", "protobuf", "counter"])
    func plaintextDoesNot(_ kind: String) throws {
        var random = SeededGenerator(seed: 7)
        let bytes: [UInt8] =
            switch kind {
            case "json":
                Array(
                    (0..<400).map {
                        #"{"apiVersion":"v1","kind":"Secret","data":{"k\#($0)":"\#(Data(random.bytes(24)).base64EncodedString())"}}"#
                    }.joined().utf8)
            case "base64": Array(Data(random.manyBytes(30_000)).base64EncodedString().utf8)
            case "hexadecimal": random.manyBytes(20_000).flatMap { Array(String($0, radix: 16).utf8) }
            case "yaml":
                Array((0..<900).map { "  - name: value-\($0)\n    weight: \($0 * 7919 % 1000)\n" }.joined().utf8)
            case "chinese":
                Array(
                    String(
                        (0..<9000).compactMap { _ in
                            Character(UnicodeScalar(UInt32.random(in: 0x4e00...0x9fa5, using: &random)) ?? "x")
                        }
                    ).utf8)
            case "protobuf":
                // Field after field: a name, and a few random bytes, as certificates' numbers are.
                (0..<1500).flatMap {
                    hex("0a08") + Array("field-\($0 % 90)".utf8.prefix(8)) + hex("1004 1a08") + random.bytes(8)
                }
            default: (0..<8000).flatMap { little(UInt32($0)) }
            }
        var randomness = Randomness()
        for length in [64, 100, 300, 512, 800] {
            for start in stride(from: 0, to: bytes.count - length, by: length) {
                let isRandom = randomness.isRandom(start..<start + length, of: bytes.span.bytes)
                #expect(!isRandom)
            }
        }
        if ["json", "yaml", "hexadecimal", "base64"].contains(kind) {
            for start in stride(from: 0, to: bytes.count - 200, by: 200) {
                let isMostlyRandom = randomness.isMostlyRandom(start..<start + 200, of: bytes.span.bytes)
                #expect(!isMostlyRandom)
            }
        }
    }

    /// The objects of a recorded cluster, wherever they are cut; and what was encrypted in it.
    @Test func knowsTheRecordedObjects() throws {
        let bytes = try TestData.bytes("cluster/snapshot.db")
        var problems = SnapshotProblems.refused
        let snapshot = try SnapshotFile(bytes.span.bytes, &problems)
        var randomness = Randomness()
        var (plaintextBlocks, randomBlocks, encryptedValues) = (0, 0, 0)
        for location in try LiveRecords(snapshot, &problems).locations {
            let value = try snapshot.record(at: location).value
            switch RemnantValue.Kind(at: value.lowerBound, end: value.upperBound, in: snapshot.bytes) {
            case .encrypted:
                encryptedValues += 1
                // The label may be a fifth of a short value.
                let payload = value.dropFirst(40)
                let isRandom = randomness.isMostlyRandom(payload, of: snapshot.bytes)
                #expect(isRandom)
            case .protobuf, .json:
                for length in [64, 200, 512] {
                    for start in stride(from: value.lowerBound, to: value.upperBound - length, by: length) {
                        plaintextBlocks += 1
                        let isRandom = randomness.isRandom(start..<start + length, of: snapshot.bytes)
                        if isRandom { randomBlocks += 1 }
                        // Their data are random bytes: nothing tells those from ciphertext.
                        #expect(!isRandom || snapshot.keyContains("/plain-", at: location))
                    }
                }
            case .cbor, .other: break
            }
        }
        #expect(plaintextBlocks > 1000 && encryptedValues > 20 && randomBlocks < 10)
    }

    /// What is too short to be judged is taken for plaintext.
    @Test func doesNotJudgeWhatIsShort() {
        var random = SeededGenerator(seed: 1)
        let bytes = random.bytes(63)
        var randomness = Randomness()
        let isRandom = randomness.isRandom(0..<63, of: bytes.span.bytes)
        #expect(!isRandom)
    }
}

extension SnapshotFile {
    fileprivate func keyContains(_ text: String, at location: RecordLocation) -> Bool {
        guard let record = try? record(at: location) else { return false }
        return String(decoding: array(key(of: record)), as: UTF8.self).contains(text)
    }
}
