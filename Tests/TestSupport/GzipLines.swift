import Foundation

/// The lines of a gzip file below `testdata/`, each a JSON object.
public enum GzipLines {
    public static func decode<Line: Decodable>(_ name: String, as type: Line.Type = Line.self) throws -> [Line] {
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", TestData.path(name)]
        let output = Pipe()
        gzip.standardOutput = output
        try gzip.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        gzip.waitUntilExit()
        let decoder = JSONDecoder()
        return try text.split(separator: UInt8(ascii: "\n")).map { try decoder.decode(Line.self, from: $0) }
    }
}
