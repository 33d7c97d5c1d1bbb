import ClusterSupport
import EncryptionConfig
import GoText
import KeyTransition
import Reports
import StorageAudit
import StorageEvidence
import TestSupport
import Testing
import Transformers

/// What is done with stored values grows with their number and that of the keys, not with the product.
@Suite(.serialized) struct LinearStoreTests {
    enum Shape: String, CaseIterable {
        /// A value of each of many keys; values of one key among many; a value of each of many resources; revisions of
        /// one value.
        case keys, oneKey, resources, revisions
    }

    private struct Store {
        let file: EditFile
        let snapshot: SnapshotBuilder

        func configuration() throws -> ConfigurationFile {
            ConfigurationFile(path: "enc.yaml", hash: "", configuration: try file.configuration())
        }
    }

    private static func store(_ shape: Shape, _ count: Int) -> Store {
        var builder = SnapshotBuilder()
        for number in 0..<count {
            switch shape {
            case .keys: builder.put("/registry/secrets/a/s\(number)", value(LargeFile.name(number)))
            case .oneKey: builder.put("/registry/secrets/a/s\(number)", value(LargeFile.name(0)))
            case .resources:
                builder.put("/registry/example.com/r\(number)/a/s", value(LargeFile.name(2 * number)))
            case .revisions: builder.put("/registry/secrets/a/s", value(LargeFile.name(0)))
            }
        }
        return Store(
            file: shape == .resources ? LargeFile.entries(count) : LargeFile.keys(count), snapshot: builder)
    }

    /// It need not open: its label counts.
    private static func value(_ key: String) -> [UInt8] {
        Array("k8s:enc:aesgcm:v1:\(key):".utf8) + Array(repeating: 7, count: 60)
    }

    /// `audit --history` with all that it shows.
    @Test(arguments: Shape.allCases)
    func valuesAreAudited(_ shape: Shape) throws {
        let growth = try Growth.ofWork(100, { Self.store(shape, $0) }) { store in
            let file = try store.configuration()
            let result = try store.snapshot.audit(under: [file], history: true)
            let report = AuditReport(
                path: "s.db", configurations: [file], result: result, failOn: [], options: AuditOptions())
            _ = (try report.text(), try report.value())
        }
        #expect(growth < Growth.limit)
    }

    /// `rotate`, `diff` and `verify` with evidence.
    @Test(arguments: Shape.allCases)
    func evidenceIsJudged(_ shape: Shape) throws {
        let growth = try Growth.ofWork(
            100,
            { count in
                let store = Self.store(shape, count)
                let file = try store.configuration()
                return (file, try store.snapshot.audit(under: [file]))
            }
        ) { file, result in
            let evidence = StorageEvidence(
                under: file, [EvidenceSource(name: "s.db", result: result)], isWholeStore: false)
            _ = evidence.gaps
            let configuration = file.configuration
            _ = TransitionProof(from: configuration, to: configuration, stored: { evidence.labels(of: $0) }).safe
            let removed = RemovedKeys(
                configuration.keys.map { StoredKeyLabel(provider: .aesgcm, key: $0.key.name) },
                of: configuration.entries.flatMap(\.resources), from: configuration, to: configuration)
            _ = removed.judge(evidence)
        }
        #expect(growth < Growth.limit)
    }

    /// The names of keys: as many of one name as of names that begin with it.
    @Test func namesAreLookedUp() throws {
        let growth = try Growth.ofWork(
            2000, { count in (0..<count).flatMap { [Array("a:".utf8), Array("a:\($0):".utf8)] } }
        ) { names in
            let tree = PrefixTree(names)
            #expect(tree.beginsAnother(0))
        }
        #expect(growth < Growth.limit)
    }
}
