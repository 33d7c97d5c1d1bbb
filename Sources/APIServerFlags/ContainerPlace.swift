internal import Diagnostics

/// Where a container of Docker finds the files of the node.
struct ContainerPlace: Equatable, PathTranslation {
    var workingDirectory: CleanPath?
    let place = ServerPlace.container
    /// The image, if it is known.
    var image: String?
    /// As whom the container runs.
    var identity = ServerIdentity()
    private var mounts: [Mount] = []
    /// A mount that depends on an unknown variable.
    private var unknown: CommandWord?

    private struct Mount: Equatable {
        let place: CleanPath
        let source: Source
        let isReadOnly: Bool
    }

    enum Source: Equatable, Sendable {
        /// A folder or a file of the node.
        case node(CleanPath)
        /// Something else; its kind, such as `tmpfs`.
        case volume(name: String, kind: String)
    }

    /// - Parameter place: Where the container finds it. One that is not absolute is no place.
    mutating func mount(_ source: Source, at place: String, isReadOnly: Bool = false) {
        guard let place = CleanPath(place) else { return }
        mounts.append(Mount(place: place, source: source, isReadOnly: isReadOnly))
    }

    /// A folder of the node by its path, or a volume by its name.
    mutating func mount(_ source: String, at place: String, isReadOnly: Bool = false) {
        mount(
            CleanPath(source).map(Source.node) ?? .volume(name: source, kind: "named volume"), at: place,
            isReadOnly: isReadOnly)
    }

    /// `SOURCE:PLACE[:OPTIONS]`, as `--volume` has it.
    mutating func mount(volume word: CommandWord?) {
        guard let word else { return }
        guard word.unknown == nil else { return unknown = unknown ?? word }
        let fields = word.text.pieces(between: ":")
        guard fields.count > 1 else { return }
        mount(
            fields[0], at: fields[1], isReadOnly: fields.count > 2 && fields[2].pieces(between: ",").contains("ro"))
    }

    /// `type=bind,source=SOURCE,target=PLACE`, as `--mount` has it.
    mutating func mount(fields word: CommandWord?) {
        guard let word else { return }
        guard word.unknown == nil else { return unknown = unknown ?? word }
        var (kind, source, place, isReadOnly) = ("", "", "", false)
        for field in word.text.pieces(between: ",") {
            let halves = field.pieces(between: "=")
            let value = halves.dropFirst().joined(separator: "=")
            switch halves[0] {
            case "type": kind = value
            case "source", "src": source = value
            case "target", "destination", "dst": place = value
            case "readonly", "ro": isReadOnly = ["", "1", "true"].contains(value)
            default: break
            }
        }
        if kind == "tmpfs" {
            mount(.volume(name: place, kind: kind), at: place)
        } else {
            mount(source, at: place, isReadOnly: isReadOnly)
        }
    }

    /// The mount with the longest place above a path.
    private func innermost(_ place: CleanPath) -> Mount? {
        mounts.filter { $0.place.rest(of: place) != nil }.max { $0.place.parts.count < $1.place.parts.count }
    }

    func mount(of path: String) -> ContainerMount? {
        guard unknown == nil, let place = absolute(path), let mount = innermost(place),
            case .node(let source) = mount.source
        else { return nil }
        return ContainerMount(
            containerPath: mount.place.text, nodePath: source.text, type: nil, isReadOnly: mount.isReadOnly)
    }

    func hostPath(
        of path: String, flag: Flag, at position: SourcePosition?
    ) throws(APIServerFlagsError) -> HostPath {
        guard let place = absolute(path) else { return .notOnHost(path: path, because: .relative) }
        if let unknown {
            throw APIServerFlagsError(
                .unknownVariable(flag: flag.rawValue, variable: unknown.unknown?.variable ?? ""), at: unknown.position)
        }
        guard let mount = innermost(place) else { return .notOnHost(path: path, because: .notMounted) }
        switch mount.source {
        case .volume(let name, let kind): return .notOnHost(path: path, because: .volume(name: name, source: kind))
        case .node(var file):
            file.append(parts: mount.place.rest(of: place) ?? [])
            return .file(file.text)
        }
    }
}
