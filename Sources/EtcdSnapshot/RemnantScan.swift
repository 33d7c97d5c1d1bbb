internal import SecretMemory

extension SnapshotFile {
    /// Books every byte of the database that etcd does not read, and finds the values among them.
    ///
    /// Old pages are read as what they were, as far as nothing was written over them. What is left of others is searched
    /// for records. The time is in proportion to the length of the file, and no memory is needed for what is found.
    ///
    /// - Parameter onValue: Gets each value that is found, in the order of the file.
    public func remnants(
        _ problems: inout SnapshotProblems, onValue: (RemnantValue) -> Void = { _ in }
    ) throws(SnapshotError) -> RemnantLedger {
        let unreachable = try unreachablePages(&problems)
        var scan = RemnantScan(self)
        var position = 0
        for run in unreachable {
            scan.searchPagesInUse(position..<run.pages.lowerBound, onValue)
            scan.search(run, onValue)
            position = run.pages.upperBound
        }
        scan.searchPagesInUse(position..<databaseLength / meta.pageSize, onValue)
        // A database is a whole number of pages; a file that was cut need not be.
        scan.search(raw: databaseLength / meta.pageSize * meta.pageSize..<databaseLength, onValue)
        return scan.ledger
    }
}

/// Goes through the unused part of a database.
struct RemnantScan: ~Escapable {
    let file: SnapshotFile
    var bytes: RawSpan {
        @_lifetime(copy self)
        get { file.bytes }
    }
    var ledger = RemnantLedger()
    var randomness = Randomness()

    @_lifetime(copy file)
    init(_ file: SnapshotFile) { self.file = file }
}

extension RemnantScan {
    /// Pages that no bucket holds. A page begins with its own number. Its overflow pages follow, up to the next page that
    /// begins. Whatever bbolt wrote later over a part of them begins with a number too, so an old page is intact up to
    /// there.
    @_lifetime(self: copy self)
    mutating func search(_ run: PageRun, _ onValue: (RemnantValue) -> Void) {
        let pageSize = file.meta.pageSize
        ledger.pages += run.pages.count
        var page = run.pages.lowerBound
        while page < run.pages.upperBound {
            let header = OldPageHeader(at: page, of: file)
            let most = header.map { page + 1 + $0.overflow } ?? run.pages.upperBound
            var next = page + 1
            while next < min(most, run.pages.upperBound), OldPageHeader(at: next, of: file) == nil { next += 1 }
            let range = page * pageSize..<next * pageSize
            if let header {
                search(header, in: range, announcedEnd: (page + 1 + header.overflow) * pageSize, onValue)
            } else {
                search(raw: range, onValue)
            }
            page = next
        }
    }

    /// The unused ends of pages in use, and gaps between their elements. bbolt writes zeros there.
    @_lifetime(self: copy self)
    mutating func searchPagesInUse(_ pages: Range<Int>, _ onValue: (RemnantValue) -> Void) {
        let pageSize = file.meta.pageSize
        var page = pages.lowerBound
        while page < pages.upperBound {
            let start = page * pageSize
            if page < 2 {
                let isValid = file.hasBothMetaPages || page == file.metaPage
                let used = isValid ? BoltMeta.length : 0
                ledger.inUse += used
                search(raw: start + used..<start + pageSize, onValue)
                page += 1
                continue
            }
            guard let header = OldPageHeader(at: page, of: file), page + header.overflow < pages.upperBound else {
                search(raw: start..<start + pageSize, onValue)
                page += 1
                continue
            }
            let end = start + (header.overflow + 1) * pageSize
            searchSlack(of: header, in: start..<end, onValue)
            page += header.overflow + 1
        }
    }

    @_lifetime(self: copy self)
    private mutating func searchSlack(
        of header: OldPageHeader, in range: Range<Int>, _ onValue: (RemnantValue) -> Void
    ) {
        var used = range.lowerBound
        // What is in use up to here has been booked, and what is not has been searched.
        func use(_ elements: Range<Int>, _ scan: inout Self) {
            guard elements.lowerBound >= used, elements.upperBound <= range.upperBound else { return }
            scan.search(raw: used..<elements.lowerBound, onValue)
            scan.ledger.inUse += elements.count
            used = elements.upperBound
        }
        use(range.lowerBound..<range.lowerBound + BoltPage.headerLength + header.count * 16, &self)
        guard used > range.lowerBound else { return search(raw: range, onValue) }
        for index in 0..<header.count {
            let element = header.element(index, at: range.lowerBound, in: bytes)
            use(element.key.lowerBound..<element.value.upperBound, &self)
        }
        search(raw: used..<range.upperBound, onValue)
    }
}
