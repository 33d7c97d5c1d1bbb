import SecretMemory

/// Bytes that went through a terminal, which writes 0d 0a where a program wrote 0a (`onlcr` of termios(3), switched on
/// by `kubectl exec -t` and `docker exec -t`).
enum TerminalLineEnds {
    /// The original bytes, if a terminal certainly changed them: etcdctl ends the line of the key with only 0a, and
    /// in a ciphertext not every 0a follows a 0d.
    static func undone(in bytes: RawSpan) -> SecretBytes? {
        guard isCertain(bytes) else { return nil }
        return SecretBytes.filling(capacity: bytes.byteCount) { output in
            for position in bytes.byteOffsets where !isLineEnd(bytes, at: position) { output.append(bytes[position]) }
        }
    }

    private static func isCertain(_ bytes: RawSpan) -> Bool {
        var count = 0
        for position in bytes.byteOffsets where bytes[position] == UInt8(ascii: "\n") {
            guard position > 0, isLineEnd(bytes, at: position - 1) else { return false }
            count += 1
        }
        // Of a value without its key, one line end, or two, may be its own bytes.
        return count >= (bytes.has("/", at: 0) ? 1 : 3)
    }

    private static func isLineEnd(_ bytes: RawSpan, at position: Int) -> Bool { bytes.has("\r\n", at: position) }
}
