import TestSupport

/// How much more work an input four times as large makes.
enum Growth {
    /// Work in proportion to the input has a growth of about 4, with its square of about 16.
    static let limit = 8.0
    private static let runCount = 3

    /// The ratio of the processor time for four times as much to that for `count`, each the least of several runs: other
    /// work on the machine can only add to a run.
    ///
    /// - Parameters:
    ///   - make: Makes the input; its time does not count.
    ///   - work: What is measured. It must not await.
    static func ofWork<Input>(
        _ count: Int, _ make: (Int) throws -> Input, work: (Input) throws -> Void
    ) throws -> Double {
        let inputs = [try make(count), try make(4 * count)]
        var least = [Double.infinity, Double.infinity]
        for run in 0..<runCount {
            for (index, input) in inputs.enumerated() {
                let time = ProcessorTime()
                try work(input)
                least[index] = min(least[index], time.seconds)
            }
            // One good pair of runs is enough.
            if run > 0, least[1] / least[0] < 6 { break }
        }
        return least[1] / least[0]
    }
}
