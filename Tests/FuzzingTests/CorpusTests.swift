import Foundation
import TestSupport
import Testing

/// Each target over the inputs that are kept of it: the seeds, those that reached something new, and each that a target
/// once failed on; and over random variations of them.
struct CorpusTests {
    @Test(arguments: FuzzTarget.allCases)
    func corpus(_ target: FuzzTarget) throws {
        let corpus = try target.corpus()
        #expect(!corpus.isEmpty)
        for input in corpus { target.run(input) }
        target.run([])
    }

    /// A target that fails ends the run. `.ci/soak 1 TARGET` with the printed seed in `ENCCONF_SEED` then shows the input.
    @Test(arguments: FuzzTarget.allCases)
    func variations(_ target: FuzzTarget) throws {
        let variations = try Variations(of: target)
        for number in 0..<UInt64(Sample.isWhole ? 100_000 : 1500) {
            target.run(variations.input(Variations.first(of: Sample.seed) + number))
        }
    }
}
