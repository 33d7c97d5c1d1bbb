public import ShownText
public import PastedValues

extension PasteError {
    /// What is wrong with the input, in one clause.
    public var explanation: Phrase {
        switch self {
        case .empty: "there is nothing in it"
        case .notRecognized: "holds no stored value"
        case .truncated: "ends before the value does"
        case .noKeys: "etcdctl found no such key"
        case .keysOnly: "names keys, but holds no values"
        case .json(let line): "line \(line): not JSON"
        case .jsonWithoutKVs: "JSON, but neither what etcdctl prints nor a stored object"
        case .jsonEntry(let index): "kvs[\(index)]: key and value should be base64"
        case .fields(let line): "line \(line): not what `etcdctl get -w fields` prints"
        case .base64(let line): "line \(line): not base64"
        case .hexdump(let line, let fault): "line \(line): \(fault.explanation)"
        case .lostBytes:
            """
            the value went through a terminal or an editor as text, and bytes were lost or replaced. This says \
            nothing about the key or the server
            """
        case .apiAnswer: "this is an answer of the API, not what etcd holds"
        case .columnOfSQLite: "sqlite3 shows a value only up to its first zero byte, so the rest is missing"
        }
    }

    /// What to do next.
    public var hint: Phrase? {
        switch self {
        case .empty, .noKeys: "check the key, and the --endpoints of etcdctl; it prints nothing for a key it has not"
        case .notRecognized:
            "give what `etcdctl get KEY` prints, with -w json or -w fields, or a hexdump -C, xxd or base64 of it"
        case .truncated: "copy it again, whole"
        case .keysOnly: "leave --keys-only out"
        case .json, .jsonWithoutKVs, .jsonEntry: "give the whole output of `etcdctl get KEY -w json`"
        case .fields: "give the whole output of `etcdctl get KEY -w fields`"
        case .base64: "name the format with --format if it is another one"
        case .hexdump(_, .words): "use hexdump -C, xxd, or od -A d -t x1"
        case .hexdump: "copy the whole dump, first line to last"
        case .lostBytes: "get it again with `etcdctl get KEY -w json`, or pipe what it prints through base64"
        case .apiAnswer:
            """
            get the value from etcd: `etcdctl get /registry/secrets/NAMESPACE/NAME -w json`, or encconf \
            decrypt-secret --etcd NAMESPACE/NAME
            """
        case .columnOfSQLite:
            """
            ask for digits: SELECT name, hex(value) FROM kine WHERE name = '/registry/secrets/NAMESPACE/NAME' \
            ORDER BY id DESC LIMIT 1
            """
        }
    }
}

extension PasteError.HexdumpFault {
    fileprivate var explanation: Phrase {
        switch self {
        case .unreadable: "not a line of a hexdump"
        case .offset: "the offset does not follow from the line before"
        case .start: "the hexdump does not begin at offset 0"
        case .words: "the hexdump shows words of several bytes, in the order of the machine"
        case .tooLong: "the hexdump stands for more than 16 MiB"
        }
    }
}

extension PasteRemark {
    /// What was undone, in one clause.
    public var explanation: Phrase {
        switch self {
        case .lineEnds: "a terminal had written each line end 0a as 0d 0a, which was undone"
        case .utf16: "the text was in UTF-16, and was converted"
        case .surroundings: "what stood around the value, such as quote marks or a command, was left out"
        }
    }
}
