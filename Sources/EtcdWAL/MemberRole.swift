/// The role of a member in its cluster, according to its database and log.
public enum MemberRole: Equatable, Sendable {
    /// It is the only voter: every entry of its log is committed.
    case onlyVoter
    /// It is one of several voters. The others may have made changes that it does not have.
    case oneVoter(of: Int)
    /// It does not vote: it is a learner, or was removed.
    case notVoting
    /// The database and the log do not name the voters with certainty.
    case unknown
}

extension LogScan {
    /// The role of a member after all entries of its log. Removals of other members count only if they are committed.
    ///
    /// The log names the members if it begins with the first entry of all, or has a mark of a snapshot with their names
    /// (etcd 3.5). The database alone is not enough for an only voter: etcd 3.4 restores a snapshot without changing the
    /// members in it, so that they can be those of another cluster.
    func role(of memberID: UInt64, in database: MemberDatabase, commit: UInt64) -> MemberRole {
        var voters: Set<UInt64> = []
        var (base, isKnown) = (UInt64(0), true)
        if let snapshot, firstIndex != 1 {
            (voters, base) = (snapshot.voters, snapshot.index)
        } else if firstIndex != 1 {
            (voters, isKnown) = (database.voters, false)
        }
        for (index, change) in configurationChanges where index > base {
            switch change.kind {
            case .addVoter: voters.insert(change.memberID)
            case .remove where index <= commit: voters.remove(change.memberID)
            case .remove, .update, .addLearner: break
            }
        }
        if !voters.contains(memberID) { return isKnown ? .notVoting : .unknown }
        guard voters.count == 1 else { return .oneVoter(of: voters.count) }
        return isKnown ? .onlyVoter : .unknown
    }

    /// Whether a member was removed from its cluster by a committed change.
    func isRemoved(_ memberID: UInt64, from database: MemberDatabase, commit: UInt64) -> Bool {
        let last = configurationChanges.last { $0.index <= commit && $0.change.memberID == memberID }
        if let last { return last.change.kind == .remove }
        return database.removedMembers.contains(memberID)
    }
}
