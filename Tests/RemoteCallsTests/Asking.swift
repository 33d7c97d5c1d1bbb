import Foundation
import RemoteCalls
import SecretMemory
import TestSupport
import Testing

extension HTTPChannel {
    /// The fields of the request as the server got them, by their names in lower case; with `sni` and `client`.
    func fields(_ options: CallOptions = CallOptions(timeout: .seconds(20))) throws -> [String: String] {
        let answer = try send(.get, "/fields", options: options)
        let text = String(decoding: answer.body.bytes.copiedToArray(), as: UTF8.self)
        let pairs = text.split(separator: "\n").map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (String(parts[0]), parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
        }
        return Dictionary(pairs) { "\($0) AND \($1)" }
    }

    /// What a request fails with; nil if it does not.
    func failure(
        _ target: String = "/fields", _ options: CallOptions = CallOptions(timeout: .seconds(20))
    ) -> RemoteCallError? {
        do {
            _ = try send(.get, target, options: options)
            return nil
        } catch {
            return error
        }
    }
}

extension RemotePeer {
    static func local(_ port: Int, _ tls: TLSSettings? = nil, proxy: String? = nil) -> RemotePeer {
        RemotePeer(.host("127.0.0.1", port: port), tls: tls, proxy: proxy.map { SecretKey(Array($0.utf8)) })
    }
}

extension PEMSource {
    /// The content of a file, in memory.
    static func content(_ path: String) throws -> PEMSource {
        .bytes(SecretKey([UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))))
    }
}
