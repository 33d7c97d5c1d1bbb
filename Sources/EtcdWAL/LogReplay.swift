internal import EtcdSnapshot

/// Applies requests to keys, as a member does (etcd, server/etcdserver/apply, server/etcdserver/txn and
/// server/storage/mvcc/kvstore_txn.go; etcdserver/apply.go and mvcc in 3.4).
struct LogReplay<Segment: WALSegment>: ~Escapable {
    let sources: ByteSources<Segment>
    private(set) var space: KeySpace
    /// The keys that were ever put with each lease that exists. One may be there twice, or have another lease by now.
    private var leases: [Int64: [Int]]
    /// The revision of the last transaction.
    private(set) var revision: Int64
    private(set) var compactedRevision: Int64
    /// The values written, and the keys deleted.
    private(set) var putCount = 0
    private(set) var deletionCount = 0
    /// How many keys comparisons may still look at.
    private var workLeft: Int
    /// What the changes to come are.
    var isCertain = true
    /// The changes of the transaction at hand, and what its keys were before each of them.
    private var changes: [LogChange] = []
    private var before: [(index: Int, state: KeyState, isLive: Bool)] = []

    /// - Parameters:
    ///   - leases: The leases that exist, with the keys of `space` that live by them.
    ///   - workLimit: How many keys comparisons may look at in all.
    @_lifetime(copy sources)
    init(
        _ sources: consuming ByteSources<Segment>, space: consuming KeySpace, leases: [Int64: [Int]],
        revision: Int64, compactedRevision: Int64, workLimit: Int
    ) {
        self.sources = sources
        self.space = space
        self.leases = leases
        (self.revision, self.compactedRevision, workLeft) = (revision, compactedRevision, workLimit)
    }

    /// Does what an entry in `segment` asks for: all of it, or nothing.
    @_lifetime(self: copy self)
    mutating func apply(
        _ request: KeyRequest, segment: Int, _ onChange: (LogChange) -> Void
    ) throws(RequestFault) {
        changes.removeAll(keepingCapacity: true)
        before.removeAll(keepingCapacity: true)
        do throws(RequestFault) {
            try apply(request, segment)
        } catch {
            for (index, state, isLive) in before.reversed() {
                space.states[index] = state
                space.setLive(index, isLive)
            }
            throw error
        }
        guard !changes.isEmpty else { return }
        revision &+= 1
        let deletionCount = changes.count { $0.isTombstone }
        self.deletionCount += deletionCount
        putCount += changes.count - deletionCount
        for change in changes { onChange(change) }
    }

    @_lifetime(self: copy self)
    private mutating func apply(_ request: KeyRequest, _ segment: Int) throws(RequestFault) {
        switch request {
        case .none, .alarm, .authentication: break
        case .put(let put):
            guard isPossible(put, in: segment) else { break }
            try apply(put, segment)
        case .delete(let delete): apply(delete, segment)
        case .transaction(let transaction): try apply(transaction, segment)
        case .compaction(let revision):
            if revision > compactedRevision, revision <= self.revision { compactedRevision = revision }
        case .leaseGrant(let lease, let timeToLive):
            // lease/lessor.go, Grant: MaxLeaseTTL.
            guard lease != 0, timeToLive <= 9_000_000_000, leases[lease] == nil else { break }
            leases[lease] = []
        case .leaseRevoke(let lease):
            guard let keys = leases.removeValue(forKey: lease) else { break }
            for index in keys.sorted() where space.live.contains(index) && space.states[index].lease == lease {
                delete(index)
            }
        }
    }
}

extension LogReplay {
    /// Whether etcd accepts a put: its lease exists, and so does the key if the put keeps something of it.
    private func isPossible(_ put: PutRequest, in segment: Int) -> Bool {
        if put.lease != 0, leases[put.lease] == nil { return false }
        guard put.ignoresValue || put.ignoresLease else { return true }
        return index(of: put.key, in: segment).map { space.live.contains($0) } ?? false
    }

    private func index(of key: Range<Int>, in segment: Int) -> Int? {
        space.index(of: sources(StoredBytes(file: .segment(segment), range: key)), in: sources)
    }

    @_lifetime(self: copy self)
    private mutating func apply(
        _ put: PutRequest, _ segment: Int
    ) throws(RequestFault) {
        // All keys that the log names are there.
        guard let index = index(of: put.key, in: segment) else { throw .unforeseeable }
        let isLive = space.live.contains(index)
        guard isLive || !(put.ignoresValue || put.ignoresLease) else { throw .unforeseeable }
        var state = space.states[index]
        if !put.ignoresValue { state.value = StoredBytes(file: .segment(segment), range: put.value) }
        if !put.ignoresLease { state.lease = put.lease }
        state.modRevision = revision &+ 1
        state.subRevision = Int64(changes.count)
        state.createRevision = isLive ? state.createRevision : revision &+ 1
        state.version = isLive ? state.version &+ 1 : 1
        state.isChanged = true
        if state.lease != 0 {
            // A key of the database can name a lease that is gone; to put it again with that is the end of a member.
            guard leases[state.lease] != nil else { throw .unforeseeable }
            leases[state.lease]?.append(index)
        }
        set(index, state, isLive: true)
    }

