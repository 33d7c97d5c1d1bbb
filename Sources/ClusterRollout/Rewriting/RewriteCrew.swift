internal import Dispatch
public import KubernetesAPI
internal import Synchronization

/// Re-encrypts the objects of a resource, several at once, through servers that run the file.
public struct RewriteCrew<Server: ObjectPatching>: Sendable {
    public struct Settings: Sendable {
        /// So many requests go on at once.
        public var parallel = 4
        /// So many begin in a second; nil for no limit.
        public var maxRate: Int? = 50
        /// Whether servers only say what they would do.
        public var isDryRun = false
        public var isCancelled: @Sendable () -> Bool = { false }

        public init() {}
    }

    /// How the objects of a resource went.
    public struct Outcome: Sendable {
        public var counts: ResourceOutcome
        /// Why it ended before all objects were asked for; nil if it did not.
        public var interruption: APIFailure?
    }

    private let servers: [Server]
    private let settings: Settings
    private let rate: RequestRate
    /// Servers that failed, by their number: they are not asked again.
    private let lost = LostServers()

    /// - Parameter servers: Those that were seen to run the file; one at least.
    public init(_ servers: [Server], _ settings: Settings) {
        self.servers = servers
        self.settings = settings
        rate = RequestRate(perSecond: settings.maxRate)
    }

    /// Rewrites the objects of one resource. No more than a page of them is held.
    ///
    /// - Parameters:
    ///   - pages: Hands over the objects part by part to what it is given, which answers whether more is wanted.
    ///   - progress: Called with the number of further objects, from any thread.
    public func rewrite(
        _ resource: APIResource,
        _ pages: (_ take: ([RewriteCandidate]) -> Bool) throws(APIFailure) -> Void,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) -> Outcome {
        let shared = Shared()
        do throws(APIFailure) {
            try pages { candidates in
                work(candidates, resource, shared, progress)
                return shared.result.interruption == nil
            }
        } catch {
            shared.interrupt(error)
        }
        let result = shared.result
        return Outcome(counts: result.counts, interruption: result.interruption)
    }

    private struct State {
        var counts = ResourceOutcome()
        var interruption: APIFailure?
    }

    private final class LostServers: Sendable {
        private let numbers = Mutex<Set<Int>>([])

        /// - Returns: Whether another one is left.
        func add(_ number: Int, of count: Int) -> Bool {
            numbers.withLock { numbers in
                numbers.insert(number)
                return numbers.count < count
            }
        }

        /// The next one from `first` on that is not lost.
        func next(after first: Int, of count: Int) -> Int? {
            numbers.withLock { numbers in (0..<count).map { (first + $0) % count }.first { !numbers.contains($0) } }
        }
    }

    private func work(
        _ candidates: [RewriteCandidate], _ resource: APIResource, _ shared: Shared,
        _ progress: @escaping @Sendable (Int) -> Void
    ) {
        shared.load(candidates)
        let group = DispatchGroup()
        let queue = DispatchQueue(label: "encconf.rewrite", attributes: .concurrent)
        for number in 0..<min(settings.parallel, candidates.count) {
            queue.async(group: group) {
                while let candidate = shared.next() {
                    guard rate.wait(settings.isCancelled) else { return shared.interrupt(.cancelled) }
                    guard rewrite(candidate, resource, shared, first: number) else { return }
                    progress(1)
                }
            }
        }
        group.wait()
    }

    /// - Returns: Whether it is worth while to go on.
    private func rewrite(
        _ candidate: RewriteCandidate, _ resource: APIResource, _ shared: Shared, first: Int
    ) -> Bool {
        let task = ObjectRewrite(resource: resource, isDryRun: settings.isDryRun)
        while true {
            guard let number = lost.next(after: first, of: servers.count) else { return false }
            do {
                shared.count(candidate, try task.run(candidate, through: servers[number]))
                return true
            } catch {
                switch error {
                case .cancelled, .unauthorized, .credentials:
                    shared.interrupt(error)
                    return false
                case .notReached, .noAnswer, .untrusted:
                    // Another server can do it, if there is one.
                    guard lost.add(number, of: servers.count) else {
                        shared.interrupt(error)
                        return false
                    }
                default:
                    shared.fail(candidate, error)
                    return true
                }
            }
        }
    }

    /// What the workers share.
    private final class Shared: Sendable {
        private let state = Mutex(State())
        private let rest = Mutex<ArraySlice<RewriteCandidate>>([])

        var result: State { state.withLock { $0 } }

        func load(_ candidates: [RewriteCandidate]) { rest.withLock { $0 = candidates[...] } }

        func next() -> RewriteCandidate? {
            guard state.withLock({ $0.interruption == nil }) else { return nil }
            return rest.withLock { $0.popFirst() }
        }

        func interrupt(_ failure: APIFailure) { state.withLock { $0.interruption = $0.interruption ?? failure } }

        func fail(_ candidate: RewriteCandidate, _ failure: APIFailure) {
            state.withLock { $0.counts.fail(candidate.object, .failure(failure)) }
        }

        func count(_ candidate: RewriteCandidate, _ result: ObjectRewrite.Result) {
            state.withLock { state in
                switch result {
                case .rewritten: state.counts.rewritten += 1
                case .current: state.counts.current += 1
                case .gone: state.counts.gone += 1
                case .conflict: state.counts.conflicts += 1
                case .refused(let reason): state.counts.refuse(candidate.object, reason)
                case .leftStale: state.counts.fail(candidate.object, .leftStale)
                }
            }
        }
    }
}
