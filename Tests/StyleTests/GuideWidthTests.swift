import Foundation
import TestSupport
import Testing

/// The lines that a person reads first and follows fit 100 columns: verdicts, what was not checked, and guides.
/// Commands may be longer, because they are to be copied, and so may verdicts with findings, which name every kind.
struct GuideWidthTests {
    private static let width = 100

    @Test func transcripts() throws {
        var lineCount = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: TestData.path("cli"))
        where name.hasSuffix(".txt") {
            let dialogue = String(decoding: try TestData.bytes("cli/\(name)"), as: UTF8.self)
                .components(separatedBy: "\n-- ")[0]
            for line in Self.guideLines(of: dialogue) {
                lineCount += 1
                #expect(line.text.count <= Self.width, "testdata/cli/\(name):\(line.number): \(line.text)")
            }
        }
        #expect(lineCount > 100)
    }

    @Test func findsGuides() {
        let dialogue = """
            $ encconf audit
              a.db: UNKNOWN. Not all was checked.
                snapshot  revision 1
              Not checked: nothing.
              Next: save a snapshot
                1. Copy it.
                   encconf rotate
            # A comment ends a guide.
              x
            """
        #expect(Self.guideLines(of: dialogue).map(\.number) == [2, 4, 5, 6])
    }

    private static func guideLines(of dialogue: String) -> [(number: Int, text: Substring)] {
        var (lines, isInGuide) = ([(number: Int, text: Substring)](), false)
        for (index, line) in dialogue.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard line.hasPrefix("  ") else {
                isInGuide = false
                continue
            }
            let text = line.dropFirst(2)
            if text.hasPrefix("Next:") { isInGuide = true }
            let isVerdict = text.firstMatch(of: /^\S+: (UNKNOWN|clean|REJECTED|NOT SAFE|DEPENDS)\b/) != nil
            guard isInGuide || isVerdict || text.hasPrefix("Not checked:"), !isCommand(text) else { continue }
            lines.append((index + 1, text))
        }
        return lines
    }

    private static func isCommand(_ text: Substring) -> Bool {
        text.firstMatch(of: /^ +(Next: )?(encconf|kubectl|etcdctl)\b/) != nil
    }
}
