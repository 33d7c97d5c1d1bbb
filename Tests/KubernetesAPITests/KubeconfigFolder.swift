import Foundation
import KubernetesAPI
import TestSupport

/// A folder with kubeconfig files that a test writes, gone at its end.
final class KubeconfigFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("kubeconfig-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ text: String, to name: String = "config", mode: Int = 0o600) throws -> String {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }

    /// What kubectl would make of a kubeconfig with one cluster, one user and one context.
    func access(
        cluster: String = "server: https://a:1", user: String = "token: t", context: String = "cluster: c, user: u",
        more: String = "current-context: x"
    ) throws -> ClusterAccess {
        try Kubeconfig(reading: [try write(Self.text(cluster, user, context, more))]).access()
    }

    static func text(
        _ cluster: String = "server: https://a:1", _ user: String = "token: t",
        _ context: String = "cluster: c, user: u",
        _ more: String = "current-context: x"
    ) -> String {
        """
        clusters: [{name: c, cluster: {\(cluster)}}]
        users: [{name: u, user: {\(user)}}]
        contexts: [{name: x, context: {\(context)}}]
        \(more)

        """
    }

    /// A certificate and its key, of the recording.
    static let certificate = TestData.path("kubeconfig/files/pki/client.crt")
    static let key = TestData.path("kubeconfig/files/pki/client.key")
    static func base64(_ path: String) throws -> String {
        try Data(contentsOf: URL(fileURLWithPath: path)).base64EncodedString()
    }
    static func base64(text: String) -> String { Data(text.utf8).base64EncodedString() }
}

/// The reason of the error, if there is one.
func reason(_ body: () throws -> Void) -> KubeconfigError.Reason? {
    do {
        try body()
        return nil
    } catch {
        return (error as? KubeconfigError)?.reason
    }
}
