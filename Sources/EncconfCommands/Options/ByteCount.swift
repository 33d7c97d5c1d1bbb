internal import ArgumentParser

/// A number of bytes, such as `500K`, `10M` or `1G`, in powers of 1,024.
struct ByteCount: ExpressibleByArgument, Equatable {
    let value: Int

    init?(argument: String) {
        let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
        let unit = argument.last.flatMap { units[$0] }
        guard let number = Int(unit == nil ? argument[...] : argument.dropLast()), number > 0, number <= 1 << 30
        else { return nil }
        value = number * (unit ?? 1)
    }

    /// In the unit that suits it.
    static func text(_ count: Int) -> String {
        switch count {
        case ..<(10 << 10): "\(count) B"
        case ..<(10 << 20): "\(count >> 10) KiB"
        default: "\(count >> 20) MiB"
        }
    }
}
