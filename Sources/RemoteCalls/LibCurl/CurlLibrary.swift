internal import CCurl

/// libcurl, opened when it is first asked for.
@safe struct CurlLibrary: @unchecked Sendable {
    // Sendable because nothing writes to the table once it is filled.
    let functions: encconf_curl

    /// Such as 0x075801 for 7.88.1.
    var version: UInt32 { unsafe withUnsafePointer(to: functions) { unsafe encconf_curl_version($0) } }

    /// Nil if the system has no libcurl, or one that cannot be used.
    static let shared: CurlLibrary? = load()

    private static func load() -> CurlLibrary? {
        var functions = encconf_curl()
        guard unsafe encconf_curl_load(&functions) == 1 else { return nil }
        return CurlLibrary(functions: functions)
    }
}
