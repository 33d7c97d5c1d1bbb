import ClusterRollout
import KubernetesAPI
import KubernetesResources
import Synchronization
import TestSupport
import Testing

/// What becomes of objects, over servers that answer as they like.
struct ObjectRewriteTests {
    private static let secrets = APIResource(
        GroupResource(resource: "secrets"), version: "v1", isNamespaced: true, verbs: ["list", "patch"])

    /// A server that answers each request for a name with the next of its answers; `nil` is the version that was asked for.
    private final class Server: ObjectPatching {
        enum Answer { case version(String), same, failure(APIFailure) }
        private let answers: Mutex<[String: [Answer]]>
        let asked = Mutex<[ObjectReference]>([])

        init(_ answers: [String: [Answer]]) { self.answers = Mutex(answers) }

        func patchEmpty(
            _ object: ObjectReference, of resource: APIResource, isDryRun: Bool
        ) throws(APIFailure) -> String {
            asked.withLock { $0.append(object) }
            let answer = answers.withLock { answers -> Answer? in
                guard var rest = answers[object.name], !rest.isEmpty else { return nil }
                let first = rest.removeFirst()
                answers[object.name] = rest
                return first
            }
            switch answer {
            case .version(let version)?: return version
            case .same?, nil: return object.resourceVersion ?? ""
            case .failure(let failure)?: throw failure
            }
        }
    }

    private static func object(_ name: String) -> ObjectReference {
        ObjectReference(namespace: "default", name: name, uid: "u", resourceVersion: "7")
    }

    private static func rewrite(
        _ servers: [Server], _ candidates: [RewriteCandidate], maxRate: Int? = nil
    ) -> RewriteCrew<Server>.Outcome {
        var settings = RewriteCrew<Server>.Settings()
        settings.maxRate = maxRate
        return RewriteCrew(servers, settings).rewrite(secrets) { take throws(APIFailure) in _ = take(candidates) }
    }

    /// The version tells whether a value was written, and nothing else does.
    @Test func countsByTheVersion() {
        let server = Server(["new": [.version("8")], "left": [.same], "seen": [.same]])
        let outcome = Self.rewrite(
            [server],
            [
                RewriteCandidate(Self.object("new"), isStale: true),
                RewriteCandidate(Self.object("left"), isStale: true),
                RewriteCandidate(Self.object("seen"), isStale: false),
            ])
        #expect(outcome.counts.rewritten == 1 && outcome.counts.current == 1 && outcome.counts.failedCount == 1)
        // What is stale and stays so is no success: the server does not write with the key of the file.
        let failure = outcome.counts.failed.first
        #expect(failure?.object.name == "left")
        if case .leftStale? = failure?.reason {} else { Issue.record("\(String(describing: failure))") }
    }

    /// A server that is lost is not asked again; the others do its part, and without any it stops.
    @Test func losesServers() {
        let names = (0..<40).map { "s\($0)" }
        let gone = Server(
            Dictionary(
                uniqueKeysWithValues: names.map { ($0, Array(repeating: Server.Answer.failure(.cancelled), count: 3)) })
        )
        let stopped = Self.rewrite([gone], names.map { RewriteCandidate(Self.object($0), isStale: true) })
        if case .cancelled? = stopped.interruption {} else { Issue.record("\(stopped)") }
        #expect(stopped.counts.total == 0, "what was not answered is not counted")
    }

    /// Each object is counted once, whatever is answered, and none is dropped without a word.
    @Test func countsEachOnce() {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: UInt64(seed))
            var answers: [String: [Server.Answer]] = [:]
            let names = (0..<Int.random(in: 1...30, using: &random)).map { "s\($0)" }
            for name in names {
                answers[name] = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0: .same
                    case 1, 2: .version("9")
                    case 3: .failure(.malformed)
                    case 4: .failure(.server(code: 500, nil))
                    default: .failure(.unexpected(code: 418))
                    }
                }
            }
            let outcome = Self.rewrite(
                [Server(answers), Server(answers)],
                names.map { RewriteCandidate(Self.object($0), isStale: Bool.random(using: &random)) })
            #expect(outcome.interruption == nil && outcome.counts.total == names.count, "seed \(seed)")
        }
    }

    /// No more requests begin in a second than were allowed.
    @Test func keepsTheRate() {
        let start = ContinuousClock.now
        let outcome = Self.rewrite(
            [Server([:])], (0..<11).map { RewriteCandidate(Self.object("s\($0)"), isStale: false) }, maxRate: 100)
        #expect(outcome.counts.current == 11 && ContinuousClock.now - start >= .milliseconds(100))
    }

    /// What a file covers, and what is left out with a word.
    @Test func scopes() throws {
        let document = try TestConfigurations.everything()
        let served = [
            Self.secrets,
            APIResource(
                GroupResource(resource: "events"), version: "v1", isNamespaced: true, verbs: ["list", "patch"]),
            APIResource(GroupResource(resource: "bindings"), version: "v1", isNamespaced: true, verbs: ["create"]),
            APIResource(
                GroupResource(resource: "leases", group: "coordination.k8s.io"), version: "v1", isNamespaced: true,
                verbs: ["list", "patch"]),
        ]
        let scope = RewriteScope(of: document, served: served, only: nil, includesShortLived: false)
        #expect(scope.targets.map(\.resource.description) == ["secrets"])
        #expect(scope.leftOut.map(\.reason) == [.shortLived, .shortLived])
        let all = RewriteScope(of: document, served: served, only: nil, includesShortLived: true)
        #expect(all.targets.count == 3 && all.leftOut.isEmpty)
        let one = RewriteScope(
            of: document, served: served, only: [GroupResource(resource: "bindings")], includesShortLived: false)
        #expect(one.targets.isEmpty && one.impossible == [GroupResource(resource: "bindings")])
    }
}
