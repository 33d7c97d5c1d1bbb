/// Words in the middle of Kubernetes objects in plaintext that nothing else in etcd contains.
enum KubernetesFragments {
    /// Field names of JSON, names of managed fields, which protobuf holds as JSON, annotations, and headers of PEM.
    private static let words = [
        "\"apiVersion\"", "\"kind\":", "\"metadata\":", "\"spec\":", "\"stringData\"", "managedFields", "f:metadata",
        "f:data", "f:spec", "\"f:", "kubectl.kubernetes.io/last-applied-configuration", "app.kubernetes.io/",
        "kubernetes.io/", "creationTimestamp", "FieldsV1", "-----BEGIN ",
    ].map { Array($0.utf8) }

    static let longest = words.reduce(0) { max($0, $1.count) }

    /// The words that begin with each byte.
    private static let byFirst: [[[UInt8]]] = (0...255).map { first in words.filter { $0[0] == first } }

    /// Whether one of them is in `range`.
    static func isFound(in range: Range<Int>, of bytes: RawSpan) -> Bool {
        for offset in range {
            for word in byFirst[Int(bytes.uint8(offset))] where word.count <= range.upperBound - offset {
                var length = 1
                while length < word.count, bytes.uint8(offset + length) == word[length] { length += 1 }
                if length == word.count { return true }
            }
        }
        return false
    }
}
