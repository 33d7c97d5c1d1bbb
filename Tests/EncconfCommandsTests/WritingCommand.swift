import TestSupport
import Testing

/// A command that writes files, run in a known folder. The names of its keys do not depend on the time.
struct WritingCommand: CustomTestStringConvertible, Sendable {
    /// A server that the command asks. Its address is in the variables `ETCD` and `KUBE` of the shell.
    enum Service { case etcd, cluster }

    /// What the same command does once its files are written.
    enum Repetition {
        /// It ends as before and changes nothing.
        case same
        /// It refuses to replace the file.
        case refused
        /// It replaces the file again and keeps the previous one under another name.
        case superseding
    }

    let name: String
    var preparation = "true"
    /// A line of the shell.
    let command: String
    /// What strace does in any case.
    var options = ""
    var service: Service?
    /// The file that has its new content when the command is done.
    var target = "enc.yaml"
    /// The exit status of a run that nothing disturbs.
    var status: Int32 = 0
    var repetition = Repetition.same
    /// Files that have several whole contents on the way, one after the other.
    var changing: Set<String> = []

    var testDescription: String { name }

    static let add = "encconf rotate enc.yaml --step add --key-name k2"
    static let added = "\(add) > /dev/null"
    static let promote = "encconf rotate enc.yaml --step promote --key-name k2 \(Program.loaded)"
    static let promoted = "\(added) && \(promote) > /dev/null"
    static let retire = retire(into: "archive.yaml")
    private static let initialize = "encconf init --provider aescbc --key-name k2 --file"

    private static func retire(into archive: String) -> String {
        "encconf rotate enc.yaml --step retire \(Program.loaded) --without-evidence --archive \(archive)"
    }

    /// The steps of a rotation.
    static let steps = [
        WritingCommand(name: "add", command: add),
        WritingCommand(
            name: "add to a file of another owner with attributes",
            preparation: """
                chmod 640 enc.yaml && chown 12:34 enc.yaml \
                && python3 -c 'import os; os.setxattr("enc.yaml", "user.note", b"kept")'
                """, command: add),
        WritingCommand(name: "promote", preparation: added, command: promote),
        WritingCommand(name: "retire", preparation: promoted, command: retire),
        WritingCommand(
            name: "retire without rename flags", preparation: promoted, command: retire,
            options: "-e inject=renameat2:error=EINVAL"),
        WritingCommand(
            name: "retire into an archive that is there",
            preparation: "\(promoted) && \(retire) > /dev/null "
                + "&& \(promoted.replacing("k2", with: "k3"))",
            command: retire),
        WritingCommand(
            name: "retire into an archive in another folder", preparation: "\(promoted) && mkdir keys",
            command: retire(into: "keys/archive.yaml")),
        WritingCommand(
            name: "abort", preparation: added,
            command: "encconf rotate enc.yaml --step abort --key-name k2 --without-evidence --archive archive.yaml"),
        WritingCommand(
            name: "switch", preparation: "encconf rotate enc.yaml --to secretbox --key-name k2 > /dev/null",
            command: "encconf rotate enc.yaml --to secretbox --step promote \(Program.loaded)"),
        WritingCommand(
            name: "add to another file", command: "\(add) --output-file new.yaml", target: "new.yaml",
            repetition: .refused),
    ]

    /// The other commands that need no server.
    static let others = [
        WritingCommand(
            name: "init", command: "\(initialize) new.yaml", target: "new.yaml", repetition: .refused),
        WritingCommand(name: "init --force", command: "\(initialize) enc.yaml --force", repetition: .superseding),
        WritingCommand(
            name: "diff --write-intermediate",
            preparation: "cp enc.yaml old.yaml && \(promoted) && mv enc.yaml new.yaml && mv old.yaml enc.yaml",
            command: "encconf diff enc.yaml new.yaml --write-intermediate next.yaml", target: "next.yaml", status: 1,
            repetition: .refused),
    ]

    /// The commands that ask a server.
    static let remote = [
        WritingCommand(
            name: "snapshot save", command: "encconf snapshot save s.db --endpoints $ETCD", service: .etcd,
            target: "s.db", repetition: .refused),
        WritingCommand(
            name: "snapshot save --force", preparation: "echo old > s.db && chmod 600 s.db",
            command: "encconf snapshot save s.db --force --endpoints $ETCD", service: .etcd, target: "s.db"),
        WritingCommand(
            name: "servers --receipt",
            command: "encconf servers enc.yaml --settle 0s --receipt receipt.json --kubeconfig $KUBE",
            service: .cluster, target: "receipt.json"),
        // The tool fails, so the rollout ends after its first step, and the servers keep their file.
        WritingCommand(
            name: "rollout until the first delivery",
            command: """
                encconf rollout enc.yaml --yes --key-name k2 --deliver /bin/false --archive old.yaml --no-snapshots \
                --settle 0s --timeout 5s --kubeconfig $KUBE --etcd --endpoints $ETCD
                """, service: .cluster, status: 2, changing: ["enc.yaml.rollout"]),
    ]

    static let all = steps + others + remote

    /// Overwrites the file: it can be left half written, with a copy of the old content beside it.
    static let inPlace = WritingCommand(
        name: "in place", preparation: "\(added) && ln enc.yaml other.yaml", command: "\(promote) --in-place")
}
