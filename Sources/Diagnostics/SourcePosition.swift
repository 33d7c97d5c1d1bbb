/// A place in a text file, as editors and compilers name it.
public struct SourcePosition: Hashable, Sendable {
    /// Line, from 1.
    public let line: Int
    /// Column in characters (Unicode scalar values), from 1.
    public let column: Int
    /// Offset in bytes from the start of the file, from 0.
    public let offset: Int

    public init(line: Int, column: Int, offset: Int) {
        self.line = line
        self.column = column
        self.offset = offset
    }
}

extension SourcePosition: Comparable {
    public static func < (left: Self, right: Self) -> Bool { left.offset < right.offset }
}

extension SourcePosition: CustomStringConvertible {
    public var description: String { "\(line):\(column)" }
}
