import ClusterSupport
import Foundation
import TestSupport

/// A folder with the configurations and snapshots of one case, in which the program runs.
struct AuditCase {
    let program: Program

    init() throws { program = try Program() }

    func remove() { program.remove() }

    /// Writes a file that only its owner may read.
    func write(_ name: String, _ bytes: [UInt8]) throws {
        let path = program.workingFolder.appendingPathComponent(name).path
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown) }
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: program.workingFolder.appendingPathComponent(name)))
    }

    /// Writes a configuration.
    func configure(_ name: String, _ short: String) throws {
        try write(name, Array(ShortConfiguration(short).text.utf8))
    }

    func configure(_ short: String) throws { try configure("c.yaml", short) }

    /// Writes a snapshot.
    func save(_ name: String = "s.db", _ build: (inout SnapshotBuilder) throws -> Void) throws {
        var builder = SnapshotBuilder()
        try build(&builder)
        try write(name, try builder.file())
    }

    func run(_ arguments: [String]) throws -> Program.Result { try program.run(arguments) }

    /// Runs the program with words that a blank separates.
    func run(_ line: String) throws -> Program.Result { try run(line.split(separator: " ").map { String($0) }) }

    /// An audit as JSON; its status is the same in every format.
    func audit(_ line: String = "--config c.yaml s.db") throws -> (report: Report, status: Int32) {
        let json = try run("audit -o json \(line)")
        for format in ["text", "html", "openmetrics"] {
            let other = try run("audit -o \(format) \(line)")
            guard other.status == json.status else {
                throw Difference(message: "\(format): \(other.status), json: \(json.status)")
            }
        }
        return (try JSONDecoder().decode(Report.self, from: Data(json.output)), json.status)
    }

    struct Difference: Error { let message: String }

    /// What the cases look at of an audit.
    struct Report: Decodable {
        struct Source: Decodable {
            let sha256Verified: Bool?
            let revision: Int?
        }
        struct Resource: Decodable {
            struct Key: Decodable { let key: String? }
            let resource: String
            let objects: Int
            let stale: Int
            let byKey: [Key]
        }
        struct Uncovered: Decodable, Equatable {
            let resource: String
            let objects: Int
            let plaintext: Int
        }
        struct Finding: Decodable {
            let code: String
            let etcdKey: String?
        }
        let source: Source
        let resources: [Resource]
        let uncovered: [Uncovered]
        let findings: [Finding]
        let verdict: String

        func resource(_ name: String) -> Resource? { resources.first { $0.resource == name } }
    }

    /// Takes the last step of a rotation with a source as evidence, in every way in which a person may promise that the
    /// servers run the file. The statuses, until one is 0.
    func retire(_ file: String, evidence: String) throws -> [Int32] {
        let hash = try program.shell("sha256sum \(file) | cut -d ' ' -f 1").text.prefix(64)
        let step = "rotate \(file) --step retire --evidence \(evidence) --discard-retired-keys"
        var statuses: [Int32] = []
        for promise in [
            "", " --single-server", " --servers-loaded \(hash)", " --servers-loaded \(hash) --after-revision 1",
        ] {
            statuses.append(try run(step + promise).status)
            if statuses.last == 0 { break }
        }
        return statuses
    }
}
