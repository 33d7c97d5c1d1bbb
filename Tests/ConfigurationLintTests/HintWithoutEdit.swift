/// A hint that proposes no edit which is to be made as it is, and why none.
struct HintWithoutEdit: Sendable {
    /// The whole hint; `*` stands for any text.
    let words: String
    let reason: Reason

    enum Reason {
        /// It names the command that takes the steps in their order.
        case rotation
        /// It names a command that shows the steps, or proves a change.
        case proof
        /// Only a person knows what was meant, and kube-apiserver does not run the file.
        case intention
        /// It is about something else than the file: a flag, the plugin, a version, what is made next.
        case otherPlace
    }

    /// By the code.
    static let all: [String: [HintWithoutEdit]] = [
        "ENC0101": [
            .init("create a configuration with `encconf init`", .intention),
            .init("if the rest is not meant for kube-apiserver, *", .intention),
            .init("copy it to a new file: *", .otherPlace),
        ],
        "ENC0102": [
            .init("write a mapping with apiVersion, kind and resources", .intention),
            .init("check that it is the right file: *", .intention),
            .init("--headerless reads what is below config:", .otherPlace),
            .init("extract it to a new file: *", .otherPlace),
            .init("copy it to a new file: *", .otherPlace),
            .init("copy the text of the configuration to a file of its own", .otherPlace),
            .init("if the rest is not meant for kube-apiserver, *", .intention),
        ],
        "ENC0104": [.init("check spelling and indentation", .intention)],
        "ENC0105": [.init("write it once, with all that is meant", .intention)],
        "ENC0106": [.init("write a number and a unit, such as 3s or 1m30s", .intention)],
        "ENC0110": [
            .init("create a configuration with `encconf init`", .intention),
            .init("restore the bytes of a key that is in use; *", .intention),
        ],
        "ENC0111": [
            .init("write each group, such as *", .intention),
            .init("use the group that serves the resource now, *", .intention),
            .init("write '*.' or '*.*', in quotes", .intention),
        ],
        "ENC0112": [
            .init("a field without a value counts as not set; for plaintext write `identity: {}`", .intention)
        ],
        "ENC0114": [
            .init("restore the bytes of a key that is in use; *", .intention),
            .init("replace the variable before kube-apiserver reads the file", .otherPlace),
            .init("complete the base64 text: *", .intention),
            .init("remove spaces and tabs from the base64 text", .intention),
            .init("convert the hexadecimal digits to bytes, *", .intention),
            .init("replace - with + and _ with /: this is the URL alphabet of base64", .intention),
            .init("write base64: standard alphabet, with its padding, without blanks", .intention),
        ],
        "ENC0115": [
            .init("for one plugin and several resources, list them in one entry", .intention),
            .init("write v1 or v2, as the values of this plugin were written", .intention),
        ],
        "ENC0120": [.init("put exact resources before the wildcard that covers them", .intention)],
        "ENC0121": [
            .init("set --feature-gates=KMSv1=true, then move to a KMS v2 provider under another name", .otherPlace)
        ],
        "ENC0122": [
            .init("set --feature-gates=KMSv2=true, as Kubernetes before 1.27 needs it", .otherPlace),
            .init("remove KMSv2=false from --feature-gates", .otherPlace),
        ],
        "ENC0201": [
            .init("add a key in safe steps with `encconf rotate` and --to secretbox", .rotation),
            .init("when every server runs this file, use `encconf rotate` with --step promote", .rotation),
        ],
        "ENC0203": [.init("`encconf rotate` with --resources * --to secretbox adds a key for them", .rotation)],
        "ENC0207": [
            .init("a KMS provider cannot be repeated: prove with `encconf audit` that no value needs it", .proof)
        ],
        "ENC0206": [
            .init(
                "check with `encconf show` that the joined list is meant: a KMS provider cannot be repeated", .proof)
        ],
        "ENC0210": [.init("`encconf rotate` gives new keys names of their own", .rotation)],
        "ENC0211": [.init("rotate to a new key with `encconf rotate`", .rotation)],
        "ENC0212": [.init("rotate to a new key with `encconf rotate`", .rotation)],
        "ENC0213": [.init("choose names without a colon for new keys", .otherPlace)],
        "ENC0214": [
            .init("keep the order, and rotate to a key whose name overlaps with no other", .rotation),
            .init(
                "rotate to a key whose name overlaps with none (`encconf rotate`); when it writes, put this key before *, "
                    + "before anything is re-encrypted", .rotation),
        ],
        "ENC0215": [.init("rotate to a new key with another name, with `encconf rotate`", .rotation)],
        "ENC0220": [.init("rotate to a random key with `encconf rotate`", .rotation)],
        "ENC0221": [.init("rotate to a random key with `encconf rotate`", .rotation)],
        "ENC0222": [.init("rotate to a random key with `encconf rotate`", .rotation)],
        "ENC0223": [.init("rotate to a random key with `encconf rotate`", .rotation)],
        "ENC0224": [.init("`encconf rotate` makes the next key with 32 bytes", .rotation)],
        "ENC0230": [.init("change the provider with `encconf rotate` and --to secretbox", .rotation)],
        "ENC0231": [
            .init("rotate on a schedule with `encconf rotate`, or change the provider with --to secretbox", .rotation)
        ],
        "ENC0232": [.init("change the provider with `encconf rotate` and --to kms", .rotation)],
        "ENC0233": [.init("rotate to a provider with `apiVersion: v2` and another name", .rotation)],
        "ENC0236": [.init("start the plugin before kube-apiserver", .otherPlace)],
        "ENC0237": [.init("upgrade to 1.29 or later, where it is stable", .otherPlace)],
        "ENC0240": [
            .init("`kubectl api-resources` lists names and groups", .intention),
            .init("* may be meant, which this entry covers", .intention),
        ],
        "ENC0241": [
            .init("keep them: a KMS provider cannot be repeated in an entry of their own", .otherPlace)
        ],
        "ENC0242": [
            .init(
                "keep a copy of the keys outside the cluster; to name less, follow the steps of `encconf diff`", .proof)
        ],
        "ENC0244": [
            .init("name each resource (`encconf diff` *", .proof)
        ],
        "ENC0245": [.init("complete the name in the steps of `encconf diff`", .proof)],
        "ENC0250": [.init("rotate it with `encconf rotate`", .rotation)],
        "ENC0271": [
            .init("write it once, as `encconf show` prints it, and prove the change with `encconf diff`", .proof)
        ],
    ]

    private init(_ words: String, _ reason: Reason) {
        self.words = words
        self.reason = reason
    }

    /// Whether a hint is this one.
    func isLike(_ hint: String) -> Bool {
        if hint == words { return true }
        guard let star = words.firstIndex(of: "*") else { return false }
        let (start, end) = (words[..<star], words[words.index(after: star)...])
        return hint.hasPrefix(start) && hint.hasSuffix(end) && hint.count >= start.count + end.count
    }
}
