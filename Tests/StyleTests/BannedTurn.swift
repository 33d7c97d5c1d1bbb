/// A turn of speech that is not used, and what is written instead.
struct BannedTurn: Sendable {
    /// Words in a row, in lower case; a comma is a word.
    let forms: [String]
    let instead: String
    /// Longer turns that contain one of the forms and are fine.
    let except: [String]
    /// Whether comments do without it too.
    let isOutOfComments: Bool

    init(_ forms: String..., instead: String, except: [String] = [], inComments: Bool = false) {
        self.forms = forms
        self.instead = instead
        self.except = except
        isOutOfComments = inComments
    }

    /// The form that a text has; nil if it has none.
    func found(in words: Words) -> String? {
        let words = except.reduce(words) { $0.without($1) }
        return forms.first(where: words.contains)
    }
}

/// A text as words in lower case with one space around each. Punctuation is dropped, but for commas that are words of
/// their own; so are code in backticks, quotation marks and the ending of a genitive.
struct Words {
    private var text: String
    private let first: Set<Substring>

    init(_ text: String) {
        var words: [Substring] = []
        let prose = text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .map { $0.offset % 2 == 0 ? $0.element : "§" }.joined(separator: " ")
        for word in prose.lowercased().split(whereSeparator: \.isWhitespace) {
            let marks: Set<Character> = ["\"", "'", "(", ")", "[", "]", "<", ">", ",", ".", ";", ":", "!", "?", "’"]
            var core = word.drop(while: marks.contains)
            var hasComma = false
            while let last = core.last, marks.contains(last) {
                hasComma = hasComma || last == ","
                core.removeLast()
            }
            if core.hasSuffix("'s") { core = core.dropLast(2) }
            if !core.isEmpty { words.append(core) }
            if hasComma { words.append(",") }
        }
        self.text = " \(words.joined(separator: " ")) "
        first = Set(words)
    }

    /// Only a text with the first word of a turn is searched.
    func contains(_ turn: String) -> Bool {
        first.contains(turn.prefix { $0 != " " }) && text.contains(" \(turn) ")
    }

    /// The same with another word for a turn.
    func without(_ turn: String) -> Words {
        guard contains(turn) else { return self }
        var words = self
        words.text = text.replacing(" \(turn) ", with: " § ")
        return words
    }
}

extension BannedTurn {
    /// The turns of style/words.md and style/rewrites.md of the project's issue 16, as far as words show them.
    static let all: [BannedTurn] = [
        BannedTurn("in so many words", instead: "(drop it)", inComments: true),
        BannedTurn("as it is", "as they are", "as it was", "as it stands", instead: "current, unchanged, raw"),
        BannedTurn("be it", "all the same", instead: "(drop it)", inComments: true),
        BannedTurn("whoever", "whatever", instead: "anyone who, any"),
        BannedTurn("whoever", instead: "anyone who; or name the thing", inComments: true),
        BannedTurn("tells", "told", instead: "shows, names, says"),
        BannedTurn("tells apart", "told apart", "tell apart", instead: "distinguishes", inComments: true),
        BannedTurn(
            "is none", "are none", "was none", instead: "is not",
            except: ["there is none", "there are none", "there was none"], inComments: true),
        BannedTurn("let go", "lets go", instead: "releases", inComments: true),
        BannedTurn(
            "stands", "stood", "stand at", "stand behind", "stand in", "stand for", instead: "is; names the place"),
        BannedTurn(
            "what goes", "that which", "who writes", "what is stored", instead: "name the thing", inComments: true),
        BannedTurn(
            "take out", "takes out", "taken out", "take it out", "take them out", "put back", "puts back",
            instead: "remove, restore"),
        BannedTurn("nobody", "no one", instead: "say that it is unknown, or was not asked"),
        BannedTurn("any more", instead: "no longer", inComments: true),
        BannedTurn("alone", instead: "only"),
        BannedTurn("mend", "mends", "mended", instead: "fix, correct, repair", inComments: true),
        BannedTurn("as of etcdctl", "as of revision", instead: "same as etcdctl; at revision", inComments: true),
        BannedTurn("mostly", "likely", "seems", "as good as", instead: "usually; or give the number"),
        BannedTurn("anew", instead: "again; re-encrypted", inComments: true),
        BannedTurn("rests on", "rest on", instead: "depends on", inComments: true),
        BannedTurn(
            "give another", "give it", "give the hash", "give up", "given up", "gives no", "gave no",
            instead: "choose, pass, use, set"),
        BannedTurn("exclude each other", instead: "cannot be used together", inComments: true),
        BannedTurn("that may pass", "need not last", instead: "transient", inComments: true),
        BannedTurn(", since", ", lest", instead: "because"),
        BannedTurn(
            "is no", "are no", instead: "is not a",
            except: ["there is no", "there are no", "is no longer", "are no longer"]
        ),
        BannedTurn("living etcd", "a living", "the living", instead: "etcd", inComments: true),
        BannedTurn("apiserver", "apiservers", instead: "kube-apiserver, server", inComments: true),
        BannedTurn("in clear", instead: "as plaintext, unencrypted"),
        BannedTurn("seal", "seals", "sealed", instead: "encrypt"),
        BannedTurn(
            "opens it", "open it", "opens the value", "opens to", "opened with", "be opened by", "stay closed",
            instead: "decrypt"),
        BannedTurn("shall", instead: "(present tense)"),
        BannedTurn(
            "colour", "initialisation", "behaviour", "honour", "honoured", "recognise", "analysed",
            instead: "American spelling", inComments: true),
        BannedTurn("breach", "breaches", "offender", instead: "finding", inComments: true),
        BannedTurn("without a word", instead: "without a warning"),
        BannedTurn("goes on", "go on", instead: "continues"),
        BannedTurn("is to be", "are to be", instead: "name who does it"),
        BannedTurn("behind it", "behind identity", "in front", instead: "after, before"),
        BannedTurn("now and then", "time and again", instead: "give the number", inComments: true),
        BannedTurn(
            "albeit", "hence", "thereby", "whereby", "therein", "lest", "hitherto", instead: "plain words",
            inComments: true),
    ]
}
