public import ShownText
public import DurableFiles
internal import SecretMemory

/// The name of a path in messages: `-` is standard input.
public func fileName(_ path: String) -> Phrase { path == "-" ? "standard input" : "\(path)" }

extension FileError {
    /// What to tell a person.
    ///
    /// - Parameters:
    ///   - existsHint: What to do about a file that must not be replaced.
    ///   - canBeStream: Whether standard input can take its place.
    public func failure(
        existsHint: Phrase = "give --force to replace it, or another name", canBeStream: Bool = true
    ) -> CommandFailure {
        let name = fileName(path)
        return switch reason {
        case .reading(let error):
            CommandFailure("\(name): \(error)", hint: error.readingHint(path, canBeStream: canBeStream))
        case .writing(let error): CommandFailure("\(name): cannot write: \(error)")
        case .closedStream:
            CommandFailure("standard input is closed", hint: "pipe something into it, or name a file")
        case .directory: CommandFailure("\(name): is a directory", hint: "name a file within it")
        case .fifo:
            CommandFailure("\(name): is a FIFO, which might never end", hint: "give - and pipe it into standard input")
        case .notRegular: CommandFailure("\(name): is not a regular file", hint: "name a file")
        case .empty: CommandFailure("\(name): the file is empty")
        case .tooLarge: CommandFailure("\(name): more than 16 MiB", hint: "check that this is the right file")
        case .exists: CommandFailure("\(name): exists already", hint: existsHint)
        case .severalNames(let count):
            CommandFailure(
                "\(name): has \(count) names, of which only one would change",
                hint: "--in-place writes into the file itself, which is not safe against a crash in between")
        case .mounted:
            CommandFailure(
                "\(name): cannot be replaced, as it is mounted by itself",
                hint: "--in-place writes into the file itself, which is not safe against a crash in between")
        case .locked: CommandFailure("\(name): another encconf is at work on this file", hint: "try again")
        case .held:
            CommandFailure(
                "\(name): locked by another process, probably a running etcd or k3s; the file lacks its newest writes",
                hint: "save a snapshot of etcd with `encconf snapshot save`, read k3s with --etcd, or stop it")
        case .changedWhileRead:
            CommandFailure(
                "\(name): changed while it was read", hint: "use a copy that no process writes to, and try again")
        case .changed:
            CommandFailure("\(name): somebody else changed the file in the meantime", hint: "look at it and try again")
        case .notRestored(let writing, let restoring, let copy):
            CommandFailure(
                "\(name): cannot write: \(writing), and what it held cannot be put back: \(restoring)",
                hint: "what it held stands in \(copy)")
        case .interrupted(let copy):
            CommandFailure(
                "\(name): a run that overwrote it was interrupted; what it held before stands in \(copy)",
                hint: "put the right one of the two in its place (`encconf diff`), and remove the copy")
        case .notSynced(let error):
            CommandFailure(
                "\(name): is written, but might be undone by a power failure, as its folder cannot be "
                    + "synced: \(error)", hint: "look at the disk before anything else")
        }
    }
}

extension SystemError {
    fileprivate func readingHint(_ path: String, canBeStream: Bool) -> Phrase? {
        if path == "-" { return nil }
        if isNoSuchFile { return canBeStream ? "give - to read standard input" : nil }
        return isAccessDenied ? "the file belongs to another user; try with sudo" : nil
    }
}
