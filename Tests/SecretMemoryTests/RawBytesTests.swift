import SecretMemory
import TestSupport
import Testing

/// The helpers for raw bytes, against what arrays have.
struct RawBytesTests {
    /// Two arrays that often have something in common.
    private static func pair(_ random: inout SeededGenerator) -> ([UInt8], [UInt8]) {
        let left = (0..<Int.random(in: 0...6, using: &random)).map { _ in UInt8.random(in: 0...2, using: &random) }
        guard Bool.random(using: &random) else {
            return (
                left, (0..<Int.random(in: 0...4, using: &random)).map { _ in UInt8.random(in: 0...2, using: &random) }
            )
        }
        return (left, Array(left.prefix(Int.random(in: 0...6, using: &random))))
    }

    @Test(arguments: 0..<32 as Range<UInt64>) func agreesWithArrays(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let (left, right) = Self.pair(&random)
            let span = left.span.rawBytes
            #expect(span.byteCount == left.count)
            #expect(span.copiedToArray() == left)
            #expect(span.byteOffsets.map { span[$0] } == left)
            #expect(span.elementsEqual(right.span.rawBytes) == (left == right))
            #expect(span.starts(with: right.span.rawBytes) == left.starts(with: right))
            for byte: UInt8 in 0...3 {
                #expect(span.firstOffset(of: byte) == left.firstIndex(of: byte))
                for start in 0...left.count {
                    #expect(span.firstOffset(of: byte, from: start) == left[start...].firstIndex(of: byte))
                }
            }
        }
    }

    @Test(arguments: 0..<32 as Range<UInt64>) func secretsAreEqualIfTheirBytesAre(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let (left, right) = Self.pair(&random)
            let first = SecretKey(left)
            let second = SecretKey(right)
            #expect(first.isEqual(to: second) == (left == right))
            #expect(second.isEqual(to: first) == (left == right))
        }
    }

    /// Too little room ends the program before anything is copied, in optimised code too.
    @Test(arguments: [0, 1, 8, 4096]) func nothingIsAppendedWithoutRoom(room: Int) async {
        var exactly = SecretBuffer()
        exactly.append(upTo: room) { output in
            output.append(contentsOf: [UInt8](repeating: 1, count: room).span.rawBytes)
        }
        let count = exactly.count
        #expect(count == room)
        await #expect(processExitsWith: .failure) { [room] in
            var buffer = SecretBuffer()
            buffer.append(upTo: room) { output in
                output.append(contentsOf: [UInt8](repeating: 1, count: room + 1).span.rawBytes)
            }
        }
    }

    /// Every byte counts, and every bit of it.
    @Test func oneBitMakesADifference() {
        let bytes = [UInt8](0..<32)
        let key = SecretKey(bytes)
        for bit in 0..<256 {
            var other = bytes
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(!key.isEqual(to: SecretKey(other)))
        }
        #expect(key.isEqual(to: SecretKey(bytes)))
        #expect(SecretKey(SecretBytes()).isEqual(to: SecretKey([UInt8]())))
    }

    /// Whatever is appended, in whichever way, stands there in order.
    @Test(arguments: 0..<64 as Range<UInt64>) func buffersHoldWhatWasAppended(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var buffer = SecretBuffer(capacity: Int.random(in: 0...100, using: &random))
        var expected: [UInt8] = []
        for _ in 0..<40 {
            let bytes = random.bytes(Int.random(in: 0...50, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                buffer.append(bytes.span.rawBytes)
                expected += bytes
            case 1:
                buffer.append(UInt8(bytes.count))
                expected.append(UInt8(bytes.count))
            case 2:
                buffer.append("zwölf")
                expected += Array("zwölf".utf8)
            case 3:
                buffer.append(upTo: bytes.count + 2) { output in
                    output.append(contentsOf: bytes.span.rawBytes)
                    output.append(7)
                    output.append(8)
                }
                expected += bytes + [7, 8]
            default:
                let length = expected.count - min(bytes.count, expected.count)
                buffer.truncate(to: length)
                expected.removeLast(expected.count - length)
            }
            #expect(buffer.count == expected.count)
            #expect(buffer.bytes.copiedToArray() == expected)
        }
        #expect(buffer.finish().bytes.copiedToArray() == expected)
    }

    @Test func secretsCanBeShortened() {
        var secret = SecretBytes([1, 2, 3, 4])
        secret.removeLast(0)
        #expect(secret.bytes.copiedToArray() == [1, 2, 3, 4])
        secret.removeLast(3)
        #expect(secret.bytes.copiedToArray() == [1])
        secret.removeLast(1)
        #expect(secret.bytes.copiedToArray() == [])
    }

    @Test(arguments: [
        ("abcabd", "abd", true), ("abcabd", "abcabd", true), ("abcabd", "abcabda", false), ("abcabd", "ba", false),
        ("a\0b", "\0b", true), ("abc", "", true), ("", "", true), ("", "a", false),
    ])
    func searches(text: String, part: String, isFound: Bool) {
        #expect(Array(text.utf8).span.rawBytes.contains(Array(part.utf8).span.rawBytes) == isFound)
    }

    /// As Swift's own `Character.hexDigitValue` has it.
    @Test(arguments: UInt8.min ... .max)
    func readsHexadecimalDigits(byte: UInt8) {
        let expected = byte < 0x80 ? Character(Unicode.Scalar(byte)).hexDigitValue : nil
        #expect(byte.hexadecimalValue.map(Int.init) == expected)
    }

    @Test func reachingOutsideTraps() async {
        await #expect(processExitsWith: .failure) {
            let bytes: [UInt8] = [0, 1, 2]
            _ = bytes.span.rawBytes[3]
        }
        await #expect(processExitsWith: .failure) {
            let bytes: [UInt8] = [0, 1, 2]
            _ = SecretBytes.filling(capacity: 2) { $0.append(contentsOf: bytes.span.rawBytes) }
        }
        await #expect(processExitsWith: .failure) {
            var buffer = SecretBuffer(capacity: 10)
            buffer.truncate(to: 1)
        }
    }
}
