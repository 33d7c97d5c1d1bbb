public import EncryptionConfig
public import EnvelopeCrypto

/// Goes through records and counts. Knows neither where they come from nor how the result is shown.
///
/// Not Sendable: ciphers keep contexts. Each thread makes its own and hands over its ``census``.
public final class Auditor {
    private var judge: RecordJudge

    /// - Parameters:
    ///   - configurations: The one in force, then archives of retired keys.
    ///   - unwrapping: Who decrypts the keys of KMS values.
    public init(
        _ configurations: [EncryptionConfiguration], unwrapping: any KMSUnwrapping, options: AuditOptions
    ) {
        judge = RecordJudge(configurations, unwrapping: unwrapping, options: options)
    }

    /// Counts one record.
    ///
    /// - Throws: ``CipherError`` if the cipher library lacks a cipher.
    public func add(_ record: borrowing AuditedRecord) throws(CipherError) { try judge.add(record) }

    /// The second look at nonces that may have been used twice: notes the record if its nonce is one of them and another
    /// value of the same key has the very same.
    ///
    /// - Parameters:
    ///   - repeated: What ``NonceLog/repeated()`` found over all records.
    ///   - seen: The nonces met so far in this second look.
    public func checkNonce(
        _ record: borrowing AuditedRecord, repeated: Set<UInt64>, seen: inout NonceUses
    ) throws(CipherError) {
        try judge.checkNonce(record, repeated: repeated, seen: &seen)
    }

    /// What was found so far.
    public var census: Census { judge.census }

    /// The nonces of AES-GCM values seen so far.
    public var nonces: NonceLog { judge.nonces }
}
