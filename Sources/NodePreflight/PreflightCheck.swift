/// What a check of a node came to.
public enum CheckStatus: String, Sendable { case ok, warning, failed, unknown }

/// What a check is about.
public enum CheckCategory: String, CaseIterable, Sendable { case file, mount, flags, plugin, stored, servers, backup }

extension CheckCategory {
    /// The categories without which it is not known whether a server starts.
    ///
    /// - Parameters:
    ///   - hasManifest: Whether a manifest or a unit shows the flags. k3s has none, and a file of its own.
    ///   - namesFile: Whether the flags name a configuration.
    ///   - hasPlugins: Whether the configuration has KMS providers.
    public static func needed(hasManifest: Bool, namesFile: Bool, hasPlugins: Bool) -> Set<CheckCategory> {
        var categories: Set<CheckCategory> = [.flags]
        if namesFile { categories.formUnion([.file, .mount]) }
        if !hasManifest { categories.insert(.file) }
        if hasPlugins { categories.insert(.plugin) }
        return categories
    }
}

/// What is lost if a check fails.
public enum CheckStake: Sendable {
    /// kube-apiserver does not start, or does not become ready.
    case start
    /// Stored values become unreadable. A server that finds one starts, and does not become ready.
    case reading
    /// Neither: keys can leak, or a later change goes wrong.
    case other
}

/// A judgement of one thing on a node.
public protocol NodeCheck: Sendable {
    static var category: CheckCategory { get }
    /// A name for scripts that does not change.
    var id: String { get }
    var status: CheckStatus { get }
    var stake: CheckStake { get }
}

/// Yes, no, or it is not known, or the question was left out.
public enum PreflightAnswer: String, Sendable {
    case yes, no, unknown, notChecked

    /// The answer to a question that all these checks decide.
    ///
    /// - Parameter statuses: Those of the checks with the stake of the question. Without any it is not known.
    public init(_ statuses: some Collection<CheckStatus>) {
        if statuses.contains(.failed) {
            self = .no
        } else {
            self = statuses.isEmpty || statuses.contains(.unknown) ? .unknown : .yes
        }
    }
}
