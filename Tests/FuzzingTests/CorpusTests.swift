import Foundation
import TestSupport
import Testing

/// Each target over the inputs that are kept of it: the seeds, those that reached something new, and each that a target
/// once failed on.
struct CorpusTests {
    @Test(arguments: FuzzTarget.allCases)
    func corpus(_ target: FuzzTarget) throws {
        let folder = "fuzzing/\(target.rawValue)"
        let names = try FileManager.default.contentsOfDirectory(atPath: TestData.path(folder)).sorted()
        #expect(!names.isEmpty)
        for name in names { target.run(try TestData.bytes("\(folder)/\(name)")) }
        target.run([])
    }
}
