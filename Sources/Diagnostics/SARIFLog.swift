/// Findings in the Static Analysis Results Interchange Format 2.1.0 (OASIS), for annotations in code reviews.
///
/// As much of the format as carries something here, under the names of the schema. Nothing in it comes from the file
/// but what the findings say; in particular no snippets.
public struct SARIFLog: Encodable, Equatable, Sendable {
    public let schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    public let version = "2.1.0"
    public let runs: [Run]

    private enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version, runs
    }

    public struct Run: Encodable, Equatable, Sendable {
        public let tool: Tool
        /// Columns are counted in Unicode scalar values, as ``SourcePosition`` counts them.
        public let columnKind = "unicodeCodePoints"
        public let results: [Result]
    }

    public struct Tool: Encodable, Equatable, Sendable {
        public let driver: Driver
    }

    public struct Driver: Encodable, Equatable, Sendable {
        public let name: String
        public let version: String
        public let rules: [Rule]
    }

    /// What a code means.
    public struct Rule: Encodable, Equatable, Sendable {
        public let id: String
        public let shortDescription: Message
        public let fullDescription: Message
        public let help: Message

        public init(code: String, title: String, description: String, help: String) {
            id = code
            shortDescription = Message(text: title)
            fullDescription = Message(text: description)
            self.help = Message(text: help)
        }
    }

    public struct Message: Encodable, Equatable, Sendable {
        public let text: String
    }

    public struct Result: Encodable, Equatable, Sendable {
        public let ruleId: String
        /// The place in the list of rules; nil for a code that is not there.
        public let ruleIndex: Int?
        /// `error`, `warning` or `note`.
        public let level: String
        public let message: Message
        public let locations: [Location]
    }

    public struct Location: Encodable, Equatable, Sendable {
        public let physicalLocation: PhysicalLocation
        public let logicalLocations: [LogicalLocation]?
    }

    public struct PhysicalLocation: Encodable, Equatable, Sendable {
        public let artifactLocation: ArtifactLocation
        public let region: Region?
    }

    public struct ArtifactLocation: Encodable, Equatable, Sendable {
        /// A relative or absolute URI reference.
        public let uri: String
    }

    public struct Region: Encodable, Equatable, Sendable {
        public let startLine: Int
        public let startColumn: Int
    }

    public struct LogicalLocation: Encodable, Equatable, Sendable {
        /// The path in the document.
        public let fullyQualifiedName: String
    }
}

extension SARIFLog {
    /// One run over some files.
    ///
    /// - Parameters:
    ///   - tool: The name of the program.
    ///   - version: Its version.
    ///   - rules: What the codes mean; those without a finding too.
    ///   - files: The findings of each file, under its name as passed.
    public init(tool: String, version: String, rules: [Rule], files: [(name: String, diagnostics: [Diagnostic])]) {
        let indices = Dictionary(rules.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let results = files.flatMap { file in
            file.diagnostics.map { Result($0, in: file.name, ruleIndex: indices[$0.code]) }
        }
        runs = [Run(tool: Tool(driver: Driver(name: tool, version: version, rules: rules)), results: results)]
    }
}

extension SARIFLog.Result {
    fileprivate init(_ diagnostic: Diagnostic, in file: String, ruleIndex: Int?) {
        ruleId = diagnostic.code
        self.ruleIndex = ruleIndex
        level = diagnostic.severity.rawValue
        message = SARIFLog.Message(text: diagnostic.message + (diagnostic.hint.map { "; hint: \($0)" } ?? ""))
        let region = diagnostic.position.map { SARIFLog.Region(startLine: $0.line, startColumn: $0.column) }
        locations = [
            SARIFLog.Location(
                physicalLocation: SARIFLog.PhysicalLocation(
                    artifactLocation: SARIFLog.ArtifactLocation(uri: uriReference(file)), region: region),
                logicalLocations: diagnostic.path.map { [SARIFLog.LogicalLocation(fullyQualifiedName: $0)] })
        ]
    }
}

/// A path as a URI reference: everything that RFC 3986 does not allow in a path is escaped. A colon is escaped as
/// well, as the first segment of a relative reference may have none (section 4.2).
private func uriReference(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF")
    var uri = ""
    for byte in path.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            uri.unicodeScalars.append(Unicode.Scalar(byte))
        default: uri += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }
    }
    return uri
}
