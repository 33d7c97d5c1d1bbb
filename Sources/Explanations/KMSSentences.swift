public import ShownText
public import EnvelopeCrypto
public import KMSPlugin

extension KMSUncertainty {
    /// What the plugin did, in one clause.
    public var clause: Phrase {
        switch self {
        case .silent(let text): "it did not answer: \(text)"
        case .answered(let text): "it returned a transient error: \(text)"
        case .untrue(let text): "it returned an invalid answer: \(text)"
        case .keyNotReturned: Self.keyNotReturnedSentence
        case .keyInClear(let form): Self.keyInClearSentence(form)
        case .noRandomBytes: Self.noRandomBytesSentence
        case .shortKey(let byteCount):
            "it returned a key of \(byteCount) bytes, which does not decrypt the value; kube-apiserver uses 32 "
                + "bytes"
        }
    }

    fileprivate static let keyNotReturnedSentence: Phrase = "Decrypt did not return the key that Encrypt received"
    fileprivate static func keyInClearSentence(_ form: ClearKeyForm) -> Phrase {
        "Encrypt returned the key unencrypted\(form.words)"
    }
    fileprivate static let noRandomBytesSentence: Phrase = "no random bytes are available for the test"
}

extension PluginError {
    /// The error: the text of the plugin or of kube-apiserver, if there is one.
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
