internal import APIServerFlags
internal import ArgumentParser
internal import Explanations
internal import Glibc
internal import ShownText

/// The value of `--preset`.
struct Preset {
    let distribution: Distribution

    /// - Throws: What there is instead. The help does not list it, which would take three of its lines.
    static func parse(_ name: String) throws -> Preset {
        guard let distribution = Distribution(rawValue: name) else {
            guard name != "talos" else {
                throw ValidationError(
                    "Talos nodes run no commands; save the manifest with kubectl -n kube-system get pod "
                        + "kube-apiserver-NODE -o yaml, and pass it with --discover-from")
            }
            let names = Distribution.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("unknown distribution \(name); choose one of \(names)")
        }
        return Preset(distribution: distribution)
    }

    /// The failure to read one of its files. That a file is missing has a reason: it is on certain machines only.
    func failure(_ failure: CommandFailure, reading path: String?) -> CommandFailure {
        guard let path, unsafe access(path, F_OK) != 0 else { return failure }
        return CommandFailure(
            "\(path): no such file or directory",
            hint: "run this as root on a control-plane node of \(distribution.rawValue)")
    }
}