    @_lifetime(self: copy self)
    private mutating func apply(
        _ request: DeleteRequest, _ segment: Int
    ) {
        let indices = space.indices(of: request.keys, in: sources.segment(segment), sources)
        var next = indices.lowerBound
        while let index = space.live.first(from: next), index < indices.upperBound {
            delete(index)
            next = index + 1
        }
    }

    @_lifetime(self: copy self)
    private mutating func delete(_ index: Int) {
        var state = KeyState()
        state.modRevision = revision &+ 1
        state.subRevision = Int64(changes.count)
        state.isChanged = true
        state.base = space.states[index].base
        set(index, state, isLive: false)
    }

    @_lifetime(self: copy self)
    private mutating func set(_ index: Int, _ state: KeyState, isLive: Bool) {
        before.append((index, space.states[index], space.live.contains(index)))
        space.states[index] = state
        space.setLive(index, isLive)
        changes.append(change(of: index))
    }

    /// The last change of a key.
    func change(of index: Int) -> LogChange {
        let state = space.states[index]
        return LogChange(
            key: space.keys[index], value: state.value, revision: state.modRevision, subRevision: state.subRevision,
            createRevision: state.createRevision, version: state.version, lease: state.lease,
            isTombstone: !space.live.contains(index), isCertain: isCertain)
    }
}

extension LogReplay {
    /// All comparisons see the state before the transaction, those of transactions within it too; then all puts and
    /// reads are checked, and at last the operations are done in their order.
    @_lifetime(self: copy self)
    private mutating func apply(
        _ transaction: Transaction, _ segment: Int
    ) throws(RequestFault) {
        var steps: [TransactionStep] = []
        try choose(transaction, segment, depth: 0, &steps)
        var hasWrite = false
        for case .put(let put) in steps {
            guard isPossible(put, in: segment) else { return }
            hasWrite = true
        }
        if !hasWrite {
            for case .delete in steps { hasWrite = true }
        }
        guard hasWrite else { return }
        for case .read(let revision) in steps where revision != 0 {
            // Such a read makes the whole transaction fail, but only for the member that a client waits for.
            guard revision <= self.revision, revision >= compactedRevision else { throw .unforeseeable }
        }
        for step in steps {
            switch step {
            case .put(let put): try apply(put, segment)
            case .delete(let delete): apply(delete, segment)
            case .read, .transaction: break
            }
        }
    }

    /// Appends the operations that `transaction` comes to.
    @_lifetime(self: copy self)
    private mutating func choose(
        _ transaction: Transaction, _ segment: Int, depth: Int, _ steps: inout [TransactionStep]
    ) throws(RequestFault) {
        guard depth < Transaction.depthLimit else { throw .tooMuchWork }
        let parts = try transaction.parts(of: sources.segment(segment))
        var isSuccess = true
        for case .comparison(let range) in parts where isSuccess {
            isSuccess = try holds(try Comparison(range, of: sources.segment(segment)), segment)
        }
        for part in parts {
            let range: Range<Int>
            switch part {
            case .success(let operation) where isSuccess: range = operation
            case .failure(let operation) where !isSuccess: range = operation
            default: continue
            }
            guard let step = try TransactionStep.read(range, of: sources.segment(segment)) else { continue }
            if case .transaction(let range) = step {
                try choose(Transaction(range: range), segment, depth: depth + 1, &steps)
            } else {
                steps.append(step)
            }
        }
    }

    /// Whether all keys that are compared are as the comparison says.
    @_lifetime(self: copy self)
    private mutating func holds(_ comparison: Comparison, _ segment: Int) throws(RequestFault) -> Bool {
        let indices = space.indices(of: comparison.keys, in: sources.segment(segment), sources)
        var next = indices.lowerBound
        var isEmpty = true
        while let index = space.live.first(from: next), index < indices.upperBound {
            isEmpty = false
            guard holds(comparison, segment, space.states[index]) else { return false }
            next = index + 1
            if comparison.keys.extent != .one {
                workLeft -= 1 + comparison.value.count / 64
                guard workLeft >= 0 else { throw .tooMuchWork }
            }
        }
        guard isEmpty else { return true }
        // A key that does not exist has the number 0 everywhere, and no value that anything could be compared with.
        return comparison.target != .value && holds(comparison, segment, KeyState())
    }

    private func holds(_ comparison: Comparison, _ segment: Int, _ state: KeyState) -> Bool {
        let order: Int
        switch comparison.target {
        case .version: order = Self.order(state.version, comparison.number)
        case .createRevision: order = Self.order(state.createRevision, comparison.number)
        case .modRevision: order = Self.order(state.modRevision, comparison.number)
        case .lease: order = Self.order(state.lease, comparison.number)
        case .value:
            let operand = StoredBytes(file: .segment(segment), range: comparison.value)
            order = sources(state.value).compare(sources(operand))
        }
        switch comparison.result {
        case .equal: return order == 0
        case .notEqual: return order != 0
        case .greater: return order > 0
        case .less: return order < 0
        }
    }

    private static func order(_ one: Int64, _ other: Int64) -> Int { one < other ? -1 : one > other ? 1 : 0 }
}
