public import APIServerFlags
public import ShownText

extension DistributionFile {
    /// What to tell a person.
    public var failure: CommandFailure { CommandFailure("\(path): Not written: \(reason).", hint: "\(remedy)") }

    /// Why no step of a rotation can be taken in the file, and what takes its place.
    public var obstacle: Phrase { "\(reason): \(remedy)" }

    private var reason: Phrase { "\(owner.rawValue) keeps this file itself, and does not start with an edited one" }

    private var remedy: Phrase {
        """
        rotate its key with `\(owner.rawValue) secrets-encrypt rotate-keys`, then audit with --preset \(owner.rawValue)
        """
    }
}
