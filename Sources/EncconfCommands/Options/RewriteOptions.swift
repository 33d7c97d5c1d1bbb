internal import ArgumentParser
internal import ClusterRollout

/// How fast stored values are written anew.
struct RewriteOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("So many objects a second at most; 0 for no limit.", valueName: "number"))
    var maxRate = 50
    @Option(name: .long, help: ArgumentHelp("So many requests at once.", valueName: "number"))
    var parallel = 4

    func validate() throws {
        guard maxRate >= 0 else { throw ValidationError("--max-rate is a number from 0 on") }
        guard (1...64).contains(parallel) else { throw ValidationError("--parallel is a number from 1 to 64") }
    }
}
