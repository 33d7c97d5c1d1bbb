import Foundation
import TestSupport

extension FuzzTarget {
    /// The inputs that are kept of a target: files, and a packed file of those that reach something new (`.ci/fuzz --keep`).
    func corpus() throws -> [[UInt8]] {
        let folder = "fuzzing/\(rawValue)"
        let files = try FileManager.default.contentsOfDirectory(atPath: TestData.path(folder)).sorted()
            .map { try TestData.bytes("\(folder)/\($0)") }
        guard FileManager.default.fileExists(atPath: TestData.path("\(folder).jsonl.gz")) else { return files }
        return files + (try GzipLines.decode("\(folder).jsonl.gz", as: Data.self)).map { [UInt8]($0) }
    }
}
