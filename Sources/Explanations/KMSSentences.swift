public import ShownText
public import EnvelopeCrypto
public import KMSPlugin

extension KMSUncertainty {
    /// What the plugin did, in one clause.
    public var clause: Phrase {
        switch self {
        case .silent(let text): "it gives no answer: \(text)"
        case .answered(let text): "it answers with an error that need not last: \(text)"
        case .untrue(let text): "kube-apiserver would not take its answer: \(text)"
        case .keyNotReturned: Self.keyNotReturnedSentence
        case .keyInClear: Self.keyInClearSentence
        case .noRandomBytes: Self.noRandomBytesSentence
        case .shortKey(let byteCount):
            "the key of \(byteCount) bytes that it answers does not open the value; kube-apiserver makes 32 bytes"
        }
    }

    fileprivate static let keyNotReturnedSentence: Phrase =
        "what Encrypt made of a key, Decrypt does not make that key again"
    fileprivate static let keyInClearSentence: Phrase = "what Encrypt made of a key holds that key in clear"
    fileprivate static let noRandomBytesSentence: Phrase = "there are no random bytes to ask it with"
}

extension PluginError {
    /// What is wrong, in the words of the plugin and of kube-apiserver where they have any.
    public var sentence: Phrase {
        switch self {
        case .noAnswer(let text), .passing(let text), .failed(let text), .refused(let text), .untrue(let text):
            Phrase(foreign: text)
        case .keyNotReturned: KMSUncertainty.keyNotReturnedSentence
        case .keyInClear: KMSUncertainty.keyInClearSentence
        case .noRandomBytes: KMSUncertainty.noRandomBytesSentence
        }
    }
}
