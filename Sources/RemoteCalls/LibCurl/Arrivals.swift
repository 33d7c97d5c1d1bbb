internal import SecretMemory

/// Received data of a transfer that was not read yet.
struct Arrivals: ~Copyable {
    /// Header lines of one answer, all together, may have so many bytes.
    static let headerByteCountLimit = 64 << 10

    private(set) var headerLines: [[UInt8]] = []
    private(set) var body = SecretBuffer()
    /// So many bytes may wait to be looked at. What is compressed can become a thousand times as much at once.
    var bodyByteCountLimit = Int.max
    private(set) var isOverfull = false
    private var headerByteCount = 0

    var isEmpty: Bool { headerLines.isEmpty && body.count == 0 }

    /// - Returns: Whether there was room for it.
    mutating func addHeader(_ line: RawSpan) -> Bool {
        headerByteCount += line.byteCount
        guard headerByteCount <= Self.headerByteCountLimit else { return false }
        headerLines.append(line.copiedToArray())
        return true
    }

    /// - Returns: Whether there was room for it.
    mutating func addBody(_ bytes: RawSpan) -> Bool {
        isOverfull = isOverfull || bytes.byteCount > bodyByteCountLimit - body.count
        if !isOverfull { body.append(bytes) }
        return !isOverfull
    }

    /// Forgets it, and wipes the body.
    mutating func clear() {
        headerLines.removeAll()
        body.truncate(to: 0)
    }
}
