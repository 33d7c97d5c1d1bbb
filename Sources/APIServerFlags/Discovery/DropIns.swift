internal import DurableFiles
internal import Glibc
internal import GoText
internal import SecretMemory

/// The files that change a unit of systemd without standing in it (systemd.unit(5)).
public enum DropIns {
    /// Where systemd looks for units, and for their drop-ins.
    private static let folders = [
        "/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient",
        "/run/systemd/generator.early", "/etc/systemd/system", "/etc/systemd/system.attached", "/run/systemd/system",
        "/run/systemd/system.attached", "/run/systemd/generator", "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/generator.late",
    ]

    /// The drop-ins that say something of the command, its variables or its paths, beside the unit and where systemd
    /// looks for them.
    ///
    /// - Throws: A folder of drop-ins that cannot be listed.
    static func files(of unit: String) throws(DiscoveryError) -> [String] {
        let paths = [unit, realPath(unit)]
        var names: [String] = []
        for path in paths { names += folderNames(of: lastPart(path)).filter { !names.contains($0) } }
        var found: [String] = []
        var seen: Set<ByteName> = []
        for folder in paths.map(parent) + folders {
            for name in names {
                let path = "\(folder)/\(name)"
                for file in try configurationFiles(in: path) {
                    let file = "\(path)/\(file)"
                    if seen.insert(ByteName(realPath(file))).inserted, counts(file) { found.append(file) }
                }
            }
        }
        return found
    }

    /// The folders of drop-ins of a unit, without the path: its own, that of its template, those of each beginning of
    /// its name that ends in a dash, and that of all services.
    static func folderNames(of unit: String) -> [String] {
        let suffix = ".service"
        guard unit.hasSuffix(suffix) else { return ["\(unit).d"] }
        let stem = unit.dropLast(suffix.count)
        let name = stem.prefix { $0 != "@" }
        let instance = stem.dropFirst(name.count)
        var stems = [String(stem)]
        if !instance.isEmpty { stems.append("\(name)@") }
        for index in name.indices.reversed() where name[index] == "-" {
            let beginning = name[...index]
            stems.append(String(beginning))
            if !instance.isEmpty { stems += ["\(beginning)@", "\(beginning)\(instance)"] }
        }
        var names: [String] = []
        for stem in stems where !names.contains("\(stem)\(suffix).d") { names.append("\(stem)\(suffix).d") }
        return names + ["service.d"]
    }

    /// Whether the file may change what is read of a unit; a file that cannot be read may.
    private static func counts(_ file: String) -> Bool {
        // This hides a file of the same name elsewhere.
        guard realPath(file) != "/dev/null" else { return false }
        guard let content = try? InputFile.read(file).content else { return true }
        return (try? SystemdUnit(parsing: content.span))?.hasSettings ?? true
    }

    private static func configurationFiles(in folder: String) throws(DiscoveryError) -> [String] {
        let names: [String]
        do {
            names = try Folder.names(in: folder)
        } catch {
            guard case .reading(let error) = error.reason, !error.isNoSuchFile, !error.isNoFolder else { return [] }
            throw .folder(folder, error)
        }
        return names.filter { $0.hasSuffix(".conf") && !$0.hasPrefix(".") }
    }

    private static func realPath(_ path: String) -> String {
        guard let real = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    public static func lastPart(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    private static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "" : String(path[..<slash])
    }
}
