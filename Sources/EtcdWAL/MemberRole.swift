/// What a member is in its cluster, as far as its database and log tell.
public enum MemberRole: Equatable, Sendable {
    /// It alone votes: whatever is in its log is committed.
    case onlyVoter
    /// It is one of so many. Others may have gone on without it.
    case oneVoter(of: Int)
    /// It does not vote: it is a learner, or was removed.
    case notVoting
    /// Neither database nor log name the members.
    case unknown
}

extension LogScan {
    /// Who votes once all entries of the log are applied.
    ///
    /// The log tells it if it begins with the first entry of all, or has a mark of a snapshot that names the voters
    /// (etcd 3.5); else the database does. Removals count only if they are committed.
    func voters(in database: MemberDatabase, commit: UInt64) -> Set<UInt64> {
        var voters = database.voters
        var base: UInt64 = 0
        if firstIndex == 1 {
            voters = []
        } else if let snapshot {
            (voters, base) = (snapshot.voters, snapshot.index)
        }
        for (index, change) in configurationChanges where index > base {
            switch change.kind {
            case .addVoter: voters.insert(change.memberID)
            case .remove where index <= commit: voters.remove(change.memberID)
            case .remove, .update, .addLearner: break
            }
        }
        return voters
    }

    func role(of memberID: UInt64, in database: MemberDatabase, commit: UInt64) -> MemberRole {
        let voters = voters(in: database, commit: commit)
        if voters.isEmpty { return .unknown }
        guard voters.contains(memberID) else { return .notVoting }
        return voters.count == 1 ? .onlyVoter : .oneVoter(of: voters.count)
    }

    /// Whether a member was removed from its cluster, and not only told that it may be.
    func isRemoved(_ memberID: UInt64, from database: MemberDatabase, commit: UInt64) -> Bool {
        let last = configurationChanges.last { $0.index <= commit && $0.change.memberID == memberID }
        if let last { return last.change.kind == .remove }
        return database.removedMembers.contains(memberID)
    }
}
