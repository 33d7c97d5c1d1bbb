import Foundation

extension FileHandle {
    /// What a program prints first, without the line break. It may come in pieces.
    public func firstLine() throws -> String {
        var bytes: [UInt8] = []
        while let byte = try read(upToCount: 1)?.first, byte != UInt8(ascii: "\n") { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
