internal import DurableFiles
internal import GoText
internal import SecretMemory

/// The clusters of a user, with the credentials for each: the content of `~/.kube/config`.
///
/// Rules and their sources: client-go, tools/clientcmd.
public struct Kubeconfig: Sendable {
    /// The context that is used if none is named.
    public private(set) var currentContext: String?
    private(set) var clusterEntries: [ByteName: ClusterEntry] = [:]
    private(set) var userEntries: [ByteName: UserEntry] = [:]
    private(set) var contextEntries: [ByteName: ContextEntry] = [:]
    /// The files that were read.
    public private(set) var files: [String] = []

    /// The names of all contexts, in the order of their bytes.
    public var contexts: [String] { contextEntries.keys.sorted().map(\.text) }

    /// Reads and merges files as kubectl does with the variable `KUBECONFIG` (loader.go, `Load`).
    ///
    /// The first file that sets a value, or has an entry of a name, wins; entries are not mixed. Of several files those
    /// that are missing are passed over, unless all are. Relative paths are relative to the file that has them.
    public init(reading paths: [String]) throws(KubeconfigError) {
        var seen: Set<ByteName> = []
        let paths = paths.filter { !$0.isEmpty && seen.insert(ByteName($0)).inserted }
        for path in paths {
            guard let content = try Self.read(path, mayBeMissing: paths.count > 1) else { continue }
            merge(try KubeconfigFile(content, path: path))
            files.append(path)
        }
        guard !files.isEmpty else { throw KubeconfigError(.noFiles(paths)) }
    }

    private static func read(_ path: String, mayBeMissing: Bool) throws(KubeconfigError) -> SecretKey? {
        do {
            return try InputFile.read(path).content
        } catch {
            if mayBeMissing, case .reading(let failure) = error.reason, failure.isNoSuchFile { return nil }
            throw KubeconfigError(.file(error), file: path)
        }
    }

    private mutating func merge(_ file: KubeconfigFile) {
        currentContext = currentContext ?? file.currentContext
        clusterEntries.merge(file.clusters) { first, _ in first }
        userEntries.merge(file.users) { first, _ in first }
        contextEntries.merge(file.contexts) { first, _ in first }
    }
}
