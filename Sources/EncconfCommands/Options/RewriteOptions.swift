internal import ArgumentParser
internal import ClusterRollout

/// How fast stored values are re-encrypted. The command gives the group the title of its own options.
struct RewriteOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Objects per second; 0: unlimited.", valueName: "n"))
    var maxRate = 50
    @Option(name: .long, help: ArgumentHelp("Requests at the same time.", valueName: "n"))
    var parallel = 4

    func validate() throws {
        guard maxRate >= 0 else { throw ValidationError("--max-rate accepts 0 or more") }
        guard (1...64).contains(parallel) else { throw ValidationError("--parallel accepts 1 to 64") }
    }
}
