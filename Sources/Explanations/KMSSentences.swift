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
        case .keyInClear(let form): Self.keyInClearSentence(form)
        case .noRandomBytes: Self.noRandomBytesSentence
        case .shortKey(let byteCount):
            "the key of \(byteCount) bytes that it answers does not open the value; kube-apiserver makes 32 bytes"
        }
    }

    fileprivate static let keyNotReturnedSentence: Phrase = "Decrypt did not return the key that Encrypt received"
    fileprivate static func keyInClearSentence(_ form: ClearKeyForm) -> Phrase {
        "Encrypt returned the key unencrypted\(form.words)"
    }
    fileprivate static let noRandomBytesSentence: Phrase = "there are no random bytes to test it with"
}

extension PluginError {
    /// What is wrong, in the words of the plugin and of kube-apiserver where they have any.
    public var sentence: Phrase {
        switch self {
        case .noAnswer(let text), .passing(let text), .failed(let text), .refused(let text), .untrue(let text):
            Phrase(foreign: text)
        case .keyNotReturned: KMSUncertainty.keyNotReturnedSentence
        case .keyInClear(let form): KMSUncertainty.keyInClearSentence(form)
        case .noRandomBytes: KMSUncertainty.noRandomBytesSentence
        }
    }
}

extension ClearKeyForm {
    /// How a key is written that is not encrypted.
    var words: Phrase {
        switch self {
        case .raw: ""
        case .base64: ", as base64"
        case .hexadecimal: ", as hexadecimal digits"
        }
    }
}
