import Foundation
import JSONText
import SecretMemory
import TestSupport
import Testing

@testable import KubernetesObjects

struct CBORParserTests {
    @Test(arguments: try CBORVector.all())
    func readsWhatKubernetesReads(_ vector: CBORVector) {
        let outcome = Outcome(reading: vector.bytes)
        switch vector.verdict {
        case .read: #expect(outcome == .read(vector.expected.sorted))
        case .refused: #expect(outcome.isRefused)
        case .unread: #expect(outcome == .failed(.unreadCBOR))
        }
    }

    /// The reference is written from the RFC. It has to agree with the tests of Kubernetes too.
    @Test(arguments: try CBORVector.all())
    func theReferenceReadsWhatKubernetesReads(_ vector: CBORVector) {
        let result = Result { () throws(ReferenceCBOR.Refusal) in try ReferenceCBOR(decoding: vector.bytes) }
        switch vector.verdict {
        case .read: #expect((try? result.get())?.sorted == vector.expected.sorted)
        case .refused: #expect(throws: ReferenceCBOR.Refusal.refused) { try result.get() }
        case .unread: #expect(throws: ReferenceCBOR.Refusal.unread) { try result.get() }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func readsWhateverIsWritten(seed: UInt64) {
        var values = RandomValues(seed: seed)
        for _ in 0..<50 {
            let value = values.value()
            #expect(Outcome(reading: value.stored) == .read(value.sorted))
            #expect(Outcome(reading: value.loose(&values.random)) == .read(value.sorted))
        }
    }

    /// Bytes that change, go or come give what the reference makes of them, and never a trap.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func judgesDamageAsTheReferenceDoes(seed: UInt64) {
        var values = RandomValues(seed: seed)
        for _ in 0..<40 {
            let value = values.value()
            var bytes = Bool.random(using: &values.random) ? value.stored : value.loose(&values.random)
            for _ in 0..<Int.random(in: 1...3, using: &values.random) where !bytes.isEmpty {
                let offset = Int.random(in: bytes.indices, using: &values.random)
                switch Int.random(in: 0..<5, using: &values.random) {
                case 0: bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &values.random)
                case 1:
                    bytes[offset] =
                        [0xff, 0xbf, 0x9f, 0x5f, 0x7f, 0xd6, 0xc1, 0x1c].randomElement(using: &values.random) ?? 0
                case 2: bytes.remove(at: offset)
                case 3: bytes.insert(UInt8.random(in: .min ... .max, using: &values.random), at: offset)
                default: bytes.removeLast(Int.random(in: 0...bytes.count - offset, using: &values.random))
                }
            }
            expectAgreement(on: bytes)
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func judgesArbitraryBytesAsTheReferenceDoes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 { expectAgreement(on: random.bytes(Int.random(in: 0..<12, using: &random))) }
    }

    private func expectAgreement(on bytes: [UInt8]) {
        let outcome = Outcome(reading: bytes)
        do throws(ReferenceCBOR.Refusal) {
            let value = try ReferenceCBOR(decoding: bytes)
            #expect(outcome == .read(value.sorted), "\(bytes)")
        } catch .unread {
            // A count that nothing backs is refused before what comes next is looked at.
            #expect(outcome == .failed(.unreadCBOR) || outcome.isRefused, "\(bytes)")
        } catch {
            #expect(outcome.isRefused, "\(bytes): \(outcome)")
        }
    }

    // MARK: What a guard is there for

    @Test(
        arguments: [
            // Items that are missing, too many, or in the wrong place.
            ("", 0), ("82 01", 2), ("a1 41 61", 3), ("01 01", 1), ("ff", 0), ("82 01 ff", 2), ("bf 41 61 ff", 3),
            ("bf 01 01 ff", 1), ("9f c9 ff", 2), ("5f 61 61 ff", 1), ("5f 5f ff ff", 1), ("7f 41 61 ff", 1),
            ("7f 61 c3 61 bc ff", 1), ("c9", 1), ("1c", 0), ("fc", 0), ("f8 14", 0),
            // Lengths that nothing backs.
            ("9b ffffffffffffffff", 0), ("bb 8000000000000001", 0), ("5b 7fffffffffffffff 00", 0),
            ("7b ffffffffffffffff", 0),
            ("82 01 9b 0000000000000010", 2),
            // A key twice, in whatever order and form.
            ("a2 41 61 01 41 61 02", 6), ("a3 41 62 01 41 61 02 41 62 03", 9), ("a2 41 61 01 5f 41 61 ff 02", 8),
            ("a2 42 6162 01 d7 41 ab 02", 8), ("bf 61 61 01 41 61 02 ff", 7),
        ] as [(String, Int)])
    func refuses(_ bytes: String, _ offset: Int) {
        #expect(Outcome(reading: hex(bytes)) == .failed(.cbor(offset: offset)))
    }

