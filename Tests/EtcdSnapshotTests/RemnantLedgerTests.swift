@testable import EtcdSnapshot
import TestSupport
import Testing

/// Every byte that no bucket holds is booked once, as what it is.
struct RemnantLedgerTests {
    typealias Element = BoltBuilder.Element

    private static let pageSize = 4096
    /// Two pages of metas, the root and the bucket of records.
    private static var builder: BoltBuilder {
        var builder = BoltBuilder()
        builder.leaf(2, [.bucket("key", root: 3)])
        builder.leaf(3, [.record(9, "live", "k8s\0 is in use")])
        return builder
    }

    /// A file whose pages from 4 on are `pages`.
    private func read(_ pages: [UInt8]) throws -> Reading {
        try read(file: Self.builder.file + pages)
    }

    private func read(file: [UInt8]) throws -> Reading {
        let reading = try Reading(file)
        #expect(reading.ledger.inUse + reading.ledger.searched == file.count)
        return reading
    }

    /// The ledger of `pages` alone: what is in use has no ends but zeros.
    private func ledger(_ pages: [UInt8]) throws -> RemnantLedger {
        var ledger = try read(pages).ledger
        let empty = try read([]).ledger
        #expect(empty.searched == empty.zero)
        ledger.subtract(empty)
        return ledger
    }

    private func page(_ number: UInt64, _ elements: [Element], flags: UInt16 = 2) -> [UInt8] {
        var builder = BoltBuilder()
        builder.put(number, BoltBuilder.page(number, flags: flags, elements))
        return builder.pages[number] ?? []
    }

    /// Ciphertext of some length behind the label of a provider.
    private func encrypted(_ length: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        return Array("k8s:enc:aescbc:v1:key1:".utf8) + random.manyBytes(length)
    }

    private func record(_ revision: Int64, _ key: String, _ value: [UInt8]) -> Element {
        var element = Element.record(revision, key, "")
        element.value.removeLast(2)
        element.value += [0x2a] + varint(value.count) + value
        return element
    }

