internal import SecretMemory

/// Reads the text format of Prometheus as it comes, and keeps the series of wanted metrics.
///
/// A server sends nearly two megabytes, of which some twenty lines matter. No more is held than those and one line.
struct MetricsScanner: ~Copyable {
    /// One series: the labels in their order, and the value.
    struct Sample: Equatable {
        let metric: String
        let labels: [Label]
        let value: Double

        struct Label: Equatable {
            let name: String
            let value: String
        }

        subscript(name: String) -> String? { labels.first { $0.name == name }?.value }
    }

    private let wanted: [[UInt8]]
    private var line = SecretBuffer()
    /// Whether the present line is longer than any that matters.
    private var isTooLong = false
    private(set) var samples: [Sample] = []
    /// Whether something that was wanted could not be kept or read.
    private(set) var isIncomplete = false

    static let lineByteCountLimit = 8192
    static let sampleLimit = 20_000

    /// - Parameter wanted: What the names of wanted metrics begin with.
    init(_ wanted: [String]) { self.wanted = wanted.map { Array($0.utf8) } }

    mutating func read(_ bytes: RawSpan) {
        var start = 0
        while let end = bytes.firstOffset(of: UInt8(ascii: "\n"), from: start) {
            take(bytes.extracting(start..<end), isWhole: true)
            start = end + 1
        }
        take(bytes.extracting(droppingFirst: start), isWhole: false)
    }

    /// Ends the text.
    mutating func finish() {
        // A line without an end was cut off.
        if line.count > 0 || isTooLong { isIncomplete = true }
    }

    private mutating func take(_ part: RawSpan, isWhole: Bool) {
        if line.count == 0, !isTooLong, isWhole {
            read(line: part)
            return
        }
        // Of a line that is too long the beginning is kept: it says whether the line is wanted.
        let room = Self.lineByteCountLimit - line.count
        isTooLong = isTooLong || part.byteCount > room
        line.append(part.extracting(first: min(room, part.byteCount)))
        guard isWhole else { return }
        var whole = SecretBuffer()
        swap(&whole, &line)
        if isTooLong {
            if isWanted(whole.bytes) { isIncomplete = true }
        } else {
            read(line: whole.bytes)
        }
        isTooLong = false
    }

    private func isWanted(_ line: RawSpan) -> Bool {
        wanted.contains { line.starts(with: $0.span.rawBytes) }
    }

    private mutating func read(line: RawSpan) {
        guard isWanted(line) else { return }
        guard samples.count < Self.sampleLimit, line.byteCount <= Self.lineByteCountLimit,
            let sample = Self.sample(Array(line.copiedToArray()))
        else {
            isIncomplete = true
            return
        }
        samples.append(sample)
    }

    /// `name{a="b",c="d"} 1.5e+09`, with `\\`, `\"` and `\n` in values.
    private static func sample(_ line: [UInt8]) -> Sample? {
        var position = 0
        func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
        while position < line.count, line[position] != UInt8(ascii: "{"), line[position] != UInt8(ascii: " ") {
            position += 1
        }
        let metric = text(line[..<position])
        var labels: [Sample.Label] = []
        if position < line.count, line[position] == UInt8(ascii: "{") {
            position += 1
            while position < line.count, line[position] != UInt8(ascii: "}") {
                guard let equals = line[position...].firstIndex(of: UInt8(ascii: "=")), equals + 1 < line.count,
                    line[equals + 1] == UInt8(ascii: "\"")
                else { return nil }
                let name = text(line[position..<equals])
                position = equals + 2
                var value: [UInt8] = []
                while position < line.count, line[position] != UInt8(ascii: "\"") {
                    if line[position] == UInt8(ascii: "\\") {
                        position += 1
                        guard position < line.count else { return nil }
                        value.append(line[position] == UInt8(ascii: "n") ? UInt8(ascii: "\n") : line[position])
                    } else {
                        value.append(line[position])
                    }
                    position += 1
                }
                position += 1
                labels.append(Sample.Label(name: name, value: text(value)))
                if position < line.count, line[position] == UInt8(ascii: ",") { position += 1 }
            }
            position += 1
        }
        guard position < line.count, line[position] == UInt8(ascii: " ") else { return nil }
        // A time may follow the value.
        let value = text(line[(position + 1)...].prefix { $0 != UInt8(ascii: " ") })
        return Double(value).map { Sample(metric: metric, labels: labels, value: $0) }
    }
}
