import Glibc

/// Bytes that a test puts into secrets and then looks for in all memory that this process can write.
///
/// The needle stands in a shared mapping, and so does the window through which the memory is read; shared mappings
/// are passed over. So whatever is found was left by the code under test. Other tests may run at the same time: each
/// needle is of its own seed.
public final class MemoryNeedle {
    private static let windowByteCount = 1 << 20

    private let mapping: UnsafeMutableRawBufferPointer
    private let count: Int

    /// A needle of random bytes.
    public init(seed: UInt64, count: Int = 48) {
        self.count = count
        mapping = Self.map(count)
        // Not the bytes that another test makes of the same seed.
        var random = SeededGenerator(seed: ~seed)
        // Never a zero in front, of which memory is full.
        mapping[0] = UInt8.random(in: 0x80 ... .max, using: &random)
        for offset in 1..<count { mapping[offset] = UInt8.random(in: .min ... .max, using: &random) }
    }

    /// A needle of the bytes that another code made of it.
    public init(copying bytes: RawSpan) {
        count = bytes.byteCount
        mapping = Self.map(count)
        bytes.withUnsafeBytes { mapping.copyMemory(from: $0) }
    }

    deinit { munmap(mapping.baseAddress, mapping.count) }

    /// The needle itself, to be copied into a secret and nowhere else.
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { _overrideLifetime(UnsafeRawBufferPointer(rebasing: mapping[..<count]).bytes, borrowing: self) }
    }

    /// How often the needle stands in memory.
    public func occurrences() throws -> Int {
        let calls = try Self.calls()
        let pages = Glibc.open("/proc/self/pagemap", O_RDONLY)
        defer { if pages >= 0 { close(pages) } }
        return try Self.writableRanges().flatMap { Self.usedParts(of: $0, pages) }
            .reduce(0) { $0 + occurrences(in: $1, calls) }
    }

    /// Functions of glibc that it declares only with `_GNU_SOURCE` (process_vm_readv(2), memmem(3)): the first copies many
    /// pages at a time, and the second compares no byte that it need not.
    private struct Calls {
        typealias Read = @convention(c) (pid_t, UnsafePointer<iovec>, UInt, UnsafePointer<iovec>, UInt, UInt) -> Int
        typealias Search = @convention(c) (UnsafeRawPointer, Int, UnsafeRawPointer, Int) -> UnsafeMutableRawPointer?

        let read: Read
        let search: Search
    }

    private static func calls() throws -> Calls {
        guard let read = dlsym(nil, "process_vm_readv"), let search = dlsym(nil, "memmem") else {
            throw Failure(call: "dlsym", code: ENOSYS)
        }
        return Calls(
            read: unsafeBitCast(read, to: Calls.Read.self), search: unsafeBitCast(search, to: Calls.Search.self))
    }

    /// What the test could not do.
    public struct Failure: Error {
        let call: String
        let code: Int32
    }

    private func occurrences(in range: Range<UInt>, _ calls: Calls) -> Int {
        let window = UnsafeMutableRawBufferPointer(rebasing: mapping[count...])
        guard let base = window.baseAddress, let needle = mapping.baseAddress else { return 0 }
        var found = 0
        var address = range.lowerBound
        // What the window before has in common with this one, so that a needle across the border is found.
        var kept = 0
        while address < range.upperBound {
            let wanted = min(Int(range.upperBound - address), window.count - kept)
            var local = iovec(iov_base: base + kept, iov_len: wanted)
            var remote = iovec(iov_base: UnsafeMutableRawPointer(bitPattern: address), iov_len: wanted)
            let read = calls.read(getpid(), &local, 1, &remote, 1, 0)
            // Mappings come and go while other tests run.
            guard read > 0 else { break }
            let filled = kept + read
            var searched = 0
            while let hit = calls.search(base + searched, filled - searched, needle, count) {
                found += 1
                searched = UnsafeRawPointer(hit) - UnsafeRawPointer(base) + count
            }
            kept = min(count - 1, filled - searched)
            memmove(base, base + filled - kept, kept)
            address += UInt(read)
        }
        return found
    }

    /// The private mappings that can be written.
    private static func writableRanges() throws -> [Range<UInt>] {
        let maps = Glibc.open("/proc/self/maps", O_RDONLY)
        guard maps >= 0 else { throw Failure(call: "open /proc/self/maps", code: errno) }
        defer { close(maps) }
        var text: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let read = Glibc.read(maps, &part, part.count)
            guard read > 0 else { break }
            text += part[..<read]
        }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
            // 7f5c8c000000-7f5c8c021000 rw-p 00000000 00:00 0
            let fields = line.split(separator: " ")
            guard fields.count >= 2, fields[1].hasPrefix("rw"), fields[1].hasSuffix("p") else { return nil }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            // Terabytes are the shadow of a sanitizer, which holds no bytes of the program.
            return ends.count == 2 && ends[1] - ends[0] < 1 << 40 ? ends[0]..<ends[1] : nil
        }
    }

    /// The runs of pages that were ever used: most of what threads and allocators reserve was not. All of the range if
    /// the kernel does not tell.
    private static func usedParts(of range: Range<UInt>, _ pages: Int32) -> [Range<UInt>] {
        let pageByteCount = UInt(sysconf(Int32(_SC_PAGESIZE)))
        let first = range.lowerBound / pageByteCount
        var entries = [UInt64](repeating: 0, count: range.count / Int(pageByteCount))
        let wanted = entries.count * 8
        guard pages >= 0, pread(pages, &entries, wanted, off_t(first * 8)) == wanted else { return [range] }
        var parts: [Range<UInt>] = []
        var start: UInt?
        for (index, entry) in entries.enumerated() {
            let address = range.lowerBound + UInt(index) * pageByteCount
            // Bits 63 and 62: in memory, or swapped out (proc_pid_pagemap(5)).
            if entry >> 62 != 0 {
                if start == nil { start = address }
            } else if let used = start {
                parts.append(used..<address)
                start = nil
            }
        }
        if let start { parts.append(start..<range.upperBound) }
        return parts
    }

    private static func map(_ count: Int) -> UnsafeMutableRawBufferPointer {
        let length = count + windowByteCount
        guard let base = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
            base != MAP_FAILED
        else { fatalError("no memory for a window") }
        return UnsafeMutableRawBufferPointer(start: base, count: length)
    }
}
