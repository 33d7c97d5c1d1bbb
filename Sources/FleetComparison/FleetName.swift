public import GoText

/// The name of a file in a comparison: `NAME`, or `CLUSTER/NAME`.
public struct FleetName: Hashable, Sendable {
    /// The cluster that the file belongs to; nil for the only one.
    public let cluster: ByteName?
    /// The name as a user gave it, with the cluster.
    public let text: ByteName

    public init(cluster: ByteName?, text: ByteName) {
        self.cluster = cluster
        self.text = text
    }
}

/// A file of the command line: `PATH`, `NAME=PATH` or `CLUSTER/NAME=PATH`.
///
/// What begins with `/` or `.` is a path, even if `=` is in it.
public struct FleetArgument: Sendable {
    public let name: FleetName
    public let path: String

    public init(_ argument: String) {
        let bytes = Array(argument.utf8)
        let isPath = bytes.first == UInt8(ascii: "/") || bytes.first == UInt8(ascii: ".")
        guard !isPath, let end = bytes.firstIndex(of: UInt8(ascii: "=")), end > 0, end < bytes.count - 1 else {
            name = FleetName(cluster: nil, text: ByteName(argument))
            path = argument
            return
        }
        let label = ByteName(String(decoding: bytes[..<end], as: UTF8.self))
        let parts = label.split(at: UInt8(ascii: "/"))
        name = FleetName(cluster: parts.count > 1 && !parts[0].isEmpty ? parts[0] : nil, text: label)
        path = String(decoding: bytes[(end + 1)...], as: UTF8.self)
    }
}
