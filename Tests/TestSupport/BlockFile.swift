/// A file of test vectors: blocks of lines `name: value`, with a blank line between blocks.
/// See testdata/vectors/published/README.md.
public struct BlockFile {
    /// One vector. A name that it lacks is an error, so that a misspelt one cannot weaken a test.
    public struct Block: Sendable, CustomStringConvertible {
        private let values: [String: String]

        fileprivate init(_ lines: some Sequence<Substring>) throws {
            var values: [String: String] = [:]
            for line in lines {
                guard let colon = line.firstIndex(of: ":") else { throw Missing(name: String(line)) }
                let value = line[line.index(after: colon)...].drop { $0 == " " }
                values[String(line[..<colon])] = String(value)
            }
            self.values = values
        }

        public var description: String { values["comment"] ?? "without comment" }
        public var shouldSucceed: Bool {
            get throws {
                switch values["expect"] {
                case "success": true
                case "failure": false
                default: throw Missing(name: "expect")
                }
            }
        }

        /// The bytes under a name.
        public func bytes(_ name: String) throws -> [UInt8] {
            guard let value = values[name] else { throw Missing(name: name) }
            return hex(value)
        }
    }

    /// A vector lacks what a test wants of it.
    public struct Missing: Error { let name: String }

    public static func read(_ name: String) throws -> [Block] {
        let text = String(decoding: try TestData.bytes(name), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return try lines.split(separator: "").map { try Block($0) }
    }
}
