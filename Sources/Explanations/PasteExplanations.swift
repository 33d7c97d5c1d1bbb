public import ShownText
public import PastedValues

extension PasteError {
    /// The error of the input, in one clause.
    public var explanation: Phrase {
        switch self {
        case .empty: "empty"
        case .notRecognized: "no stored value found"
        case .truncated: "the value is cut off at the end"
        case .noKeys: "etcdctl did not find the key"
        case .keysOnly: "contains etcd keys, but no values"
        case .json(let line): "line \(line): not JSON"
        case .jsonWithoutKVs: "JSON, but neither output of etcdctl nor a stored object"
        case .jsonEntry(let index): "kvs[\(index)]: key and value must be base64"
        case .fields(let line): "line \(line): not output of `etcdctl get -w fields`"
        case .base64(let line): "line \(line): not base64"
        case .hexdump(let line, let fault): "line \(line): \(fault.explanation)"
        case .lostBytes:
            """
            a terminal or an editor lost or replaced bytes of the value. This shows nothing about the key or the \
            server
            """
        case .wrapped(let line):
            "line \(line): more digits follow the value; a program wrapped it, or lines are missing"
        case .unclearEnd(let line):
            "line \(line): other text follows the digits, so it is not certain where the value ends"
        case .neverStored: "not a stored value: a stored object has a uid and a creationTimestamp"
        case .printedAsText: "the value is printed as text, perhaps with escapes, which encconf does not read"
        case .apiAnswer: "an answer of the Kubernetes API, not a stored value"
        case .columnOfSQLite: "sqlite3 prints a value only up to its first zero byte; the rest is missing"
        }
    }

    /// The remedy.
    public var hint: Phrase? {
        switch self {
        case .empty, .noKeys: "check the key and the endpoints; etcdctl prints nothing for a missing key"
        case .notRecognized:
            "pass the output of `etcdctl get KEY -w json` or -w fields, or of hexdump -C, xxd or base64"
        case .truncated: "copy the whole value again"
        case .keysOnly: "omit --keys-only"
        case .json, .jsonWithoutKVs, .jsonEntry: "pass the whole output of `etcdctl get KEY -w json`"
        case .fields: "pass the whole output of `etcdctl get KEY -w fields`"
        case .base64: "if it is another format, set --format"
        case .hexdump(_, .words): "use hexdump -C, xxd, or od -A d -t x1"
        case .hexdump: "copy the whole dump, first line to last"
        case .lostBytes: "get it again with `etcdctl get KEY -w json`, or pipe the output through base64"
        case .wrapped: "copy the whole value, unwrapped: .mode list in sqlite3, \\pset format unaligned in psql"
        case .unclearEnd: "remove the other text, such as a prompt"
        case .printedAsText:
            """
            get the value in hexadecimal digits: mysqldump --hex-blob, SELECT name, hex(value), or value.hex() in Python
            """
        case .apiAnswer, .neverStored:
            """
            get the value from etcd: `etcdctl get /registry/secrets/NAMESPACE/NAME -w json`, or encconf \
            decrypt-secret --etcd NAMESPACE/NAME
            """
        case .columnOfSQLite:
            """
            select hexadecimal digits: SELECT name, hex(value) FROM kine WHERE name = '/registry/secrets/NAMESPACE/NAME' \
            ORDER BY id DESC LIMIT 1
            """
        }
    }
}

extension PasteError.HexdumpFault {
    fileprivate var explanation: Phrase {
        switch self {
        case .unreadable: "not a line of a hexdump"
        case .offset: "the offset does not continue the previous line"
        case .start: "the hexdump does not begin at offset 0"
        case .words: "the hexdump shows words of several bytes, in machine byte order"
        case .tooLong: "the hexdump is larger than 16 MiB"
        }
    }
}

extension PasteRemark {
    /// The correction, in one clause.
    public var explanation: Phrase {
        switch self {
        case .lineEnds: "undid a terminal's change of line ends (0a to 0d 0a)"
        case .utf16: "converted from UTF-16"
        case .surroundings: "ignored the text around the value, such as quotation marks or a command"
        }
    }
}
