import Testing
import TestSupport

@testable import YAMLTree

@Suite struct LimitTests {
    @Test func sizeIsBounded() {
        let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: YAMLLimits.byteCount + 1)
        #expect(throws: YAMLError(.tooLarge(byteCount: bytes.count), at: nil)) { try YAMLDocument(bytes: bytes) }
    }

    @Test(arguments: [("[", "]"), ("? - ", ""), ("? ", ""), ("- ", ""), ("{\"a\":", "}")])
    func depthIsBounded(opening: String, closing: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)
        }
        for depth in [10, 10_000] {
            let isAccepted = reason { try YAMLDocument(nested(depth)).value() } != .tooDeep
            #expect(isAccepted == (depth < YAMLLimits.depth))
        }
    }

    @Test func theDeepestTreeIsRead() throws {
        let depth = YAMLLimits.depth
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(try YAMLDocument(text).value().json == text)
        #expect(reason { try YAMLDocument("[" + text + "]") } == .tooDeep)
        let object = String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)
        #expect(try YAMLDocument(object).value().json == object)
    }

    /// 100,000 of them took libyaml 20 seconds.
    @Test(arguments: ["", "# a comment\n", "\n \n", "\r\n", " \u{feff}\n"])
    func directivesAreBounded(between: String) throws {
        func document(_ count: Int) -> String {
            (0..<count).map { "%TAG !a\($0)! x\n" + between }.joined() + "---\na: b\n"
        }
        #expect(reason { try YAMLDocument(document(YAMLLimits.directiveCount)) } != .tooManyDirectives)
        for count in [YAMLLimits.directiveCount + 1, 100_000] {
            let text = document(count)
            let utf16 = ("\u{feff}" + text).utf16.flatMap { unit -> [UInt8] in [UInt8(unit & 0xff), UInt8(unit >> 8)] }
            #expect(reason { try YAMLDocument(text) } == .tooManyDirectives)
            #expect(reason { try YAMLDocument(bytes: utf16) } == .tooManyDirectives)
        }
        let content = "a: |\n" + String(repeating: " %TAG !a! x\n", count: 200)
        #expect(throws: Never.self) { try YAMLDocument(content) }
    }

    @Test func nodesAreBounded() {
        let text = "[" + String(repeating: "a,", count: YAMLLimits.nodeCount + 1) + "]"
        #expect(reason { try YAMLDocument(text) } == .tooManyNodes)
    }

    /// Each level stands for ten of the level before it.
    @Test(arguments: [
        "[&NEXT [*LAST,*LAST,*LAST,*LAST,*LAST,*LAST,*LAST,*LAST,*LAST,*LAST]]",
        "{a: &NEXT {a: *LAST, b: *LAST, c: *LAST, d: *LAST, e: *LAST, f: *LAST, g: *LAST, h: *LAST, i: *LAST}}",
        "{a: &NEXT {<<: [*LAST, *LAST, *LAST, *LAST, *LAST, *LAST, *LAST, *LAST, *LAST, *LAST]}}",
    ])
    func bombsFailFast(level: String) throws {
        var text = "- &l0 {x: lol}\n"
        for number in 1...20 {
            text += "- " + level.replacing("NEXT", with: "l\(number)").replacing("LAST", with: "l\(number - 1)") + "\n"
        }
        let document = try YAMLDocument(text)
        #expect(reason { try document.value() } == .excessiveAliasing)
    }

    @Test func aliasesAddUpToADepth() throws {
        let (opening, closing) = (String(repeating: "[", count: 60), String(repeating: "]", count: 60))
        var text = "- &l0 x\n"
        for number in 1...4 { text += "- &l\(number) \(opening)*l\(number - 1)\(closing)\n" }
        let document = try YAMLDocument(text)
        #expect(reason { try document.value() } == .tooDeep)
    }

    private func reason(_ body: () throws -> some Any) -> YAMLError.Reason? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? YAMLError)?.reason
        }
    }
}
