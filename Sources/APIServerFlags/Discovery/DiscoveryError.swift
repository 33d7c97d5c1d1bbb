public import DurableFiles

/// Why a manifest or unit does not say where its etcd or its configuration is.
public enum DiscoveryError: Error, Sendable {
    /// The manifest or unit cannot be read.
    case file(FileError)
    /// The manifest or unit at the path cannot be understood.
    case flags(String, APIServerFlagsError)
    /// Drop-ins change the unit at the path.
    case dropIns(String, [String])
    /// A folder of drop-ins cannot be listed.
    case folder(String, SystemError)
    /// A file of variables of the unit at the path cannot be read.
    case variables(String, FileError)
    /// The flags are in the file of `--openshift-config` of the server at the path, which cannot be read.
    case openShiftConfig(String, Unread)
    /// The server has no `--encryption-provider-config`.
    case noConfiguration(String)
    /// The server has no `--etcd-servers`.
    case noServers(String)
    /// The file that a flag names cannot be found on this node.
    case notOnNode(String, flag: String, String, HostPath.Absence)

    /// Why a file that a flag names cannot be read.
    public enum Unread: Sendable {
        case file(FileError)
        case notOnNode(String, HostPath.Absence)
    }
}
