public import RemoteCalls
public import SecretMemory

/// A request to a kube-apiserver.
public struct APIRequest: Sendable {
    public var method: HTTPMethod
    /// From the root of the server: `/api/v1/secrets`, every part encoded.
    public var path: String
    /// Names and values of the query, unencoded; they are encoded when sent.
    public var query: [(name: String, value: String)]
    /// The one form of answer that is understood. A second one as a fallback would bring whole Secrets from a server that
    /// does not know the first (recorded in testdata/apiserver).
    public var accept: String
    public var contentType: String?
    /// Empty for none.
    public var body: SecretKey
    /// The largest answer that is taken, in bytes.
    public var byteCountLimit = 64 << 20

    public init(
        _ method: HTTPMethod = .get, _ path: String, query: [(name: String, value: String)] = [],
        accept: String = APIRequest.json, contentType: String? = nil, body: SecretKey = SecretKey(SecretBytes())
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.accept = accept
        self.contentType = contentType
        self.body = body
    }

    public static let json = "application/json"
    public static let text = "text/plain"
    /// Metadata of one object, and of a list (k8s.io/apimachinery, pkg/apis/meta/v1).
    public static let metadata = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
    public static let metadataList = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
    public static let mergePatch = "application/merge-patch+json"

    /// The path with the query.
    var target: String {
        guard !query.isEmpty else { return path }
        return path + "?"
            + query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    /// A part of a path or query: all but the unreserved characters of RFC 3986, section 2.3, as `%41`.
    public static func encoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        // A path of dots alone would be resolved away on the way.
        return encoded == "." ? "%2E" : encoded == ".." ? "%2E%2E" : encoded
    }
}
