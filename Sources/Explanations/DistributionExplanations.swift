public import APIServerFlags
public import ShownText

extension DistributionFile {
    /// The error of a command.
    public var failure: CommandFailure { CommandFailure("\(path): Not written: \(reason).", hint: "\(remedy)") }

    /// Why no step of a rotation is possible in the file, and what to use instead.
    public var obstacle: Phrase { "\(owner.rawValue) manages this file; use \(command)" }

    private var reason: Phrase { "\(owner.rawValue) manages this file, and does not start with an edited one" }

    private var remedy: Phrase { "rotate its key with \(command), then audit with --preset \(owner.rawValue)" }

    private var command: Phrase { "`\(owner.rawValue) secrets-encrypt rotate-keys`" }
}
