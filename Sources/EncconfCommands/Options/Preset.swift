internal import APIServerFlags
internal import ArgumentParser
internal import Explanations
internal import Glibc
internal import ShownText

/// The value of `--preset`.
struct Preset: ExpressibleByArgument {
    let distribution: Distribution

    init?(argument: String) {
        guard let distribution = Distribution(rawValue: argument) else { return nil }
        self.distribution = distribution
    }

    /// The failure to read one of its files. That a file is missing has a reason: it is on certain machines only.
    func failure(_ failure: CommandFailure, reading path: String?) -> CommandFailure {
        guard let path, unsafe access(path, F_OK) != 0 else { return failure }
        return CommandFailure(
            "\(path): no such file or directory",
            hint: "run this as root on a control-plane node of \(distribution.rawValue)")
    }

    static var allValueStrings: [String] { Distribution.allCases.map(\.rawValue) }
}
