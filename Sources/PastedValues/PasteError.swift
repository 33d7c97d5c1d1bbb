/// Why no stored value was found in what was pasted. Lines count from 1; no case holds a byte of the text.
public enum PasteError: Error, Equatable {
    /// Nothing, or white space alone.
    case empty
    /// None of the formats, or one whose bytes are neither a stored value nor output of `etcdctl get`. A stored value
    /// begins with `k8s:enc:`, `k8s` and a zero byte, `{`, `apiVersion:` or the bytes d9 d9 f7.
    case notRecognized
    /// The end of a JSON text, of a quoted string, of base64 or of a hexdump is missing.
    case truncated
    /// etcdctl found no key.
    case noKeys
    /// Keys, of which none has a value that is not empty, as `--keys-only` prints them.
    case keysOnly
    /// Not JSON.
    case json(line: Int)
    /// JSON, but without `kvs` and no stored object either.
    case jsonWithoutKVs
    /// The entry of `kvs` at this index is no object with base64 for `key` and `value`.
    case jsonEntry(index: Int)
    /// Not as `etcdctl get -w fields` writes it.
    case fields(line: Int)
    /// Not base64.
    case base64(line: Int)
    case hexdump(line: Int, HexdumpFault)
    /// An encrypted value that went through a terminal, an editor or `strings` as text, or a piece of one. Nothing
    /// follows from it about the key or the server.
    case lostBytes
    /// More digits follow a value, but it is not certain how they belong to it.
    case wrapped(line: Int)
    /// Other text follows the digits of a value directly, so where these end is not certain.
    case unclearEnd(line: Int)
    /// What the API answers, such as an object with a resourceVersion: etcd holds no such object.
    case apiAnswer
    /// An object without a uid or a creationTimestamp, as people and `kubectl create --dry-run` write it: kube-apiserver
    /// sets both before it stores an object.
    case neverStored
    /// A row as sqlite3 shows it, with the value only up to its first zero byte.
    case columnOfSQLite
    /// An encrypted value as text within other text: in quotation marks, with escapes, in a column.
    case printedAsText

    public enum HexdumpFault: Equatable, Sendable {
        /// The dump contains a line of another kind.
        case unreadable
        /// The offset is not where the line before ended: lines are missing, or there twice.
        case offset
        /// The first line is missing: the dump does not begin at offset 0.
        case start
        /// The dump shows words of several bytes in the order of the machine, as `hexdump` without `-C` and `od`
        /// without `-t x1` do. `hexdump -C` helps.
        case words
        /// The dump has more bytes than ``PasteError/maximumDumpedByteCount``.
        case tooLong
    }

    /// The maximum of a hexdump: a few lines can, by the mark for repeated rows, represent any length.
    public static let maximumDumpedByteCount = 16 << 20
}
