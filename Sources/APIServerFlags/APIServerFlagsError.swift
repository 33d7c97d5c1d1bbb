public import Diagnostics
public import YAMLTree

/// Why the flags of a kube-apiserver cannot be determined. No case holds a value of a flag or of a variable.
public struct APIServerFlagsError: Error, Equatable {
    public enum Reason: Equatable, Sendable {
        /// Over ``APIServerFlags/byteCountLimit``; a file of variables counts by itself.
        case tooLarge(byteCount: Int)
        /// More text than is read once variables and aliases are followed.
        case tooMuchText
        /// The manifest is neither YAML nor JSON.
        case notYAML(YAMLError)
        /// The unit, or a file of variables, is not UTF-8 or has zero bytes.
        case notText
        /// The first document is no Pod, no list of Pods and no workload; its kind, if that is a name.
        case noPod(kind: String?)
        /// The document says what an installer is to do, and not what it did.
        case settings(of: Installer)
        /// The file of `--openshift-config` is no KubeAPIServerConfig; its kind, if that is a name.
        case noOpenShiftConfig(kind: String?)
        /// A field of the document has another type than it must have, or is missing; its path, as Kubernetes writes it.
        case malformedField(path: String)
        /// Nothing runs kube-apiserver; the programs that run instead, as far as they are known, at most eight.
        case noAPIServer(programs: [String])
        /// More than one container or command runs it.
        case severalAPIServers
        /// The flags are in the file of `--openshift-config`, which was not passed.
        case flagsInOpenShiftConfig
        /// A flag without the value that it needs.
        case missingValue(flag: String)
        /// A value that kube-apiserver would refuse.
        case malformedValue(flag: String)
        /// A value that depends on a variable that the file does not define; nil for a word that may be any flag.
        ///
        /// The variable as in the file, without `$` and brackets; for a specifier of systemd with its `%`.
        case unknownVariable(flag: String?, variable: String)
        /// A construct that is not followed.
        case unsupported(Construct)
        /// A quote that never ends.
        case unclosedQuote
        /// A file of variables that has to exist was not handed in.
        case missingEnvironmentFile(path: String)
    }

    public enum Construct: Equatable, Sendable {
        /// `<<` in a shell script.
        case hereDocument
        /// A shell that runs a script by its name, or from its standard input.
        case shellWithoutScript
        /// `env -S`, whose one word holds a whole command line.
        case splitString
        /// `docker run IMAGE` without a program: the image decides what runs.
        case imageEntryPoint
        /// A pattern, not a path, in `EnvironmentFile=`.
        case environmentFilePattern
    }

    public let reason: Reason
    /// Where; nil if it concerns the file as a whole. For a word of a shell script, where the script begins; in a file
    /// of variables, nil.
    public let position: SourcePosition?

    init(_ reason: Reason, at position: SourcePosition?) {
        self.reason = reason
        self.position = position
    }
}

extension APIServerFlags {
    /// Bytes of a manifest, a unit or a file of variables. The largest manifests have some 20 KiB.
    public static let byteCountLimit = 1 << 20
}

/// How much text may still be made by following variables and aliases.
///
/// A file of 1 MiB can ask for gigabytes: `B=$(A)$(A)`, `C=$(B)$(B)` and so on.
struct TextBudget {
    private var remaining = 8 << 20

    mutating func spend(_ byteCount: Int, at position: SourcePosition?) throws(APIServerFlagsError) {
        guard byteCount <= remaining else { throw APIServerFlagsError(.tooMuchText, at: position) }
        remaining -= byteCount
    }
}
