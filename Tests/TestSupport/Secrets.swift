import SecretMemory

extension SecretBytes {
    /// A secret that a test knows.
    public init(_ bytes: [UInt8]) { self.init(copying: bytes.span.rawBytes) }
}

extension SecretKey {
    /// A key that a test knows.
    public convenience init(_ bytes: [UInt8]) { self.init(SecretBytes(bytes)) }
}
