internal import Diagnostics

/// Paths of a service are paths of the node, unless the unit puts something else there (systemd.exec(5), "Paths" and
/// "Sandboxing").
struct ServicePaths: PathTranslation, Sendable {
    /// Nil if it is unknown.
    var workingDirectory = CleanPath("/")
    let place = ServerPlace.node
    /// The settings that give the service a root of its own.
    private var rootSettings: Set<String> = []
    /// By setting, the places where the service may find something else than the node has.
    private var mounts: [String: [CleanPath]] = [:]
    /// A setting whose paths are unknown.
    private var unknownMounts: Set<String> = []

    /// - Returns: Whether the setting is about paths.
    mutating func apply(_ name: String, _ value: ArraySlice<UInt8>) -> Bool {
        switch name {
        case "WorkingDirectory":
            let path = value.first == UInt8(ascii: "-") ? value.dropFirst() : value
            let expanded = Specifiers.expand(path)
            workingDirectory = path.isEmpty ? CleanPath("/") : expanded.certain.flatMap { CleanPath($0) }
        case "RootDirectory", "RootImage":
            rootSettings.remove(name)
            if !value.isEmpty, !value.elementsEqual("/".utf8) { rootSettings.insert(name) }
        // They lie over `/usr`, `/opt` and `/etc`.
        case "ExtensionImages", "ExtensionDirectories":
            mounts[name] = value.isEmpty ? [] : ["/usr", "/opt", "/etc"].compactMap { CleanPath($0) }
        case "PrivateTmp", "DynamicUser":
            mounts[name] = Self.isNo(value) ? [] : ["/tmp", "/var/tmp"].compactMap { CleanPath($0) }
        case "ProtectHome":
            mounts[name] =
                Self.isNo(value) || value.elementsEqual("read-only".utf8)
                ? [] : ["/home", "/root", "/run/user"].compactMap { CleanPath($0) }
        case "BindPaths", "BindReadOnlyPaths", "MountImages", "TemporaryFileSystem", "InaccessiblePaths",
            "InaccessibleDirectories":
            applyList(name, value)
        default: return false
        }
        return true
    }

    /// (src/shared/parse-util.c, `parse_boolean`.)
    private static func isNo(_ value: ArraySlice<UInt8>) -> Bool {
        ["", "0", "no", "n", "false", "f", "off"].contains(String(decoding: value, as: UTF8.self).lowercased())
    }

    /// A list that goes on with each setting of the name, until an empty one.
    private mutating func applyList(_ name: String, _ value: ArraySlice<UInt8>) {
        guard !value.isEmpty else {
            mounts[name] = []
            unknownMounts.remove(name)
            return
        }
        guard let words = UnitWords.split(value) else { return _ = unknownMounts.insert(name) }
        for word in words {
            let expanded = Specifiers.expand(word.bytes.drop { "-+".utf8.contains($0) })
            let fields = expanded.text.pieces(between: ":")
            let place: String
            switch name {
            // `SOURCE[:PLACE[:OPTIONS]]`; a folder that is mounted where it is stays what it is.
            case "BindPaths", "BindReadOnlyPaths":
                if fields.count == 1 || expanded.unknown == nil && fields[0] == fields[1] { continue }
                place = fields[1]
            case "MountImages": place = fields.count > 1 ? fields[1] : ""
            default: place = fields[0]
            }
            if expanded.unknown == nil, let path = CleanPath(place) {
                mounts[name, default: []].append(path)
            } else {
                unknownMounts.insert(name)
            }
        }
    }

    func hostPath(
        of path: String, flag: Flag, at position: SourcePosition?
    ) throws(APIServerFlagsError) -> HostPath {
        guard rootSettings.isEmpty else { return .notOnHost(path: path, because: .ownRoot) }
        guard let place = absolute(path) else { return .notOnHost(path: path, because: .relative) }
        let covering = mounts.filter { $0.value.contains { $0.rest(of: place) != nil || place.rest(of: $0) != nil } }
        if let setting = unknownMounts.union(covering.keys).min() {
            return .notOnHost(path: path, because: .ownMount(setting: setting))
        }
        return .file(place.text)
    }
}
