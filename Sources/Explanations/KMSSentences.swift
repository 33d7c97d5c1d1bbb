public import EnvelopeCrypto
public import KMSPlugin

extension KMSUncertainty {
    /// What the plugin did, in one clause.
    public var clause: String {
        switch self {
        case .silent(let text): "it gives no answer: \(text)"
        case .answered(let text): "it answers with an error that need not last: \(text)"
        case .untrue(let text): "kube-apiserver would not take its answer: \(text)"
        case .keyNotReturned: Self.keyNotReturnedSentence
        case .keyInClear(let form): Self.keyInClearSentence(form)
        case .noRandomBytes: Self.noRandomBytesSentence
        case .shortKey(let byteCount):
            "the key of \(byteCount) bytes that it answers does not open the value; kube-apiserver makes 32 bytes"
        }
    }

    fileprivate static let keyNotReturnedSentence = "what Encrypt made of a key, Decrypt does not make that key again"
    fileprivate static func keyInClearSentence(_ form: ClearKeyForm) -> String {
        let written =
            switch form {
            case .raw: "in clear"
            case .base64: "in clear, in base64"
            case .hexadecimal: "in clear, in hexadecimal digits"
            }
        return "what Encrypt made of a key holds that key " + written
    }
    fileprivate static let noRandomBytesSentence = "there are no random bytes to ask it with"
}

extension PluginError {
    /// What is wrong, in the words of the plugin and of kube-apiserver where they have any.
    public var sentence: String {
        switch self {
        case .noAnswer(let text), .passing(let text), .failed(let text), .refused(let text), .untrue(let text): text
        case .keyNotReturned: KMSUncertainty.keyNotReturnedSentence
        case .keyInClear(let form): KMSUncertainty.keyInClearSentence(form)
        case .noRandomBytes: KMSUncertainty.noRandomBytesSentence
        }
    }
}
