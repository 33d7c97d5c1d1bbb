internal import SecretMemory

/// The uses of nonces of AES-GCM in a second look, to find values that share one.
///
/// The same value twice, as a restored backup writes it, shows an attacker nothing. Of each nonce two uses are kept,
/// the first one and the first that differs from it: any later use differs from one of them, if it differs from any.
/// So the time for each use does not depend on how many there were.
public struct NonceUses: Sendable {
    private var pairs: [Nonce: Pair] = [:]

    public init() {}

    /// Adds a use.
    ///
    /// - Parameters:
    ///   - message: The nonce, the ciphertext and the tag.
    ///   - key: What distinguishes the key from all others.
    /// - Returns: The etcd key of the first earlier use of the same nonce that differs from this one; nil without
    ///   one.
    mutating func add(_ message: RawSpan, at etcdKey: RawSpan, key: UInt64) -> [UInt8]? {
        let nonce = Nonce(key: key, bytes: message.extracting(first: 12).copiedToArray())
        let use = Use(
            tag: message.extracting(last: 16).copiedToArray(), length: message.byteCount,
            etcdKey: etcdKey.copiedToArray())
        guard let pair = pairs[nonce] else {
            pairs[nonce] = Pair(first: use)
            return nil
        }
        guard use == pair.first else {
            if pair.second == nil { pairs[nonce]?.second = use }
            return pair.first.etcdKey
        }
        return pair.second?.etcdKey
    }

    /// The number of uses that are kept.
    var keptCount: Int { pairs.values.reduce(0) { $0 + ($1.second == nil ? 1 : 2) } }

    private struct Nonce: Hashable {
        let key: UInt64
        let bytes: [UInt8]
    }

    private struct Pair {
        let first: Use
        var second: Use?
    }

    /// One value with a nonce. Tag and length distinguish its message from others of the same nonce.
    private struct Use: Equatable {
        let tag: [UInt8]
        let length: Int
        let etcdKey: [UInt8]
    }
}
