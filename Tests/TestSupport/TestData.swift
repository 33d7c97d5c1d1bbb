import Foundation

/// The recorded data of the repository: `testdata/`, found from this file's own place.
public enum TestData {
    /// The root of the package.
    public static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The path of a file or folder below `testdata/`.
    public static func path(_ name: String) -> String {
        packageRoot.appendingPathComponent("testdata").appendingPathComponent(name).path
    }

    /// The bytes of a file below `testdata/`.
    public static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// Decodes a JSON file below `testdata/`.
    public static func json<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(try bytes(name)))
    }
}
