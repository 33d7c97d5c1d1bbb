internal import Synchronization

/// What comes next of a walk.
public enum WalkEvent: Sendable {
    /// The walk begins: at the start, and whenever its revision was compacted under way. What came of pages before is
    /// to be forgotten.
    case begin(WalkStart)
    /// The next keys, in ascending order and none twice.
    case page(EtcdPage)
}

/// Where a walk begins.
public struct WalkStart: Equatable, Sendable {
    /// The one revision of all pages that follow.
    public let revision: Int64
    /// The keys that they will bring.
    public let keyCount: Int64
    /// How often the walk has begun before.
    public let restartCount: Int
}

/// Reads a range of keys at one revision, page by page, independent of concurrent writes.
///
/// If no endpoint can answer for a page at the moment, the page is requested again. The next page is fetched while
/// the caller works on the present one.
public final class EtcdWalk {
    private let client: EtcdClient
    private let range: KeyRange
    private let settings: WalkSettings
    private let abandonment = Abandonment()
    private var ahead: PageAhead?
    private var isFetching = false
    private var firstPage: EtcdPage?
    private var restartCount = 0
    /// The keys in the pages since the last ``WalkEvent/begin(_:)``.
    public private(set) var keyCount: Int64 = 0

    init(_ client: EtcdClient, _ range: KeyRange, _ settings: WalkSettings) {
        self.client = client
        self.range = range
        self.settings = settings
    }

    deinit {
        // The page in flight is not needed; it is canceled within a tenth of a second.
        abandonment.isAbandoned.store(true, ordering: .relaxed)
        if isFetching { _ = try? ahead?.finish() }
    }

    /// What comes next; nil at the end. After an error the walk is at its end.
    public func next() throws(EtcdError) -> WalkEvent? {
        if let page = firstPage {
            firstPage = nil
            return hand(page)
        }
        do throws(EtcdError) {
            guard let ahead else { return try begin() }
            guard isFetching else { return nil }
            guard let page = try finish(ahead) else { return nil }
            return hand(page)
        } catch .compacted(let revision) {
            guard settings.revision == nil else { throw .compacted(revision: revision) }
            guard restartCount < settings.restartLimit else { throw .compactedTooOften(restarts: restartCount) }
            restartCount += 1
            return try begin()
        }
    }

    private func begin() throws(EtcdError) -> WalkEvent? {
        let (isCancelled, abandonment) = (client.settings.isCancelled, abandonment)
        let ahead = PageAhead(
            PageSource(client, range, settings) {
                isCancelled() || abandonment.isAbandoned.load(ordering: .relaxed)
            })
        self.ahead = ahead
        keyCount = 0
        ahead.begin()
        isFetching = true
        guard let page = try finish(ahead) else { return nil }
        firstPage = page
        return .begin(
            WalkStart(
                revision: settings.revision ?? page.header.revision, keyCount: page.keyCount,
                restartCount: restartCount))
    }

    private func finish(_ ahead: PageAhead) throws(EtcdError) -> EtcdPage? {
        isFetching = false
        return try ahead.finish()
    }

    /// Hands over a page, and fetches the one behind it.
    private func hand(_ page: EtcdPage) -> WalkEvent {
        keyCount += Int64(page.records.count)
        if page.hasMore, let ahead {
            ahead.begin()
            isFetching = true
        }
        return .page(page)
    }
}

extension EtcdClient {
    /// Begins a walk. Nothing is asked before its first ``EtcdWalk/next()``.
    public func walk(_ range: KeyRange = .everything, _ settings: WalkSettings = WalkSettings()) -> EtcdWalk {
        EtcdWalk(self, range, settings)
    }
}

/// Signals the fetching thread that its page is no longer needed.
private final class Abandonment: Sendable {
    let isAbandoned = Atomic(false)
}
