internal import CCurl
internal import Glibc
internal import SecretMemory

/// Owns one easy handle, the connection that it keeps, and the multi handle that drives it. libcurl is called here and
/// nowhere else.
@safe final class CurlHandle: @unchecked Sendable {
    // Sendable because one thread at a time uses it: the one that took it from the pool of its channel.
    private let curl: CurlLibrary
    private let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer
    private let errorText: UnsafeMutableBufferPointer<CChar>
    private var arrivals = Arrivals()
    /// Whether the present transfer has brought anything.
    private var hasArrived = false
    /// The first option that libcurl did not take.
    private var refusal: String?
    private let versions: HTTPVersions
    private let reuse: ConnectionReuse
    /// Whether there may be a connection from the transfer before.
    private var hasRun = false
    /// For ``ConnectionReuse/inDisguise``, when a connection is established: whether it may be a new one.
    private var refusesNewConnection = false
    private var hasRefusedConnection = false
    /// What the URL of the proxy has in front of `@`. libcurl quotes a URL that it does not understand.
    private let proxyLogin: SecretKey?
    /// What CURLOPT_CONNECT_TO was given, which libcurl does not copy.
    private var connections: UnsafeMutablePointer<curl_slist>?

    /// Nil if there is no libcurl, or no memory.
    init?(peer: RemotePeer, _ versions: HTTPVersions) {
        guard let curl = CurlLibrary.shared else { return nil }
        guard let easy = curl.functions.easy_init() else { return nil }
        guard let multi = curl.functions.multi_init() else {
            unsafe curl.functions.easy_cleanup(easy)
            return nil
        }
        self.curl = curl
        proxyLogin = peer.proxy.flatMap(Self.login)
        self.versions = versions
        reuse =
            peer.tls == nil && versions == .two ? ConnectionReuse(libcurlVersion: curl.version) : .plain
        unsafe self.easy = easy
        unsafe self.multi = multi
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0)
        setConstantOptions()
        setAddress(peer)
        setTLS(peer.tls)
    }

    deinit {
        unsafe curl.functions.easy_cleanup(easy)
        _ = unsafe curl.functions.multi_cleanup(multi)
        unsafe curl.functions.slist_free_all(connections)
        unsafe errorText.deallocate()
    }

    /// Sends a request and takes the answer as it comes.
    ///
    /// - Parameters:
    ///   - headers: Lines of the form `name: value`.
    ///   - body: The body, except for a GET. libcurl reads it in place.
    ///   - bodyByteCountLimit: More than this cannot wait to be looked at.
    ///   - consume: Gets what has arrived; answers whether more is wanted.
    func send(
        _ method: HTTPMethod, _ url: String, headers: [String], body: RawSpan, options: CallOptions,
        bodyByteCountLimit: Int = Int.max, consume: (borrowing Arrivals) -> Bool
    ) -> TransferEnding {
        set(method)
        var list: UnsafeMutablePointer<curl_slist>?
        defer { unsafe curl.functions.slist_free_all(list) }
        for line in headers { unsafe list = curl.functions.slist_append(list, line) ?? list }
        for field in options.secretMetadata {
            // libcurl wipes its copy; this one is wiped here.
            var line = SecretBuffer()
            line.append("\(field.name): ")
            line.append(field.value.span)
            line.append(0)
            let text = line.finish()
            unsafe text.bytes.withUnsafeBytes { bytes in
                let text = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress
                unsafe list = curl.functions.slist_append(list, text) ?? list
            }
        }
        set(CURLOPT_ACCEPT_ENCODING, options.allowsCompression ? "gzip" : nil)
        arrivals.bodyByteCountLimit = bodyByteCountLimit
        set(CURLOPT_URL, url)
        unsafe set(CURLOPT_HTTPHEADER, pointer: list.map { UnsafeMutableRawPointer($0) })
        // 0 means no limit; so does a duration whose milliseconds do not fit into a C long.
        set(CURLOPT_TIMEOUT_MS, options.timeout.map { max(1, Int($0.milliseconds)) } ?? 0)
        set(CURLOPT_CONNECTTIMEOUT_MS, options.connectTimeout.map { max(1, Int($0.milliseconds)) } ?? 0)
        set(CURLOPT_LOW_SPEED_LIMIT, options.stallTimeout == nil ? 0 : max(1, options.lowestSpeed))
        set(CURLOPT_LOW_SPEED_TIME, options.stallTimeout.map { max(1, Int($0.components.seconds)) } ?? 0)
        defer {
            unsafe set(CURLOPT_HTTPHEADER, pointer: nil)
            _ = unsafe withUnsafePointer(to: curl.functions) { unsafe encconf_curl_set_body($0, easy, nil, 0) }
            arrivals = Arrivals()
        }
        return unsafe body.withUnsafeBytes { body in
            if method != .get {
                let code = unsafe withUnsafePointer(to: curl.functions) {
                    unsafe encconf_curl_set_body($0, easy, body.baseAddress, body.count)
                }
                note(code, CURLOPT_POSTFIELDS)
            }
            if let refusal { return .unsupported(refusal) }
            var ending = TransferEnding.answerLost
            for attempt in 0..<Self.attemptLimit where ending == .answerLost {
                if attempt > 0 {
                    guard !options.isCancelled() else { return .cancelled }
                    // The connection on which it happened may go on so: all of 32 attempts within 10 ms failed. A new one
                    // has a chance of its own.
                    hasRun = false
                    set(CURLOPT_FRESH_CONNECT, 1)
                    _ = unsafe curl.functions.multi_poll(multi, nil, 0, min(CInt(attempt), Self.longestPause), nil)
                }
                defer { if attempt > 0, reuse != .inDisguise { set(CURLOPT_FRESH_CONNECT, 0) } }
                ending =
                    reuse == .inDisguise
                    ? runInDisguise(isCancelled: options.isCancelled, consume)
                    : run(isCancelled: options.isCancelled, consume)
            }
            return ending
        }
    }

    /// Milliseconds between two attempts; the first pauses are shorter.
    private static let longestPause: CInt = 8
    /// How often a request is sent that the peer did not wait for; see ``TransferEnding/answerLost``. About every second
    /// answer was lost (7.88.1, a server that does not know the method): four attempts failed in one of twenty runs.
    private static let attemptLimit = 16

    private func runInDisguise(
        isCancelled: () -> Bool, _ consume: (borrowing Arrivals) -> Bool
    ) -> TransferEnding {
        defer { hasRun = true }
        if hasRun {
            refusesNewConnection = true
            hasRefusedConnection = false
            set(CURLOPT_FRESH_CONNECT, 0)
            set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2_0))
            let ending = run(isCancelled: isCancelled, consume)
            guard hasRefusedConnection else { return ending }
            // The old connection is gone. Nothing has been sent over the new one.
        }
        refusesNewConnection = false
        set(CURLOPT_FRESH_CONNECT, 1)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE))
        return run(isCancelled: isCancelled, consume)
    }

    private func run(isCancelled: () -> Bool, _ consume: (borrowing Arrivals) -> Bool) -> TransferEnding {
        unsafe errorText[0] = 0
        guard unsafe curl.functions.multi_add_handle(multi, easy) == CURLM_OK else {
            return .unsupported("libcurl does not accept a transfer")
        }
        // In the middle of a transfer this closes its connection.
        defer { _ = unsafe curl.functions.multi_remove_handle(multi, easy) }
        var wait = Self.shortestWait
        hasArrived = false
        while true {
            var running: CInt = 0
            let code = unsafe curl.functions.multi_perform(multi, &running)
            hasArrived = hasArrived || !arrivals.isEmpty
            wait = arrivals.isEmpty ? min(wait * 2, Self.longestWait) : Self.shortestWait
            let isMoreWanted = consume(arrivals)
            arrivals.clear()
            guard isMoreWanted else { return .stopped }
            guard code == CURLM_OK else { return .broken("libcurl failed with \(code.rawValue)") }
            guard running > 0 else { return ending() }
            guard !isCancelled() else { return .cancelled }
            _ = unsafe curl.functions.multi_poll(multi, nil, 0, wait, nil)
        }
    }

    /// Milliseconds between checks for cancellation.
    private static let longestWait: CInt = 100
    /// Milliseconds, after something has arrived. libcurl may not notice at once that it was the end: 7.88.1 did so only
    /// at the second look, with nothing to wake up for on the socket.
    private static let shortestWait: CInt = 1

    private func ending() -> TransferEnding {
        var result = CURLE_OK
        let isDone = unsafe withUnsafePointer(to: curl.functions) {
            unsafe encconf_curl_result($0, multi, &result)
        }
        guard isDone == 1 else { return .broken("the transfer did not end") }
        switch result {
        case CURLE_OK: return .finished
        case CURLE_OPERATION_TIMEDOUT: return .timedOut
        case CURLE_COULDNT_CONNECT: return .notConnected(connectionProblem(result))
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY, CURLE_SSL_CONNECT_ERROR:
            return .notConnected(problem(result))
        // A proxy refused (libcurl, lib/cf-h1-proxy.c; in 7.88 lib/http_proxy.c).
        case CURLE_RECV_ERROR where problem(result).hasPrefix("CONNECT tunnel failed"):
            return .notConnected(problem(result))
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM:
            return .untrusted(problem(result))
        case CURLE_WRITE_ERROR where arrivals.isOverfull: return .overfull
        case CURLE_HTTP2_STREAM where unsafe errorText[0] == 0 && !hasArrived: return .answerLost
        case CURLE_HTTP2, CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: return .notHTTP2(problem(result))
        default: return .broken(problem(result))
        }
    }

    /// As Go says it: `connect: no such file or directory`.
    private func connectionProblem(_ result: CURLcode) -> String {
        let number = unsafe withUnsafePointer(to: curl.functions) { unsafe encconf_curl_os_errno($0, easy) }
        guard number != 0, let text = unsafe strerror(CInt(number)) else { return problem(result) }
        let words = unsafe String(cString: text)
        return "connect: \(words.prefix(1).lowercased())\(words.dropFirst())"
    }

    /// libcurl's words for this one transfer, or else for the kind of failure.
    private func problem(_ result: CURLcode) -> String {
        let count = unsafe errorText.firstIndex(of: 0) ?? errorText.count
        let text = unsafe UnsafeRawBufferPointer(start: errorText.baseAddress, count: count)
        if let proxyLogin, unsafe text.bytes.contains(proxyLogin.span) { unsafe errorText.update(repeating: 0) }
        let bytes = unsafe errorText.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        guard bytes.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
        guard let text = curl.functions.easy_strerror(result) else { return "libcurl \(result.rawValue)" }
        return unsafe String(cString: text)
    }
}

