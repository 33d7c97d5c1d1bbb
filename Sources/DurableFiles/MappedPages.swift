internal import Glibc
internal import Synchronization

/// Ends the program with a sentence when pages of a mapped file are gone.
///
/// A page that the file no longer has, or that its disk cannot read, gives SIGBUS to the thread that touches it
/// (mmap(2)). No code can go on from there, as any read of the mapping may be the one. While files are watched, a handler
/// writes what was prepared for the file and ends the process with status 2. Any other SIGBUS has its default action.
@safe enum MappedPages {
    /// The watch over one mapping.
    @safe struct Watch: @unchecked Sendable {
        // Sendable because only atomics of the entry change.
        fileprivate let entry: UnsafeMutablePointer<Entry>

        /// Ends the watch. To be called before the mapping is taken away.
        func end() {
            unsafe entry.pointee.isWatched.store(false, ordering: .sequentiallyConsistent)
            MappedPages.count.withLock { count in
                count -= 1
                if count == 0 { _ = signal(SIGBUS, SIG_DFL) }
            }
        }
    }

    /// Watches a mapping from now on.
    ///
    /// - Parameter lastWords: What is written to standard error if a page is gone.
    static func watch(_ pages: UnsafeRawBufferPointer, lastWords: String) -> Watch {
        let text = UnsafeMutableRawBufferPointer.allocate(byteCount: lastWords.utf8.count, alignment: 1)
        unsafe text.copyBytes(from: lastWords.utf8)
        let entry = UnsafeMutablePointer<Entry>.allocate(capacity: 1)
        count.withLock { count in
            unsafe entry.initialize(
                to: Entry(
                    start: UInt(bitPattern: pages.baseAddress), byteCount: UInt(pages.count),
                    lastWords: UnsafeRawBufferPointer(text), next: first.load(ordering: .sequentiallyConsistent)))
            first.store(UInt(bitPattern: entry), ordering: .sequentiallyConsistent)
            // Also the first use of it, so that nothing is set up within the handler.
            _ = isEnding.load(ordering: .sequentiallyConsistent)
            if count == 0 { installHandler() }
            count += 1
        }
        return unsafe Watch(entry: entry)
    }

    /// One mapping. Entries are never freed, since a handler of another thread may be looking at them: they are few.
    @safe fileprivate struct Entry: ~Copyable {
        let start: UInt
        let byteCount: UInt
        let lastWords: UnsafeRawBufferPointer
        let isWatched = Atomic(true)
        /// The address of the next entry; 0 after the last one.
        let next: UInt
    }

    /// The number of mappings that are watched.
    fileprivate static let count = Mutex(0)
    /// The address of the newest entry.
    fileprivate static let first = Atomic<UInt>(0)
    /// Whether a thread writes the last words already.
    fileprivate static let isEnding = Atomic(false)

    private static func installHandler() {
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_sigaction = { number, info, _ in
            unsafe MappedPages.handle(number, info)
        }
        // Not deferred, so that the default action can be had from within.
        action.sa_flags = SA_SIGINFO | Int32(bitPattern: UInt32(SA_NODEFER))
        _ = unsafe sigaction(SIGBUS, &action, nil)
    }

    /// Runs in the thread that touched the page, in the middle of anything: nothing here may allocate or wait for a
    /// lock, and each call is one of those that signal-safety(7) lists.
    private static func handle(_ signal: Int32, _ info: UnsafeMutablePointer<siginfo_t>?) {
        guard let info = unsafe info, unsafe info.pointee.si_code > 0, let entry = unsafe entry(of: info) else {
            // Sent by another process, or another fault: back to where it came from, without a handler.
            _ = Glibc.signal(signal, SIG_DFL)
            _ = raise(signal)
            return
        }
        if isEnding.exchange(true, ordering: .sequentiallyConsistent) {
            // Another thread speaks for all.
            while true { _ = pause() }
        }
        let words = unsafe entry.pointee.lastWords
        _ = unsafe write(STDERR_FILENO, words.baseAddress, words.count)
        _exit(2)
    }

    /// The mapping in which the fault is.
    private static func entry(of info: UnsafeMutablePointer<siginfo_t>) -> UnsafeMutablePointer<Entry>? {
        let address = unsafe UInt(bitPattern: info.pointee._sifields._sigfault.si_addr)
        var next = first.load(ordering: .sequentiallyConsistent)
        while let entry = unsafe UnsafeMutablePointer<Entry>(bitPattern: next) {
            if unsafe entry.pointee.isWatched.load(ordering: .sequentiallyConsistent),
                unsafe address &- entry.pointee.start < entry.pointee.byteCount
            {
                return unsafe entry
            }
            next = unsafe entry.pointee.next
        }
        return nil
    }
}
