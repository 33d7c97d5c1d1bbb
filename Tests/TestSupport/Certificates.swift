import Foundation

/// An authority of its own in a folder, with a certificate for a server on 127.0.0.1, one for a server of the name
/// `kubernetes.test` and one for a client; made by OpenSSL's program.
public final class Certificates {
    struct Failure: Error {}

    public let folder: String

    public init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.currentDirectoryURL = URL(fileURLWithPath: folder)
        shell.arguments = [
            "-ec",
            """
            new='openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
            $new -x509 -subj /CN=authority -keyout ca.key -out ca.pem
            $new -x509 -subj /CN=stranger -keyout stranger.key -out stranger.pem
            for name in server client named; do
                case $name in named) names=DNS:kubernetes.test ;; *) names=DNS:kubernetes,IP:127.0.0.1,IP:127.0.0.2,IP:127.0.0.3 ;; esac
                $new -subj /CN=$name -addext subjectAltName=$names -keyout $name.key -out $name.csr
                openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -copy_extensions copy \
                    -out $name.pem
            done
            """,
        ]
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
        shell.waitUntilExit()
        guard shell.terminationStatus == 0 else { throw Failure() }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    public func file(_ name: String) -> String { "\(folder)/\(name)" }
}