    @Test func booksAWholePage() throws {
        let values: [[UInt8]] = [
            Array("k8s\0 in plaintext".utf8), encrypted(300), Array(#"{"kind":{}}"#.utf8), hex("d9d9f7a0"),
            Array("17".utf8), [], encrypted(10),
        ]
        let elements =
            values.enumerated().map { record(Int64($0 + 2), "gone/\($0)", $1) }
            + [.record(20, "deleted", nil), .marker(21)]
        let page = page(4, elements)
        let reading = try read(page)
        #expect(reading.remnants.map(\.kind) == [.protobuf, .encrypted, .json, .cbor, .other, .encrypted])
        #expect(reading.remnants.map(\.length) == [17, 323, 11, 4, 2, 33])
        #expect(reading.remnants.allSatisfy { $0.isWhole })
        #expect(reading.remnants.map(\.revision) == [2, 3, 4, 5, 6, 8])
        let ledger = try ledger(page)
        #expect(ledger.pages == 1 && ledger.unexplained == 0)
        #expect(ledger.encrypted == 356 && ledger.plaintext == 32 && ledger.otherValues == 2)
        #expect(ledger.values.plaintext == 3 && ledger.values.encrypted == 2 && ledger.values.other == 1)
        let used = BoltBuilder.page(4, flags: 2, elements).count
        #expect(ledger.zero == page.count - used && ledger.structure == used - 356 - 32 - 2)
        // The key of each is where it says.
        let key = try #require(reading.remnants.last?.key)
        #expect(Array((Self.builder.file + page)[key]) == Array("gone/6".utf8))
    }

    @Test func explainsEmptyPages() throws {
        let ledger = try ledger(Array(repeating: 0, count: 8 * Self.pageSize))
        #expect(ledger.zero == 8 * Self.pageSize && ledger.unexplained == 0 && ledger.pages == 8)
    }

    /// The first page of a large value was used again; nothing in the rest says what it was.
    @Test func doesNotExplainTheMiddleOfAValue() throws {
        let text = Array(String(repeating: "TOPSECRETMARKER ", count: 2000).utf8.prefix(7 * Self.pageSize))
        let ledger = try ledger(text)
        #expect(ledger.likelyPlaintext == text.count && ledger.unexplained == text.count)
        #expect(ledger.values == RemnantValueCounts())
    }

    @Test func tellsTheMiddlesOfValuesApart() throws {
        var random = SeededGenerator(seed: 2)
        let cipher = try ledger(random.manyBytes(3 * Self.pageSize))
        #expect(cipher.likelyCiphertext == 3 * Self.pageSize && cipher.unexplained == 3 * Self.pageSize)
        let json = Array(
            String(
                repeating: #""managedFields":[{"manager":"x","fieldsV1":{"f:metadata":{}}}],"spec":{"a":1},"#,
                count: 200
            )
            .utf8.prefix(2 * Self.pageSize))
        let fragments = try ledger(json)
        #expect(fragments.fragments == json.count && fragments.likelyPlaintext == 0)
    }

    /// A page with an old leaf of three pages, whose second page was written again, by another leaf.
    @Test func readsAPageUpToTheOneThatWasWrittenOverIt() throws {
        let old = page(4, [record(2, "small", Array("k8s\0 one".utf8)), record(3, "large", encrypted(9000))])
        #expect(old.count == 3 * Self.pageSize)
        let new = page(5, [record(5, "later", Array("k8s\0 two".utf8))])
        let whole = try read(old)
        #expect(whole.remnants.map(\.isWhole) == [true, true] && whole.ledger.unexplained == 0)
        var pages = old
        pages.replaceSubrange(Self.pageSize..<2 * Self.pageSize, with: new)
        let reading = try read(pages)
        #expect(reading.remnants.map(\.kind) == [.protobuf, .encrypted, .protobuf])
        #expect(reading.remnants.map(\.isWhole) == [true, false, true] && reading.ledger.values.cut == 1)
        #expect(reading.remnants.map(\.length) == [8, 9023, 8])
        // What is left of the large value in its first page is explained, what is behind the new page is not.
        let ledger = try ledger(pages)
        #expect(ledger.encrypted == reading.remnants[1].range.count)
        #expect(ledger.likelyCiphertext > 700 && ledger.likelyPlaintext == 0)
        #expect(ledger.unexplained == ledger.likelyCiphertext)
    }

    /// What is neither an object nor encrypted is a value of its own only if it is whole.
    @Test func doesNotExplainWhatIsCutAndUnknown() throws {
        let old = page(4, [record(2, "large", Array(String(repeating: "7 ", count: 3000).utf8))])
        #expect(try ledger(old).otherValues == 6000 && ledger(old).values.other == 1)
        let cut = try ledger(old.prefix(Self.pageSize) + page(5, []))
        #expect(cut.otherValues == 0 && cut.likelyPlaintext > 3900 && cut.values == RemnantValueCounts())
    }

    /// The first page of an old leaf was used again: its other pages hold the end of one value, and whole records.
    @Test func findsRecordsWithoutTheirPage() throws {
        let elements = [
            record(2, "large", encrypted(6000)), record(3, "a", Array("k8s\0 three".utf8)),
            record(4, "b", encrypted(200, seed: 3)), .record(5, "a", nil), record(6, "c", Array(#"{"a":1}"#.utf8)),
            record(7, "cut", Array(("k8s\0" + String(repeating: "x", count: 3000)).utf8)),
        ]
        var pages = page(4, elements)
        #expect(pages.count == 3 * Self.pageSize)
        pages.replaceSubrange(0..<Self.pageSize, with: page(4, []))
        // The last page is in use again.
        let reading = try read(Array(pages.prefix(2 * Self.pageSize)) + page(6, [record(9, "z", [])]))
        #expect(reading.remnants.map(\.kind) == [.protobuf, .encrypted, .json, .protobuf])
        #expect(reading.remnants.map(\.revision) == [3, 4, 6, 7])
        #expect(reading.remnants.map(\.isWhole) == [true, true, true, false])
        #expect(reading.ledger.likelyPlaintext == 0 && reading.ledger.fragments == 0)
        // Of the large value, what is in the second page.
        let structure = BoltBuilder.page(4, flags: 2, elements).count - 6023
        #expect(
            reading.ledger.likelyCiphertext > 6023 - Self.pageSize && reading.ledger.likelyCiphertext < structure + 6023
        )
    }

    /// A value whose record is not whole is explained only if its length stands before it and all of it is there.
    @Test func explainsALoneValueByItsLengthAlone() throws {
        let value = encrypted(700)
        func free(_ bytes: [UInt8]) -> [UInt8] { bytes + Array(repeating: 0, count: Self.pageSize - bytes.count) }
        let whole = try ledger(free([0x2a] + varint(value.count) + value))
        #expect(whole.encrypted == value.count && whole.values.encrypted == 1)
        // The number before it is part of a head that is not there.
        #expect(whole.unexplained == 3)
        let without = try ledger(free(value))
        #expect(without.encrypted == 0 && without.values.encrypted == 0 && without.unexplained == value.count)
        let long = try ledger(Array(free([0x2a] + varint(5000) + value).prefix(Self.pageSize)))
        #expect(long.encrypted == 0 && long.unexplained == value.count + 3)
        let json = try ledger(free(Array("text *".utf8) + [9] + Array(#"{"a":"b"}"#.utf8)))
        #expect(json.plaintext == 9 && json.values.plaintext == 1 && json.unexplained == 7)
        let cbor = try ledger(free([0x2a, 7] + hex("d9d9f7 a1 61 61 01")))
        #expect(cbor.plaintext == 7 && cbor.values.plaintext == 1)
        // A brace behind such a number is no object, and the mark of CBOR in ciphertext none either.
        var random = SeededGenerator(seed: 5)
        for beginning in [Array(#"{""#.utf8), hex("d9d9f7a1")] {
            let chance = try ledger(
                free([0x2a] + varint(1000) + beginning + random.bytes(999 - beginning.count) + [0x7d]))
            #expect(chance.plaintext == 0 && chance.unexplained == 1003)
        }
        let brace = try ledger(free(Array("text *".utf8) + [9] + Array("{ no end here".utf8)))
        #expect(brace.plaintext == 0 && brace.unexplained == 20)
    }

    /// Without its page, a record is one only if the number in its value is that of its key.
    @Test func checksTheNumbersOfALoneRecord() throws {
        let value = encrypted(300)
        func free(_ key: [UInt8], _ value: [UInt8]) -> [UInt8] {
            let bytes = Array(repeating: 0x20, count: 100) + key + value
            return bytes + Array(repeating: 0, count: Self.pageSize - bytes.count)
        }
        let record = record(70, "a", value)
        let right = try ledger(free(Element.revision(70), record.value))
        #expect(right.encrypted == value.count && right.unexplained == 100)
        for key in [
            Element.revision(71), Element.revision(70, sub: 1 << 40), Element.revision(0), Element.revision(1 << 50),
        ] {
            let wrong = try ledger(free(key, record.value))
            // The value is still found, by its length.
            #expect(wrong.encrypted == value.count && wrong.unexplained > 100)
        }
    }

    /// Zeros at the beginning and the end of a record belong to it.
    @Test func keepsTheZerosOfALoneRecord() throws {
        let value = encrypted(300) + [0, 0]
        let bytes = Element.revision(70) + record(70, "a", value).value
        let ledger = try ledger(bytes + Array(repeating: 0, count: Self.pageSize - bytes.count))
        #expect(ledger.encrypted == value.count && ledger.values.cut == 0 && ledger.unexplained == 0)
    }

    /// Text behind the label of a provider is no ciphertext.
    @Test func doesNotTakeALabelsWordForIt() throws {
        let text = Array(("k8s:enc:aescbc:v1:key1:" + String(repeating: "password=hunter2 ", count: 40)).utf8)
        let ledger = try ledger(page(4, [record(2, "a", text)]))
        #expect(ledger.encrypted == 0 && ledger.likelyPlaintext == text.count && ledger.values.encrypted == 1)
    }

    @Test func explainsWhatEtcdItselfWrites() throws {
        let leases = Element.bucket(
            "lease", inline: [Element(key: big(UInt64(77)), value: hex("084d 10901c"))])
        let members = Element.bucket(
            "members", inline: [Element(key: Array("8e9e05c52164694d".utf8), value: Array(#"{"id":1}"#.utf8))])
        // As long as the key of a tombstone.
        let meta = Element.bucket(
            "meta", inline: [Element(key: Array("finishedCompactRev".utf8), value: Element.revision(7))])
        let root = page(
            4, [.bucket("key", inline: [record(2, "a", Array("k8s\0 inline".utf8))]), leases, members, meta])
        let branch = page(5, [.child(2, 9), .child(40, 10)], flags: 1)
        var list = little(UInt64(6)) + little(UInt16(0x10)) + little(UInt16(3)) + little(UInt32(0))
        for number in [4, 5, 9] as [UInt64] { list += little(number) }
        list += Array(repeating: 0, count: Self.pageSize - list.count)
        let reading = try read(root + branch + list)
        #expect(reading.remnants.map(\.kind) == [.protobuf] && reading.ledger.unexplained == 0)
        // A list whose numbers do not ascend is none.
        list[16] = 200
        let ledger = try ledger(list.replacingNumber(with: 4))
        #expect(ledger.structure == 24 && ledger.unexplained == 9)
    }

    /// Buckets within one another, ever deeper: the depth of the stack is not decided by them.
    @Test func isNotDrawnIntoTheDeep() throws {
        let (depth, size) = (50_000, 16 + 16 + 16 + 1)
        let last = (4096 - (16 + 17 + depth * size) % 4096) % 4096
        var bytes = little(UInt64(4)) + little(UInt16(2)) + little(UInt16(1))
        let length = 16 + 17 + depth * size + last
        bytes += little(UInt32(length / Self.pageSize - 1))
        for level in 0...depth {
            // The element of this level: its key, and the rest of all as its value.
            let rest = length - bytes.count - 17
            bytes += little(UInt32(1)) + little(UInt32(16)) + little(UInt32(1)) + little(UInt32(rest)) + [0x61]
            guard level < depth else { break }
            bytes += little(UInt64(0)) + little(UInt64(0))
            bytes += little(UInt64(0)) + little(UInt16(2)) + little(UInt16(1)) + little(UInt32(0))
        }
        bytes += Array(repeating: 0, count: length - bytes.count)
        #expect(try ledger(bytes).unexplained > length / 2)
    }

    /// The ends of pages in use, and of the metas, hold nothing; if they do, it is found.
    @Test(arguments: [200, 4096 + 100, 2 * 4096 + 1000, 3 * 4096 + 4000])
    func searchesTheEndsOfPagesInUse(_ offset: Int) throws {
        var file = Self.builder.file
        let text = Array("left over".utf8)
        file.replaceSubrange(offset..<offset + text.count, with: text)
        let ledger = try read(file: file).ledger
        #expect(ledger.unexplained == text.count && ledger.likelyPlaintext == text.count)
    }

    /// Beyond the last page in use, etcd writes nothing that it needs; the search goes on there to the end of the file.
    @Test func searchesBehindTheLastPage() throws {
        var builder = BoltBuilder()
        builder.leaf(2, [.bucket("key", inline: [])])
        let record = page(3, [record(2, "a", Array("k8s\0!".utf8))])
        let reading = try read(file: builder.file + record)
        #expect(reading.unreachable.map(\.pages) == [3..<4] && reading.remnants.map(\.length) == [5])
        // Half a page, too.
        let half = try read(file: builder.file + Array("abcd".utf8) + Array(repeating: 0, count: 508))
        #expect(half.ledger.unexplained == 4)
    }

    /// Whatever the free pages hold, the sum is right.
    @Test(arguments: 0..<24 as Range<UInt64>)
    func addsUp(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            var pages: [UInt8] = []
            while pages.count < 8 * Self.pageSize {
                let number = UInt64(4 + pages.count / Self.pageSize)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: pages += random.manyBytes(Self.pageSize)
                case 1: pages += Array(repeating: 0, count: Self.pageSize)
                case 2:
                    pages += page(
                        number,
                        (0..<Int64.random(in: 0..<20, using: &random)).map {
                            record($0 + 2, "k\($0)", encrypted(Int($0) * 40))
                        })
                case 3: pages += page(number, [.record(2, "text", String(repeating: "text ", count: 900))])
                default: pages += page(number, [.child(2, 3)], flags: 1)
                }
            }
            for _ in 0..<Int.random(in: 0..<8, using: &random) {
                let offset = Int.random(in: 0..<pages.count - 16, using: &random)
                pages.replaceSubrange(offset..<offset + 4, with: random.bytes(4))
            }
            if Bool.random(using: &random) {
                // Some pages in the places of others.
                let offset = Self.pageSize * Int.random(in: 0..<4, using: &random)
                let bytes = Array(pages[offset..<offset + 3 * Self.pageSize])
                pages.replaceSubrange(2 * Self.pageSize..<5 * Self.pageSize, with: bytes)
            }
            let reading = try read(Array(pages.prefix(8 * Self.pageSize)))
            #expect(reading.remnants.allSatisfy { $0.range.lowerBound >= 4 * Self.pageSize })
            // No two values share a byte.
            #expect(
                zip(reading.remnants, reading.remnants.dropFirst()).allSatisfy {
                    $0.range.upperBound <= $1.range.lowerBound
                })
        }
    }
}

extension RemnantLedger {
    fileprivate mutating func subtract(_ other: Self) {
        zero -= other.zero
        inUse -= other.inUse
    }
}

extension [UInt8] {
    /// The same page under another number.
    fileprivate func replacingNumber(with number: UInt64) -> Self { little(number) + dropFirst(8) }
}
