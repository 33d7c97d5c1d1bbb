/// What kube-apiserver and its tools say beside the configuration file, and what it means: values that cannot be read, KMS
/// plugins, flags, files, etcd.
struct RuntimeError: Sendable {
    /// Texts that tell the error; each is enough, whatever stands around it.
    let signs: [Sign]
    /// Of these one must be there too.
    var besides: [Sign] = []
    /// Of these none may be there.
    var unless: [Sign] = []
    let meaning: String
    let check: String
    let remedy: String
    /// Whether it only passes on another error, which counts if it is known too.
    var isPassedOn = false

    /// Words that tell an error.
    struct Sign: ExpressibleByStringLiteral, Sendable {
        let text: String
        let isIn: @Sendable (FoldedText) -> Bool

        /// What is told by its form, and a name for it.
        init(_ name: String, isIn: @escaping @Sendable (FoldedText) -> Bool) {
            text = name
            self.isIn = isIn
        }

        init(stringLiteral text: String) {
            let folded = FoldedText(text)
            self.init(text) { $0.contains(folded) }
        }
    }

    /// The first entry of which a text has a sign, and that sign.
    static func recognize(_ text: FoldedText) -> (error: RuntimeError, sign: String)? {
        for error in all {
            guard let sign = error.signs.first(where: { $0.isIn(text) }),
                error.besides.isEmpty || error.besides.contains(where: { $0.isIn(text) }),
                !error.unless.contains(where: { $0.isIn(text) })
            else { continue }
            return (error, sign.text)
        }
        return nil
    }

    /// How servers that do not run the same file are found, which is behind most of these errors.
    static let compare =
        "`encconf servers FILE` shows which file each server runs; `encconf show` prints the hash of a file."

    /// What to do about a value that seems damaged. It is not lost before every file and archive was tried.
    static let lastResort =
        "If `encconf decrypt-secret` with every file and archive decrypts the value, give every server that file. Only if "
        + "none does, restore the object from a snapshot or from its source, and keep a copy of the value."

    /// Of a text with several signs the first entry that has one counts, so causes stand before the errors that only
    /// pass them on. No remedy destroys data: what is lost is certain only after every file and archive was tried. (Texts:
    /// k8s.io/apiserver 1.36; Go's crypto, encoding and gRPC packages; k3s.)
    static let all: [RuntimeError] =
        distributions + otherPrograms + etcd + flags + files + plugins + calls + values + documents + health + passedOn
}
