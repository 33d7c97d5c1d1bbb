/// The requests of all entries after the database: the keys that they can change, and whether their effect is known.
struct EntryRequests {
    private(set) var mentions = Mentions()
    /// The number of entries that can be read, from the first one after the database. Later ones are not read.
    private(set) var readableCount = 0
    /// Why the entry after those cannot be read.
    private(set) var gap: LogGap?
    /// The readable entries that can change keys.
    private(set) var changeCount = 0
    /// Those of them that are not committed.
    private(set) var uncommittedChangeCount = 0
    private(set) var hasAlarm = false
    private(set) var hasAuthentication = false

    /// - Parameter committedCount: So many of the entries are committed.
    init<Segment>(_ scan: LogScan, committedCount: Int, in sources: borrowing ByteSources<Segment>) {
        for (position, entry) in scan.entries.enumerated() {
            do throws(RequestFault) {
                let request = try Self.request(entry, in: sources)
                switch request {
                case .alarm: hasAlarm = true
                case .authentication: hasAuthentication = true
                default: break
                }
                if try mentions.add(request, segment: Int(entry.segment), in: sources) {
                    changeCount += 1
                    if position >= committedCount { uncommittedChangeCount += 1 }
                }
            } catch {
                gap = error.gap(at: scan.databaseIndex + 1 + UInt64(position))
                break
            }
            readableCount += 1
        }
        mentions.sortRanges(in: sources)
    }

    /// What one entry asks for.
    static func request<Segment>(
        _ location: EntryLocation, in sources: borrowing ByteSources<Segment>
    ) throws(RequestFault) -> KeyRequest {
        let bytes = sources.segment(Int(location.segment))
        let entry: RaftEntry
        do throws(MessageFault) {
            entry = try RaftEntry(location.range, of: bytes)
        } catch {
            throw .message(error)
        }
        switch entry.kind {
        case .normal: return try KeyRequest.read(entry.data, of: bytes)
        case .configurationChange: return .none
        }
    }
}
