public import ShownText
public import EtcdClient
internal import SecretMemory

extension EtcdConnection.Problem {
    /// What is wrong, in one sentence.
    public var explanation: Phrase {
        switch self {
        case .endpoint(let text):
            "\(text): not an endpoint; use https://HOST:PORT, http://HOST:PORT, HOST:PORT or unix:///PATH"
        case .noEndpoint: "--endpoints is empty"
        case .certificateWithoutKey: "--cert needs --key, and --key needs --cert"
        case .passwordWithoutUser: "--password needs --user"
        case .file(let path, let error): "\(path): \(error)"
        }
    }
}
