import SecretMemory
import Testing
import TestSupport

@testable import StorageAudit

/// Values that share a nonce, however many there are.
struct NonceUsesTests {
    /// A message of 12 bytes of nonce, some of ciphertext, and 16 of tag, and where it is stored.
    private struct Message: Hashable {
        var nonce: UInt8 = 0
        var tag = 0
        var length = 40
        var key: UInt64 = 1
        var etcdKey = 0

        var bytes: [UInt8] {
            let end = (0..<16).map { UInt8(truncatingIfNeeded: tag >> (4 * $0)) }
            return Array(repeating: nonce, count: 12) + Array(repeating: 7, count: length - 28) + end
        }

        var place: [UInt8] { Array("/registry/secrets/a/\(etcdKey)".utf8) }
    }

    /// The other use that is told for each message, and how many uses are kept in the end.
    private func others(_ messages: [Message]) -> (told: [[UInt8]?], keptCount: Int) {
        var uses = NonceUses()
        let told = messages.map { message in
            let (bytes, place) = (message.bytes, message.place)
            return uses.add(bytes.span.rawBytes, at: place.span.rawBytes, key: message.key)
        }
        return (told, uses.keptCount)
    }

    /// What has to be told, by comparing each with all before it.
    private func expected(_ messages: [Message]) -> [[UInt8]?] {
        messages.enumerated().map { index, message in
            messages[..<index].first { $0.nonce == message.nonce && $0.key == message.key && $0 != message }?.place
        }
    }

    @Test func equalUsesAreKeptOnce() {
        let (told, keptCount) = others(Array(repeating: Message(), count: 1000))
        #expect(told.allSatisfy { $0 == nil })
        #expect(keptCount == 1)
    }

    /// Whatever makes them differ, two are enough to tell each from another one.
    @Test(arguments: ["tag", "etcdKey", "length"])
    func usesThatDifferAreKeptTwice(_ field: String) {
        let messages = (0..<1000).map { number in
            var message = Message()
            switch field {
            case "tag": message.tag += number
            case "etcdKey": message.etcdKey += number
            default: message.length += number
            }
            return message
        }
        let (told, keptCount) = others(messages)
        #expect(told == [nil] + Array(repeating: messages[0].place, count: 999))
        #expect(keptCount == 2)
    }

    /// Nonces and keys that have nothing to do with one another.
    @Test func otherNoncesAndKeysAreNoUse() {
        let (told, keptCount) = others(
            (0..<100).map { Message(nonce: $0, tag: Int($0)) } + (0..<100).map { Message(tag: $0, key: UInt64($0 + 2)) }
        )
        #expect(told.allSatisfy { $0 == nil })
        #expect(keptCount == 200)
    }

    @Test func tellsWhatComparingAllWouldTell() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<300 {
            let messages = (0..<30).map { _ in
                Message(
                    nonce: .random(in: 0..<3, using: &random), tag: .random(in: 0..<3, using: &random),
                    length: .random(in: 40..<42, using: &random), key: .random(in: 0..<2, using: &random),
                    etcdKey: .random(in: 0..<3, using: &random))
            }
            #expect(others(messages).told == expected(messages))
        }
    }
}
