public import EtcdClient
internal import SecretMemory

extension EtcdConnection.Problem {
    /// What is wrong, in one sentence.
    public var explanation: String {
        switch self {
        case .endpoint(let text):
            "\(text.printable): an endpoint is https://HOST:PORT, http://HOST:PORT, HOST:PORT or unix:///PATH"
        case .noEndpoint: "--endpoints names none"
        case .certificateWithoutKey: "--cert and --key go together"
        case .passwordWithoutUser: "--password needs --user"
        case .file(let path, let error): "\(path.printable): \(error)"
        }
    }
}
