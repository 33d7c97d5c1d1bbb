internal import DurableFiles
public import SecretMemory

/// How to prove to a cluster who one is. Several can be given at once; the server decides which one counts.
public struct Credentials: Sendable {
    public var clientCertificate: ClientCertificate?
    public var token: BearerToken?
    public var basic: BasicCredentials?
    /// Asked only if there is neither a token nor a password, as client-go does
    /// (plugin/pkg/client/auth/exec/exec.go, `UpdateTransportConfig`).
    public var exec: ExecPlugin?
    /// Whom to act as.
    public var impersonation = Impersonation()

    public init() {}

    /// Whether there is nothing that proves anything.
    public var isEmpty: Bool { clientCertificate == nil && token == nil && basic == nil && exec == nil }
}

/// A certificate, with those that signed it behind it, and its key: PEM, both.
public struct ClientCertificate: Sendable {
    public var certificate: SecretKey
    public var key: SecretKey

    public init(certificate: SecretKey, key: SecretKey) {
        self.certificate = certificate
        self.key = key
    }
}

public struct BasicCredentials: Sendable {
    public var username: String
    public var password: SecretKey

    public init(username: String, password: SecretKey) {
        self.username = username
        self.password = password
    }
}

/// The user to act as (client-go, rest/config.go, `ImpersonationConfig`).
public struct Impersonation: Equatable, Sendable {
    public var user: String?
    public var uid: String?
    public var groups: [String] = []
    public var extra: [Extra] = []

    /// What else the server is to believe of the user. The key is not escaped yet.
    public struct Extra: Equatable, Sendable {
        public var key: String
        public var values: [String]

        public init(key: String, values: [String]) {
            self.key = key
            self.values = values
        }
    }

    public init() {}

    public var isEmpty: Bool { user == nil && uid == nil && groups.isEmpty && extra.isEmpty }

    init(_ field: KubeconfigField) throws(KubeconfigError) {
        user = try field.headerText("as")
        uid = try field.headerText("as-uid")
        for group in try field.list("as-groups") { groups.append(try group.headerText()) }
        for (key, list) in try field.members("as-user-extra") {
            var values: [String] = []
            for value in try list.elements() { values.append(try value.headerText()) }
            extra.append(Extra(key: key, values: values))
        }
    }
}

extension KubeconfigField {
    /// A text that is sent as the value of a header.
    fileprivate func headerText(_ name: String) throws(KubeconfigError) -> String? {
        guard let text = try field(name)?.headerText(), !text.isEmpty else { return nil }
        return text
    }

    fileprivate func headerText() throws(KubeconfigError) -> String {
        let text = try text()
        guard HeaderValue.isUsable(Array(text.utf8).span.rawBytes) else { throw error(.unusable(field: path)) }
        return text
    }
}

/// Text that is valid in an HTTP header.
enum HeaderValue {
    /// Bytes of a token or a password.
    static let byteCountLimit = 1 << 20

    /// Whether no control character is in it, which could end the header and begin another one (RFC 9110, 5.5).
    static func isUsable(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount <= byteCountLimit else { return false }
        for offset in bytes.byteOffsets where bytes[offset] < 0x20 && bytes[offset] != 0x09 || bytes[offset] == 0x7f {
            return false
        }
        return true
    }
}
