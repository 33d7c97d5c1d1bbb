internal import Dispatch
internal import EtcdSnapshot
internal import Synchronization

/// The live records of a snapshot, which several threads take in shares, one after the other.
final class RecordShares: Sendable {
    /// Long enough that taking one costs nothing, and short enough that all threads end at about the same time.
    private static let length = 1024

    private let rest = Mutex<ArraySlice<RecordLocation>>([])
    private let isOpen = DispatchSemaphore(value: 0)

    /// Lets the threads begin that wait.
    func open(_ locations: [RecordLocation], for threadCount: Int) {
        rest.withLock { $0 = locations[...] }
        for _ in 0..<threadCount { isOpen.signal() }
    }

    /// Waits until it is known which records there are.
    func wait() { isOpen.wait() }

    /// The next share; nil if none is left. All records of one revision are in one share, so that findings can be put in
    /// order by their revisions.
    func next(of file: SnapshotFile) throws(SnapshotError) -> ArraySlice<RecordLocation>? {
        try rest.withLock { rest throws(SnapshotError) in
            guard !rest.isEmpty else { return nil }
            var end = rest.startIndex + min(Self.length, rest.count)
            while end < rest.endIndex,
                try file.record(at: rest[end]).revision == file.record(at: rest[end - 1]).revision
            {
                end += 1
            }
            let share = rest[..<end]
            rest = rest[end...]
            return share
        }
    }
}
