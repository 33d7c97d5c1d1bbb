internal import Diagnostics
internal import GoText

/// What is mounted where in a container.
struct MountTable: PathTranslation {
    let place = ServerPlace.pod
    private var mounts: [Mount] = []
    private var volumes: [ByteName: Volume] = [:]
    var workingDirectory: CleanPath?

    private struct Mount {
        let place: CleanPath
        let volume: String
        /// The folder of the volume that is mounted; nil for all of it.
        let subPath: CommandWord?
        let isReadOnly: Bool
    }

    private enum Volume {
        case hostPath(String, type: String?)
        /// The field with the kind of the volume; nil without one, then it is an `emptyDir`.
        case other(String?)
    }

    init(
        _ container: DocumentField, _ spec: DocumentField, _ environment: ContainerEnvironment,
        _ budget: inout TextBudget
    ) throws(APIServerFlagsError) {
        workingDirectory = CleanPath(try container["workingDir"]?.text(&budget) ?? "")
        for mount in try container["volumeMounts"]?.list() ?? [] {
            let path = try mount.text(of: "mountPath", &budget)
            // Without a leading `/` it counts from the root: the runtimes make it absolute.
            guard let place = CleanPath("/" + path) else { continue }
            var subPath: CommandWord?
            if let field = try mount["subPath"] { subPath = CommandWord(try field.text(&budget), at: field.position) }
            if let field = try mount["subPathExpr"] {
                subPath = try environment.expand(field.text(&budget), at: field.position, &budget)
            }
            mounts.append(
                Mount(
                    place: place, volume: try mount.text(of: "name", &budget), subPath: subPath,
                    isReadOnly: try mount["readOnly"]?.bool() ?? false))
        }
        for volume in try spec["volumes"]?.list() ?? [] {
            let name = ByteName(try volume.text(of: "name", &budget))
            volumes[name] = try Self.volume(volume, &budget)
        }
    }

    private static func volume(
        _ field: DocumentField, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) -> Volume {
        if let hostPath = try field["hostPath"] {
            return .hostPath(try hostPath.text(of: "path", &budget), type: try hostPath["type"]?.text(&budget))
        }
        return .other(try field.names(&budget).first { $0 != "name" })
    }

    /// The mount that a path is in, and the rest of the path below it.
    private func innermost(_ place: CleanPath) -> (mount: Mount, rest: ArraySlice<[UInt8]>)? {
        var best: (mount: Mount, rest: ArraySlice<[UInt8]>)?
        for mount in mounts {
            guard let rest = mount.place.rest(of: place), rest.count < best?.rest.count ?? .max else { continue }
            best = (mount, rest)
        }
        return best
    }

    func mount(of path: String) -> ContainerMount? {
        guard let place = absolute(path), let mount = innermost(place)?.mount, mount.subPath?.unknown == nil,
            case .hostPath(let source, let type) = volumes[ByteName(mount.volume)], let root = CleanPath(source)
        else { return nil }
        var folder = root
        folder.append(mount.subPath?.text ?? "")
        return ContainerMount(
            containerPath: mount.place.text, nodePath: folder.text, volumePath: root.text, type: type,
            isReadOnly: mount.isReadOnly)
    }

    func hostPath(
        of path: String, flag: Flag, at position: SourcePosition?
    ) throws(APIServerFlagsError) -> HostPath {
        guard let place = absolute(path) else { return .notOnHost(path: path, because: .relative) }
        guard let (mount, rest) = innermost(place) else { return .notOnHost(path: path, because: .notMounted) }
        switch volumes[ByteName(mount.volume)] {
        case nil: return .notOnHost(path: path, because: .volume(name: mount.volume, source: nil))
        case .other(let source):
            return .notOnHost(path: path, because: .volume(name: mount.volume, source: source ?? "emptyDir"))
        case .hostPath(let root, _):
            if let unknown = mount.subPath?.unknown {
                throw APIServerFlagsError(
                    .unknownVariable(flag: flag.rawValue, variable: unknown.variable), at: mount.subPath?.position)
            }
            guard var file = CleanPath(root) else { return .notOnHost(path: path, because: .relative) }
            file.append(mount.subPath?.text ?? "")
            file.append(parts: rest)
            return .file(file.text)
        }
    }
}
