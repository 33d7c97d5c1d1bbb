internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import Glibc
internal import KeyRotation
internal import SecretMemory
internal import ShownText

/// Writes the archive before the file, so that every key is always in at least one of them.
struct RotationWriter {
    private let file: String
    private let archive: String?
    private let outputFile: String?
    private let inPlace: Bool
    private let step: AuthorizedStep

    /// - Parameters:
    ///   - archive: Where removed keys are kept.
    ///   - outputFile: Where the new content goes, if not to the file.
    ///   - inPlace: Whether the file itself is overwritten.
    ///   - step: A step that may be written.
    init(
        file: String, archive: String?, outputFile: String? = nil, inPlace: Bool = false, _ step: AuthorizedStep
    ) {
        self.file = file
        self.archive = archive
        self.outputFile = outputFile
        self.inPlace = inPlace
        self.step = step
    }

    /// - Parameters:
    ///   - edited: The new content.
    ///   - source: What the file held when the step was planned.
    func write(_ edited: SecretKey, source: SecretKey) throws(CommandFailure) {
        if let archive, !step.retired.isEmpty {
            // Such an archive would hold the keys already, and lose them with the step.
            guard !Self.areSame(archive, file) else {
                throw CommandFailure(
                    "\(archive): the archive is the file itself", hint: "choose another --archive")
            }
            try keepRetiredKeys(in: archive)
        }
        do {
            if let path = outputFile {
                try SafeWrite.create(edited.span, at: path, replacing: false)
            } else if inPlace {
                try SafeWrite.overwrite(edited.span, of: file, expecting: source)
            } else {
                try SafeWrite.replace(edited.span, of: file, expecting: source)
            }
        } catch {
            throw error.failure(existsHint: "choose another --output-file")
        }
    }

    /// Whether two paths lead to one file.
    private static func areSame(_ path: String, _ other: String) -> Bool {
        guard let file = FileIdentity(of: path) else { return false }
        return file == FileIdentity(of: other)
    }

    private func keepRetiredKeys(in path: String) throws(CommandFailure) {
        let existing: SecretKey? = unsafe access(path, F_OK) == 0 ? try Inputs.file(path).content : nil
        var status = stat()
        guard unsafe stat(path, &status) != 0 || status.st_mode & (S_IRWXG | S_IRWXO) == 0 else {
            throw CommandFailure("\(path): other users can read this archive", hint: "run `chmod 600 \(path)` first")
        }
        guard existing == nil || status.st_uid == geteuid() || status.st_uid == 0 else {
            throw CommandFailure(
                "\(path): the archive belongs to another user, who could read the removed keys",
                hint: "choose another --archive")
        }
        let text = try archiveText(after: existing, path)
        do {
            guard let text else {
                // The run that wrote them may have been killed before its last sync, or that sync failed.
                return try SafeWrite.synchronize(path)
            }
            if let existing {
                try SafeWrite.replace(text.span, of: path, expecting: existing)
            } else {
                try SafeWrite.create(text.span, at: path, replacing: false)
            }
        } catch {
            throw error.failure(existsHint: "choose another --archive")
        }
    }

    /// The archive with the retired keys; nil if it holds them already.
    private func archiveText(after existing: SecretKey?, _ path: String) throws(CommandFailure) -> SecretKey? {
        var archive: SecretBytes?
        if let existing { archive = SecretBytes(copying: existing.span) }
        do throws(KeyArchive.Refusal) {
            guard let text = try KeyArchive.adding(step.retired, to: archive) else { return nil }
            return SecretKey(text)
        } catch {
            switch error {
            case .unreadable:
                throw CommandFailure(
                    "\(path): not a readable configuration", hint: "choose another --archive")
            case .foreign:
                throw CommandFailure(
                    "\(path): not written by encconf; adding keys would lose its comments and options",
                    hint: "choose another --archive")
            case .incomplete:
                throw CommandFailure(
                    "\(path): the archive would not contain all removed keys", hint: "choose another --archive")
            }
        }
    }
}
