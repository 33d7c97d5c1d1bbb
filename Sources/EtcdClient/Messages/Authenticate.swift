internal import ProtobufWire
internal import SecretMemory

/// The login (etcd, api/etcdserverpb/rpc.proto, `AuthenticateRequest` and `AuthenticateResponse`).
enum Authenticate {
    static let method = "/etcdserverpb.Auth/Authenticate"

    static func request(_ login: EtcdLogin) -> SecretBytes {
        var writer = WireWriter()
        writer.append(1, string: login.name)
        writer.append(2, bytes: login.password.span)
        return writer.finish().finish()
    }

    /// The token for the calls that follow. It must be one that a header field can carry: printable ASCII.
    static func answer(_ message: RawSpan) throws(AnswerFault) -> (header: ResponseHeader, token: String) {
        var header: ResponseHeader?
        var token = ""
        var reader = WireReader(message)
        while let field = try reader.nextField() {
            switch field.number {
            case 1: header = try ResponseHeader(message.extracting(try field.bytes()))
            case 2: token = try field.text(in: message)
            default: break
            }
        }
        guard let header else { throw .noHeader }
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { throw .token }
        return (header, token)
    }
}
