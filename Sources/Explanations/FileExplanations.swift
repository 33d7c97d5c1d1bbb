public import ShownText
public import DurableFiles
internal import SecretMemory

/// The name of a path in messages: `-` is standard input.
public func fileName(_ path: String) -> Phrase { path == "-" ? "standard input" : "\(path)" }

extension FileError {
    /// The error of a command.
    ///
    /// - Parameters:
    ///   - existsHint: The hint for a file that must not be replaced.
    ///   - canBeStream: Whether standard input can replace it.
    public func failure(
        existsHint: Phrase = "choose another name, or pass --force", canBeStream: Bool = true
    ) -> CommandFailure {
        let name = fileName(path)
        return switch reason {
        case .reading(let error):
            CommandFailure("\(name): \(error)", hint: error.readingHint(path, canBeStream: canBeStream))
        case .writing(let error): CommandFailure("\(name): cannot write: \(error)")
        case .closedStream:
            CommandFailure("standard input is closed", hint: "pipe the input into it, or name a file")
        case .directory: CommandFailure("\(name): is a directory", hint: "name a file in it")
        case .fifo:
            CommandFailure("\(name): is a FIFO", hint: "pipe it into standard input, and pass -")
        case .notRegular: CommandFailure("\(name): is not a regular file", hint: "name a regular file")
        case .empty: CommandFailure("\(name): the file is empty")
        case .tooLarge: CommandFailure("\(name): more than 16 MiB", hint: "check that this is the right file")
        case .exists: CommandFailure("\(name): already exists", hint: existsHint)
        case .severalNames(let count):
            CommandFailure(
                "\(name): has \(count) hard links; only one would change",
                hint: "use --in-place (not safe if interrupted)")
        case .foreignOwner(let user):
            CommandFailure(
                "\(name): belongs to user \(user), who could read or redirect what is written",
                hint: "name another file, or make this one yours with chown")
        case .mounted:
            CommandFailure(
                "\(name): cannot be replaced: it is a bind mount",
                hint: "use --in-place (not safe if interrupted)")
        case .locked:
            CommandFailure("\(name): locked by another encconf", hint: "wait for it, then run the command again")
        case .held:
            CommandFailure(
                "\(name): locked by another process, probably a running etcd or k3s; the file lacks its newest writes",
                hint: "save a snapshot of etcd with `encconf snapshot save`, read k3s with --etcd, or stop it")
        case .changedWhileRead:
            CommandFailure(
                "\(name): changed while it was read", hint: "copy the file, and use the copy")
        case .changed:
            CommandFailure(
                "\(name): changed by another process during this run; not written",
                hint: "check the file, then run the command again")
        case .notRestored(let writing, let restoring, let copy):
            CommandFailure(
                "\(name): cannot write: \(writing); the previous content cannot be restored: \(restoring)",
                hint: "restore the previous content from \(copy)")
        case .notRemoved(let error, let copy):
            CommandFailure(
                "\(name): written, but its previous content is still in \(copy): \(error)",
                hint: "delete \(copy), which holds the previous keys")
        case .interrupted(let copy):
            CommandFailure(
                "\(name): an earlier --in-place write was interrupted; the previous content is in \(copy)",
                hint: "compare the two with `encconf diff`, keep one, delete the other")
        case .notSynced(let error):
            CommandFailure(
                "\(name): written, but a power failure may undo it: cannot sync its folder: \(error)",
                hint:
                    "check the disk first")
        }
    }
}

extension SystemError {
    fileprivate func readingHint(_ path: String, canBeStream: Bool) -> Phrase? {
        if path == "-" { return nil }
        if isNoSuchFile { return canBeStream ? "check the path; - reads standard input" : nil }
        return isAccessDenied ? "run this with sudo; the file belongs to another user" : nil
    }
}
