internal import Diagnostics

/// A configuration within another document: a Secret or ConfigMap, `files[].content` of a KubeadmControlPlane,
/// `write_files` of cloud-init, the `config:` of Talos, a `cluster.yml` of RKE, values of Helm, a playbook.
///
/// It is found by its shape, whatever the document is.
struct WrappedConfiguration {
    /// How sure it is.
    enum Finding {
        /// It was read.
        case configuration
        /// Its words are in a text that is no YAML, such as a script.
        case words
        /// The text is compressed, and only its place makes it likely.
        case compressed
    }

    let finding: Finding
    /// The way to it, such as `data."config.yaml"` or `files[2].content`; with several steps if it is in a document that
    /// is itself in the document.
    let path: String
    /// The commands that take it out, for a pipe: the first one reads the file, whose path stands behind it. Nil if more
    /// is needed than a shell has at hand.
    let commands: [String]?

    /// What is wrong.
    func message(kind: String) -> String {
        let document = kind.isEmpty ? "this document" : "this is a \(kind), which"
        return switch finding {
        case .configuration: "\(document) contains a configuration at \(path)"
        case .words: "\(document) contains the text of a configuration at \(path)"
        case .compressed: "\(document) may contain a configuration at \(path), which is compressed"
        }
    }

    /// How to take it out: into a new file that only its owner can read, and never over another file.
    var hint: Hint {
        guard let commands else { return "copy the text of the configuration to a file of its own" }
        let rest = commands.dropFirst().map { " | \($0)" }.joined()
        return Hint(aroundFile: [
            "extract it to a new file: `(umask 077; set -C; \(commands.first ?? "cat") ", "\(rest) > extracted.yaml)`",
        ])
    }
}
