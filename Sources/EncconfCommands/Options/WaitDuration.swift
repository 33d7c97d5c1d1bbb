internal import ArgumentParser
internal import EncryptionConfig

/// A duration as Go writes it, such as `30s` or `10m`; not negative.
struct WaitDuration: ExpressibleByArgument {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let duration = GoDuration.parse(argument), duration >= .zero else { return nil }
        self.duration = duration
    }

    /// In seconds.
    var seconds: Double { Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18 }

    var defaultValueDescription: String { "\(duration.components.seconds)s" }
}