extension CurlHandle {
    /// What a URL has between its scheme and the last `@`; nil if that is nothing.
    private static func login(_ url: SecretKey) -> SecretKey? {
        let (text, mark) = (url.span, Array("://".utf8))
        guard let end = text.byteOffsets.last(where: { text[$0] == UInt8(ascii: "@") }) else { return nil }
        let scheme = (0..<end).first { text.extracting(droppingFirst: $0).starts(with: mark.span.rawBytes) }
        let start = scheme.map { $0 + mark.count } ?? 0
        return start < end ? SecretKey(SecretBytes(copying: text.extracting(start..<end))) : nil
    }

    private func setConstantOptions() {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        // An empty name is no proxy, whatever the environment says (CURLOPT_PROXY(3)).
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_TCP_KEEPALIVE, 1)
        // A canceled call does not wait for a name lookup that hangs. Added in 7.87.0 (CURLOPT_QUICK_EXIT(3)).
        if curl.version >= 0x07_57_00 { set(CURLOPT_QUICK_EXIT, 1) }
        unsafe set(CURLOPT_ERRORBUFFER, pointer: UnsafeMutableRawPointer(errorText.baseAddress))
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let code = unsafe withUnsafePointer(to: curl.functions) {
            unsafe encconf_curl_set_callbacks(
                $0, easy,
                { unsafe CurlHandle.take($0, $1 * $2, $3) { $0.arrivals.addHeader($1) } },
                {
                    unsafe CurlHandle.take($0, $1 * $2, $3) { $0.arrivals.addBody($1) }
                },
                context)
        }
        note(code, CURLOPT_WRITEFUNCTION)
    }

    private func setPrerequisite() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        let code = unsafe withUnsafePointer(to: curl.functions) {
            unsafe encconf_curl_set_prerequisite(
                $0, easy,
                { context, _, _, _, _ in
                    guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
                    let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
                    return handle.takesConnection() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
                }, context)
        }
        note(code, CURLOPT_PREREQFUNCTION)
    }

    private func takesConnection() -> Bool {
        let count = unsafe withUnsafePointer(to: curl.functions) {
            unsafe encconf_curl_new_connections($0, easy)
        }
        hasRefusedConnection = refusesNewConnection && count > 0
        return !hasRefusedConnection
    }

    /// What libcurl calls with bytes; another answer than their number ends the transfer.
    private static func take(
        _ base: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
        _ body: (CurlHandle, RawSpan) -> Bool
    ) -> Int {
        guard let context = unsafe context else { return 0 }
        let handle = unsafe Unmanaged<CurlHandle>.fromOpaque(context).takeUnretainedValue()
        let bytes = unsafe UnsafeRawBufferPointer(start: base, count: count)
        return body(handle, unsafe bytes.bytes) ? count : 0
    }

    private func setAddress(_ peer: RemotePeer) {
        switch peer.address {
        case .unixSocket(let path): set(CURLOPT_UNIX_SOCKET_PATH, path)
        case .abstractSocket(let name): set(CURLOPT_ABSTRACT_UNIX_SOCKET, name)
        case .host: break
        }
        if let proxy = peer.proxy {
            // libcurl wipes its copy.
            var text = SecretBuffer()
            text.append(proxy.span)
            text.append(0)
            let bytes = text.finish()
            unsafe bytes.bytes.withUnsafeBytes { bytes in
                unsafe set(CURLOPT_PROXY, pointer: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            }
        }
        if let connection = peer.connection {
            unsafe connections = curl.functions.slist_append(nil, connection)
            unsafe set(CURLOPT_CONNECT_TO, pointer: connections.map { UnsafeMutableRawPointer($0) })
        }
    }

    private func setTLS(_ tls: TLSSettings?) {
        guard let tls else {
            if reuse == .none { set(CURLOPT_FORBID_REUSE, 1) }
            if reuse == .inDisguise { setPrerequisite() }
            return set(
                CURLOPT_HTTP_VERSION,
                Int(versions == .two ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_1_1))
        }
        // By ALPN. What is no HTTP/2 then is no gRPC either, as its content type shows.
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_SSL_VERIFYPEER, tls.verifiesPeer ? 1 : 0)
        set(CURLOPT_SSL_VERIFYHOST, tls.verifiesPeer ? 2 : 0)
        if let authority = tls.authority {
            set(authority, file: CURLOPT_CAINFO, bytes: CURLOPT_CAINFO_BLOB)
            // Not those of the system besides.
            unsafe set(CURLOPT_CAPATH, pointer: nil)
        }
        if let certificate = tls.certificate { set(certificate, file: CURLOPT_SSLCERT, bytes: CURLOPT_SSLCERT_BLOB) }
        if let key = tls.key { set(key, file: CURLOPT_SSLKEY, bytes: CURLOPT_SSLKEY_BLOB) }
    }

    private func set(_ source: PEMSource, file fileOption: CURLoption, bytes bytesOption: CURLoption) {
        switch source {
        case .file(let path): set(fileOption, path)
        case .bytes(let bytes):
            let code = unsafe bytes.span.withUnsafeBytes { bytes in
                unsafe withUnsafePointer(to: curl.functions) {
                    unsafe encconf_curl_set_blob($0, easy, bytesOption, bytes.baseAddress, bytes.count)
                }
            }
            note(code, bytesOption)
        }
    }

    private func set(_ method: HTTPMethod) {
        // Each of them undoes what the other one did.
        set(method == .get ? CURLOPT_HTTPGET : CURLOPT_POST, 1)
        guard method != .get, method != .post else {
            return unsafe set(CURLOPT_CUSTOMREQUEST, pointer: nil)
        }
        set(CURLOPT_CUSTOMREQUEST, method.rawValue)
    }

    private func set(_ option: CURLoption, _ value: Int) {
        note(
            unsafe withUnsafePointer(to: curl.functions) { unsafe encconf_curl_set_number($0, easy, option, value) },
            option)
    }

    private func set(_ option: CURLoption, _ value: String?) {
        note(
            unsafe withUnsafePointer(to: curl.functions) { unsafe encconf_curl_set_text($0, easy, option, value) },
            option)
    }

    private func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
        note(
            unsafe withUnsafePointer(to: curl.functions) { unsafe encconf_curl_set_pointer($0, easy, option, pointer) },
            option)
    }

    private func note(_ code: CURLcode, _ option: CURLoption) {
        guard code != CURLE_OK, refusal == nil else { return }
        refusal = "libcurl does not accept its option \(option.rawValue): error \(code.rawValue)"
    }
}
