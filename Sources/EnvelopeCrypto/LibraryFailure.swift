internal import COpenSSL

/// A call to libcrypto or libsodium that failed, and what the library noted about it.
public struct LibraryFailure: Error, Equatable {
    /// The function that failed.
    public let call: String
    /// OpenSSL's error queue, oldest first. It names functions and reasons, never data.
    public let reasons: [String]

    /// Takes everything out of this thread's error queue, so that nothing is left for a later call to find.
    init(draining call: StaticString) {
        self.call = "\(call)"
        var reasons: [String] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { break }
            var text = [CChar](repeating: 0, count: 256)
            unsafe ERR_error_string_n(code, &text, text.count)
            reasons.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        self.reasons = reasons
    }

    /// A failure of a library that keeps no error queue.
    init(call: StaticString) {
        self.call = "\(call)"
        reasons = []
    }
}
