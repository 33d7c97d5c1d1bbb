internal import SecretMemory

/// The lines of a file that look like an unrendered template: `{{ … }}`, `${…}`, `<% … %>`.
struct TemplateMarks {
    /// Lines, from 1. Only the first ones of a file.
    private var lines: Set<Int> = []
    private static let lineLimit = 10_000

    init(in bytes: RawSpan) {
        var line = 1
        var previous: UInt8 = 0
        for offset in bytes.byteOffsets {
            let byte = bytes[offset]
            switch (previous, byte) {
            case (_, UInt8(ascii: "\n")): line += 1
            case (UInt8(ascii: "{"), UInt8(ascii: "{")), (UInt8(ascii: "$"), UInt8(ascii: "{")),
                (UInt8(ascii: "<"), UInt8(ascii: "%")):
                lines.insert(line)
                if lines.count >= Self.lineLimit { return }
            default: break
            }
            previous = byte
        }
    }

    /// Whether a finding on this line comes from a template.
    func explain(_ line: Int) -> Bool { lines.contains(line) }

    static let hint = "render the template first"
}
