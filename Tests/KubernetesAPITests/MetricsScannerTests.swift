@testable import KubernetesAPI
import SecretMemory
import TestSupport
import Testing

/// The text format of Prometheus, in whatever pieces it comes.
struct MetricsScannerTests {
    private struct Reading: Equatable {
        var samples: [MetricsScanner.Sample]
        var isIncomplete: Bool
    }

    /// - Parameter cuts: Where a new piece begins, ascending.
    private static func read(_ text: [UInt8], cuts: [Int] = [], wanted: [String] = ServerMetrics.wanted) -> Reading {
        var scanner = MetricsScanner(wanted)
        var start = 0
        for cut in cuts + [text.count] {
            scanner.read(text.span.rawBytes.extracting(start..<cut))
            start = cut
        }
        scanner.finish()
        return Reading(samples: scanner.samples, isIncomplete: scanner.isIncomplete)
    }

    private static func read(_ text: String) -> Reading { read(Array(text.utf8), wanted: ["m"]) }

    /// A text with all that can matter for cuts: long lines, wanted or not, empty ones, escapes, an end that is missing.
    private static func text(_ random: inout SeededGenerator) -> [UInt8] {
        let name = ServerMetrics.wanted[1]
        var text = ""
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let length = [0, 1, 50, 8000, 8192, 8200, 20_000].randomElement(using: &random) ?? 0
            let filler = String(repeating: "x", count: length)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: text += "\n"
            case 1: text += "# HELP \(filler)\n"
            case 2: text += "other{a=\"\(filler)\"} 1\n"
            case 3: text += "\(name)a=\"\(filler)\",b=\"c\\\"\\\\\\n\"} 1.5e+09\n"
            case 4: text += "process_start_time_seconds 1.7e9\n"
            case 5: text += "\(name)a=\"\(filler)\n"
            default: text += "\(name)} 5 1796020\n"
            }
        }
        if Bool.random(using: &random) { text += "process_start" }
        return Array(text.utf8)
    }

    @Test(arguments: 0..<60) func readsTheSameInPieces(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = Self.text(&random)
        let whole = Self.read(text)
        for _ in 0..<20 {
            let count = [1, 2, 5, 40].randomElement(using: &random) ?? 1
            let cuts = (0..<count).map { _ in Int.random(in: 0...text.count, using: &random) }.sorted()
            #expect(Self.read(text, cuts: cuts) == whole, "\(cuts)")
        }
    }

    /// At every byte, and byte for byte.
    @Test func readsARecordingInPieces() throws {
        let text = Array(try Recording.one("reload:metrics-bad-later").body)
        let whole = Self.read(text)
        #expect(whole.samples.count == 14 && !whole.isIncomplete)
        #expect(Self.read(text, cuts: Array(1..<text.count)) == whole)
        for cut in 0...text.count { #expect(Self.read(text, cuts: [cut]) == whole, "\(cut)") }
    }

    /// What is cut off is not taken for the end.
    @Test func missesTheEnd() throws {
        let text = Array(try Recording.one("metrics:metrics-start-0").body)
        for length in stride(from: 0, to: text.count, by: 7) {
            let part = Array(text[..<length])
            #expect(Self.read(part).isIncomplete == (length > 0 && part.last != UInt8(ascii: "\n")), "\(length)")
        }
    }

    @Test func readsLabels() {
        let table: [(String, [(String, String)], Double)] = [
            ("m 1", [], 1), ("m{} 2", [], 2), ("m{a=\"\"} 3", [("a", "")], 3),
            ("m{a=\"b\",c=\"d\"} 1.5e+09", [("a", "b"), ("c", "d")], 1.5e9), ("m{a=\"b\",} 1", [("a", "b")], 1),
            ("m{a=\"\\\"\\\\\\n,}=\"} -1", [("a", "\"\\\n,}=")], -1), ("m{a=\" } 7\"} 5", [("a", " } 7")], 5),
            ("m{a=\"ä€\"} 1 1796020585000", [("a", "ä€")], 1), ("m +Inf", [], .infinity),
        ]
        for (line, labels, value) in table {
            let reading = Self.read(line + "\n")
            let wanted = MetricsScanner.Sample(
                metric: "m", labels: labels.map { .init(name: $0.0, value: $0.1) }, value: value)
            #expect(reading.samples == [wanted] && !reading.isIncomplete, "\(line)")
        }
        let nan = Self.read("m NaN\n").samples
        #expect(nan.count == 1 && nan[0].value.isNaN)
    }

    /// What is wanted and cannot be read is told, never guessed.
    @Test func tellsWhatItCannotRead() {
        for line in [
            "m", "m ", "m x", "m{", "m{a", "m{a=", "m{a=\"", "m{a=\"b", "m{a=\"b\\", "m{a=\"b\"", "m{a=\"b\"}",
            "m{a=\"b\"}1", "m{a=b} 1", "m{a} 1", "m{=} 1", "m{a=\"b\" 1", "m{a=\"b\\\"} 1",
        ] {
            let reading = Self.read(line + "\n")
            #expect(reading.samples.isEmpty && reading.isIncomplete, "\(line)")
        }
    }

    /// No more than it may.
    @Test func holdsNoMore() {
        let line = "m{a=\"b\"} 1\n"
        let many = String(repeating: line, count: MetricsScanner.sampleLimit + 5)
        let reading = Self.read(many)
        #expect(reading.samples.count == MetricsScanner.sampleLimit && reading.isIncomplete)
        for length in [MetricsScanner.lineByteCountLimit, MetricsScanner.lineByteCountLimit + 1] {
            let filler = String(repeating: "x", count: length - "m{a=\"\"} 1".utf8.count)
            let long = Self.read("m{a=\"\(filler)\"} 1\n" + line)
            #expect(long.isIncomplete == (length > MetricsScanner.lineByteCountLimit))
        }
        // Of what is not wanted it does not matter how long it is.
        #expect(!Self.read("n" + String(repeating: "x", count: 1_000_000) + "\n" + line).isIncomplete)
    }

    /// Go writes what is no number too. A count is not made of it, and the rest counts.
    @Test(arguments: ["NaN", "+Inf", "-Inf", "-1"])
    func countsWithoutANumber(_ value: String) {
        let line = "apiserver_storage_transformation_operations_total{resource=\"secrets\",status=\"OK\","
        let reading = Self.read(
            Array(
                """
                \(line)transformation_type="from_storage",transformer_prefix="a:"} \(value)
                \(line)transformation_type="from_storage",transformer_prefix="b:"} 2

                """.utf8))
        let metrics = ServerMetrics(reading.samples, isIncomplete: reading.isIncomplete)
        #expect(metrics.isIncomplete)
        #expect(metrics.uses(of: "secrets").map(\.prefix) == ["b:"])
    }

    /// Random bytes change, and nothing traps.
    @Test(arguments: 0..<20) func survivesDamage(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var text = try Recording.one("metrics:metrics-start-0").body
        for _ in 0..<Int.random(in: 1...400, using: &random) {
            text[Int.random(in: 0..<text.count, using: &random)] =
                Bool.random(using: &random)
                ? UInt8.random(in: .min ... .max, using: &random)
                : Array("\"\\{}=, \n".utf8).randomElement(using: &random) ?? 0
        }
        let reading = Self.read(text)
        _ = ServerMetrics(reading.samples, isIncomplete: reading.isIncomplete)
        let cuts = (0..<5).map { _ in Int.random(in: 0...text.count, using: &random) }.sorted()
        let again = Self.read(text, cuts: cuts)
        #expect(again.samples.map(\.labels) == reading.samples.map(\.labels))
        #expect(again.isIncomplete == reading.isIncomplete)
    }
}
