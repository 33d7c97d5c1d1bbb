import Foundation
import TestSupport
import Testing

/// Each target over the inputs that are kept of it: the seeds, those that reached something new, and each that a target
/// once failed on; and over random variations of them.
struct CorpusTests {
    @Test(arguments: FuzzTarget.allCases)
    func corpus(_ target: FuzzTarget) throws {
        let folder = "fuzzing/\(target.rawValue)"
        let names = try FileManager.default.contentsOfDirectory(atPath: TestData.path(folder)).sorted()
        #expect(!names.isEmpty)
        for name in names { target.run(try TestData.bytes("\(folder)/\(name)")) }
        target.run([])
    }

    /// A target that fails ends the run. `.ci/soak 1 TARGET` with the printed seed in `ENCCONF_SEED` then shows the input.
    @Test(arguments: FuzzTarget.allCases)
    func variations(_ target: FuzzTarget) throws {
        let variations = try Variations(of: target)
        for number in 0..<UInt64(Sample.isWhole ? 100_000 : 1000) {
            target.run(variations.input(Variations.first(of: Sample.seed) + number))
        }
    }
}