    /// Byte strings stand for a text where a tag says so: in all that the tag is before, unless another tag comes between
    /// (RFC 8949, section 3.4.5.2). A text is what it is.
    @Test(
        arguments: [
            ("d6 41 ff", .text("/w==")), ("d5 42 fbff", .text("-_8")), ("d7 42 fbff", .text("fbff")),
            ("d6 40", .text("")), ("d6 63 616263", .text("abc")), ("d6 7f 61 61 61 62 ff", .text("ab")),
            ("d6 5f 41 ff 41 fe ff", .text("//4=")), ("d6 c9 41 ff", .text("/w==")), ("c9 d6 41 ff", .text("/w==")),
            ("d6 82 41 ff 61 61", .array([.text("/w=="), .text("a")])), ("d5 81 d7 41 ff", .array([.text("ff")])),
            ("d6 82 d7 41 ff 41 ff", .array([.text("ff"), .text("/w==")])),
            ("82 d6 41 ff 41 61", .array([.text("/w=="), .text("a")])),
            ("82 d6 80 41 61", .array([.array([]), .text("a")])),
            ("82 d6 9f 41 ff ff 41 61", .array([.array([.text("/w==")]), .text("a")])),
            ("d6 a1 41 61 41 62", .map(["YQ==": .text("Yg==")])), ("d6 a1 61 61 41 62", .map(["a": .text("Yg==")])),
        ] as [(String, ReferenceCBOR)])
    func encodesBytes(_ bytes: String, _ value: ReferenceCBOR) throws {
        #expect(Outcome(reading: hex(bytes)) == .read(value))
        #expect(try ReferenceCBOR(decoding: hex(bytes)) == value)
    }

    @Test(arguments: [
        "c0 74 323031332d30332d32315432303a30343a30305a", "c1 00", "a1 f6 00", "a1 41 ff 00", "bf f6 00 ff",
    ])
    func leavesUnread(_ bytes: String) { #expect(Outcome(reading: hex(bytes)) == .failed(.unreadCBOR)) }

    @Test func limitsDepth() {
        let limit = JSONTree.maximumDepth
        func nested(_ head: [UInt8], _ count: Int) -> Outcome {
            Outcome(reading: Array(repeatElement(head, count: count).joined()) + [0xf6], keepsValue: false)
        }
        #expect(nested([0x81], limit) != .failed(.nestedTooDeep))
        for head in [[0x81], [0xa1, 0x41, 0x61], [0xc9], [0xd9, 0xd9, 0xf7]] as [[UInt8]] {
            #expect(nested(head, limit + 1) == .failed(.nestedTooDeep))
            #expect(nested(head, limit * 30) == .failed(.nestedTooDeep))
        }
    }

    @Test func limitsTheNumberOfNodes() {
        func nulls(_ count: Int) -> Outcome {
            Outcome(reading: [0x9f] + [UInt8](repeating: 0xf6, count: count) + [0xff])
        }
        #expect(nulls(JSONTree.maximumNodeCount) == .failed(.tooManyParts))
        #expect(nulls(1_000) == .read(.array(Array(repeating: .null, count: 1_000))))
    }

    /// Names that are long and alike, in an order that Kubernetes does not write: they are compared after sorting.
    @Test func comparesKeysInLittleTime() {
        let prefix = [UInt8](repeating: UInt8(ascii: "n"), count: 200)
        func map(_ numbers: [Int]) -> [UInt8] {
            var bytes: [UInt8] = [0xbf]
            for number in numbers {
                bytes += [0x58, 203] + prefix
                bytes += [UInt8(number >> 14), UInt8(number >> 7 & 0x7f), UInt8(number & 0x7f), 0xf6]
            }
            return bytes + [0xff]
        }
        let numbers = Array((0..<20_000).reversed())
        let (bytes, repeated) = (map(numbers), map(numbers + [7]))
        let time = ProcessorTime()
        #expect(!Outcome(reading: bytes, keepsValue: false).isRefused)
        #expect(Outcome(reading: repeated, keepsValue: false).isRefused)
        #expect(time.seconds < 5)
    }
}

/// What comes of bytes.
private enum Outcome: Equatable {
    case read(ReferenceCBOR)
    case failed(StoredObjectError)

    init(reading bytes: [UInt8], keepsValue: Bool = true) {
        let span = bytes.span.bytes
        var parser = CBORParser(span)
        do throws(StoredObjectError) {
            let tree = try parser.parse()
            self = .read(keepsValue ? tree.value(of: tree.root, in: span).sorted : .null)
        } catch {
            self = .failed(error)
        }
    }

    /// Whether Kubernetes would refuse the bytes, too.
    var isRefused: Bool {
        if case .failed(.cbor) = self { true } else { false }
    }
}

extension ValueTree {
    /// A node as a value that a test can compare.
    fileprivate func value(of node: Node, in plaintext: RawSpan) -> ReferenceCBOR {
        switch node.value {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let number): .integer(number)
        case .float(let number): .float(number)
        case .array: .array(elements(of: node).map { value(of: $0, in: plaintext) })
        case .object:
            .map(
                members(of: node).map { key, value in
                    ReferenceCBOR.Pair(
                        key.value.withText(in: plaintext) { $0.copiedToArray() }, self.value(of: value, in: plaintext))
                })
        default: .string(node.value.withText(in: plaintext) { $0.copiedToArray() })
        }
    }
}

extension ReferenceCBOR {
    /// The same, with the keys of each map in order.
    var sorted: ReferenceCBOR {
        switch self {
        case .array(let elements): .array(elements.map(\.sorted))
        case .map(let pairs):
            .map(
                pairs.map { Pair($0.key, $0.value.sorted) }.sorted { $0.key.lexicographicallyPrecedes($1.key) })
        default: self
        }
    }
}
