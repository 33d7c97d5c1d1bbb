import Foundation

/// Small configurations with keys that are told apart by their names.
enum ShortFile {
    /// - Parameters:
    ///   - keys: Names of keys of `provider`; the first writes.
    ///   - resources: As the file names them.
    static func configuration(
        keys: [String], provider: String = "aesgcm", resources: [String] = ["secrets"], identity: Bool = true
    ) -> String {
        let list = keys.map { "      - {name: \($0), secret: \(secret(of: $0))}" }.joined(separator: "\n")
        return """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [\(resources.map { "\"\($0)\"" }.joined(separator: ", "))]
              providers:
              - \(provider):
                  keys:
            \(list)

            """ + (identity ? "  - identity: {}\n" : "")
    }

    /// 32 bytes in base64 that follow from the name and look like nothing.
    static func secret(of name: String) -> String {
        var state = name.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        var bytes: [UInt8] = []
        while bytes.count < 32 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            bytes.append(UInt8(truncatingIfNeeded: state >> 24))
        }
        return Data(bytes).base64EncodedString()
    }
}
