internal import Diagnostics

/// Where on the node the file is that a flag names.
public enum HostPath: Equatable, Hashable, Sendable {
    /// A path of the node. Symbolic links on the way were not followed; an absolute one in a mounted folder leads
    /// elsewhere in the container than on the node.
    case file(String)
    /// The file does not show a place on the node for the path of the flag.
    case notOnHost(path: String, because: Absence)

    public enum Absence: Equatable, Hashable, Sendable {
        /// No volume is mounted there: the file is part of the image.
        case notMounted
        /// A volume is mounted there that is no folder of the node; `source` is its kind, such as `secret`, and nil if
        /// the pod has no such volume.
        case volume(name: String, source: String?)
        /// The path is relative to an unknown folder.
        case relative
        /// The file does not describe the container of the server.
        case unknownContainer
        /// The service runs in a root of its own (`RootDirectory=`, `RootImage=`).
        case ownRoot
        /// The service may find something else there; the setting of the unit, such as `BindPaths`, that puts it there.
        case ownMount(setting: String)
    }
}

/// How paths of a process become paths of the node.
protocol PathTranslation: Sendable {
    /// The folder of relative paths; nil if it is unknown.
    var workingDirectory: CleanPath? { get set }

    /// Whose files the process sees.
    var place: ServerPlace { get }

    func hostPath(of path: String, flag: Flag, at position: SourcePosition?) throws(APIServerFlagsError) -> HostPath

    /// The mount that a path is in; nil if there is none, or it is not described.
    func mount(of path: String) -> ContainerMount?
}

extension PathTranslation {
    func mount(of path: String) -> ContainerMount? { nil }

    /// The file that a flag names; nil without the flag, or if it is empty.
    func file(of flag: Flag, in values: FlagValues) throws(APIServerFlagsError) -> HostPath? {
        guard let word = try values.last(flag), !word.text.isEmpty else { return nil }
        return try hostPath(of: word.text, flag: flag, at: word.position)
    }

    /// The path from the root of the process; nil if it is relative to an unknown folder.
    func absolute(_ path: String) -> CleanPath? {
        if let place = CleanPath(path) { return place }
        var place = workingDirectory
        place?.append(path)
        return place
    }
}

/// The paths of a server in a container that the file does not describe.
struct UnknownContainer: PathTranslation {
    let place = ServerPlace.unknown
    var workingDirectory: CleanPath?

    func hostPath(of path: String, flag: Flag, at position: SourcePosition?) -> HostPath {
        .notOnHost(path: path, because: .unknownContainer)
    }
}

/// A path without `.`, `..` and empty parts, as Go's `path.Clean` makes it; the parts of an absolute one.
///
/// Bytes, not characters: a combining character behind a `/` changes nothing for the kernel.
struct CleanPath: Equatable, Sendable {
    private(set) var parts: [[UInt8]] = []

    /// Nil if the path is relative.
    init?(_ path: String) {
        guard path.utf8.first == UInt8(ascii: "/") else { return nil }
        append(path)
    }

    /// Goes on from here by a relative path.
    mutating func append(_ path: String) {
        for part in path.utf8.split(separator: UInt8(ascii: "/")).map(Array.init) {
            switch part {
            case Array(".".utf8): break
            case Array("..".utf8): if !parts.isEmpty { parts.removeLast() }
            default: parts.append(part)
            }
        }
    }

    mutating func append(parts more: some Sequence<[UInt8]>) { parts.append(contentsOf: more) }

    /// What follows `self` in `path`; nil if `path` is not below.
    func rest(of path: CleanPath) -> ArraySlice<[UInt8]>? {
        path.parts.starts(with: parts) ? path.parts.dropFirst(parts.count) : nil
    }

    var text: String { "/" + parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/") }
}
