/// Why a database and its log do not show everything that the member holds, or may hold.
public enum LogGap: Error, Hashable, Sendable {
    // The files.

    /// There is no file with the name of a segment.
    case noSegment
    /// Two segments have the same number, or one is missing between them. The later one is named.
    case segmentOrder(String)
    /// A segment does not begin with a checksum and the metadata of the log, or its checksum does not go on from the
    /// segment before.
    case segmentStart(String)
    /// A segment is longer than 4 GiB, or there are more than 65,536. (etcd makes them 64 MB long.)
    case tooLarge(String)
    /// A record cannot be read, has the wrong checksum, or contradicts the ones before.
    case damagedRecord(LogPlace)
    /// The last record was not written to its end. etcd removes it when it starts, but others may have it.
    case tornRecord(LogPlace)
    /// Bytes follow the end of the log that are no record of it.
    case bytesAfterEnd(LogPlace)
    /// The last segment has no free space at its end, as etcd leaves it: something may be cut off.
    case noFreeSpace(String)

    // The entries.

    /// Entries are missing between the database and the last one that counts. Both indices are inclusive.
    case missingEntries(from: UInt64, to: UInt64)
    /// The log ends with an earlier entry than the database: they do not belong together.
    case endsBeforeDatabase(lastIndex: UInt64, databaseIndex: UInt64)
    /// The entry that the database ends with is another one in the log: they do not belong together.
    case otherTerm(index: UInt64)
    /// The member received a later database from its leader, which is not this one.
    case snapshotNotInDatabase(index: UInt64)
    /// This many entries that change keys follow the last one that the member knows to be committed. The cluster may
    /// have made these changes, or may make them later.
    case uncommittedChanges(count: Int)
    /// The member was removed from the cluster, which went on without it.
    case memberRemoved

    // The requests of the entries.

    /// The request of an entry is not known here.
    case unknownRequest(index: UInt64, MessageFault)
    /// The effect of an entry depends on something that is not in the log, or the entry ends etcd with a panic.
    case unforeseeableRequest(index: UInt64)
    /// Authentication is on, or was switched: whether a change was permitted is not modeled.
    case authentication
    /// An alarm is or was raised: which changes the member refused is not modeled.
    case alarm
    /// A compaction did not finish. The revision of the next change depends on the version of etcd.
    case revisionNotKnown
    /// The comparisons of an entry would take longer than in proportion to the log.
    case tooMuchWork(index: UInt64)
}
