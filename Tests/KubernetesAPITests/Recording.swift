import Foundation
@testable import KubernetesAPI
@testable import RemoteCalls
import SecretMemory
import TestSupport

/// A case of `testdata/apiserver/FILE.jsonl.gz`, as far as tests need it. See the README there.
struct RecordedCase: Decodable, Sendable {
    /// Its name in the file.
    let name: String
    let server: Int?
    let user: String?
    let request: Request?
    let response: Response?

    struct Request: Decodable, Sendable {
        let method: String
        let path: String
        let headers: [String: String]
        let body: String?
    }

    struct Response: Decodable, Sendable {
        let status: Int?
        let headers: [String: HeaderValues]?
        let body: String?
        /// Bytes that were cut.
        let cutByteCount: Int?

        init(status: Int, body: String) {
            self.status = status
            self.body = body
            headers = ["Content-Type": HeaderValues(all: ["application/json"])]
            cutByteCount = nil
        }

        enum CodingKeys: String, CodingKey {
            case status, headers, body
            case cutByteCount = "body_bytes"
        }
    }

    /// One value, or several.
    struct HeaderValues: Decodable, Sendable {
        let all: [String]

        init(all: [String]) { self.all = all }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(String.self) {
                all = [one]
            } else {
                all = try container.decode([String].self)
            }
        }
    }

    enum CodingKeys: String, CodingKey {
        case server, user, request, response
        case name = "case"
    }

    /// An answer that nobody recorded.
    init(status: Int, body: String) {
        name = ""
        (server, user, request) = (nil, nil, nil)
        response = Response(status: status, body: body)
    }

    /// `file:case`
    var place = ""
    var body: [UInt8] { Array((response?.body ?? "").utf8) }
    var secretBody: SecretKey { SecretKey(body) }

    var head: HTTPHead {
        var head = HTTPHead()
        var lines = ["HTTP/1.1 \(response?.status ?? 0) \r\n"]
        for (name, values) in response?.headers ?? [:] { lines += values.all.map { "\(name): \($0)\r\n" } }
        for line in lines { head.read(Array(line.utf8).span.rawBytes) }
        return head
    }

    var failure: APIFailure? { APIFailure(head, body: secretBody) }

    /// The answer, for a server of a test.
    var answer: ScriptedServer.Answer {
        var fields: [(String, String)] = []
        for (name, values) in response?.headers ?? [:]
        where !["content-length", "transfer-encoding", "connection", "content-encoding"].contains(name.lowercased()) {
            fields += values.all.map { (name, $0) }
        }
        return ScriptedServer.Answer(status: response?.status ?? 0, fields: fields, body: body)
    }
}

enum Recording {
    static let files = [
        "canary", "discovery", "identity", "listing", "metrics", "proxy", "reload", "rewriting", "shutdown",
        "undecryptable",
    ]

    private static let all: [String: [RecordedCase]] = {
        var all: [String: [RecordedCase]] = [:]
        for file in files {
            guard let cases = try? GzipLines.decode("apiserver/\(file).jsonl.gz", as: RecordedCase.self) else {
                fatalError("testdata/apiserver/\(file).jsonl.gz cannot be read")
            }
            all[file] = cases.map { one in
                var one = one
                one.place = "\(file):\(one.name)"
                return one
            }
        }
        return all
    }()

    static func cases(_ file: String) -> [RecordedCase] { all[file] ?? [] }

    /// Those that have an answer with a status.
    static var answered: [RecordedCase] { files.flatMap(cases).filter { $0.response?.status != nil } }

    struct Missing: Error { let place: String }

    /// - Parameter place: `file:case`
    static func one(_ place: String) throws -> RecordedCase {
        let parts = place.split(separator: ":").map { String($0) }
        guard let found = cases(parts[0]).first(where: { $0.name == parts[1] }) else { throw Missing(place: place) }
        return found
    }

    static func answer(_ place: String) throws -> ScriptedServer.Answer { try one(place).answer }
}
