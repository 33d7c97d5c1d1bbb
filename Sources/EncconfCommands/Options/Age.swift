internal import ArgumentParser

/// A time span in days, such as `90d`; also in hours (`h`) and weeks (`w`).
struct Age: ExpressibleByArgument {
    let seconds: Int64

    init?(argument: String) {
        guard let unit = argument.last, let number = Int64(argument.dropLast()), number > 0,
            let scale = ["h": 3600, "d": 86_400, "w": 604_800][unit] as Int64?, number <= 36_500
        else { return nil }
        seconds = number * scale
    }

    /// A span in the unit that suits it.
    static func text(_ seconds: Int64) -> String {
        switch seconds {
        case ..<0: "in the future"
        case ..<7200: "\(seconds / 60)min"
        case ..<172_800: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }
}
