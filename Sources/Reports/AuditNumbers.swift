internal import JSONText
internal import SecretMemory
public import ShownText

/// Why a file is no report to compare with.
public enum BaselineFault: Error, Equatable, MalformedReport {
    /// It is not one document of the kind `AuditReport`.
    case otherKind
    /// The audit that it reports on could not be made.
    case failed
    /// A member is missing, or is not what the report has there.
    case malformed(String)
    /// It is a report of another cluster.
    case otherCluster

    /// What is wrong, in one clause.
    public var explanation: Phrase {
        switch self {
        case .otherKind: "not one report of kind AuditReport"
        case .failed: "a report of an audit that failed"
        case .malformed(let member): "the member \(member) of the report is missing or not valid"
        case .otherCluster: "a report of another cluster: the UID of its namespace kube-system differs"
        }
    }

    public var hint: Phrase {
        switch self {
        case .otherKind: "save a report of one source with `encconf audit -o json`"
        case .failed, .malformed: "save the report again with `encconf audit -o json`"
        case .otherCluster: "compare with an earlier report of this cluster"
        }
    }
}

/// The numbers of one report, read from its JSON. Both reports of a comparison are read like this, so that what differs is
/// the numbers and not the way to them.
public struct AuditNumbers: Equatable, Sendable {
    /// Numbers by their names, of one resource or key.
    typealias Counts = [String: Int64]

    let verdict: String
    let revision: Int64
    /// Nil if it was not seen.
    let clusterUID: String?
    /// When the report was made; nil in reports of earlier versions.
    let time: String?
    /// The hash of the configuration in force.
    let configuration: String?
    /// The preset or the hash of the policy; nil without one.
    let policy: String?
    let findings: Counts
    let resources: [String: Counts]
    /// By provider and name.
    let keys: [String: Counts]
    /// The verdicts of controls; nil in reports of earlier versions.
    let controls: [String: String]?
    /// What limits the verdict, by the options of the audit.
    let limits: Set<String>
    let failOn: Set<String>
    let hasHistory: Bool
    let hasRemnants: Bool

    /// Reads a document of the kind `AuditReport`.
    ///
    /// Nothing of a document of another kind is copied: it may be a file with keys that was named by mistake.
    public init(json: RawSpan) throws(BaselineFault) {
        guard let tree = try? JSONTree(parsing: json) else { throw .otherKind }
        let document = ReportDocument<BaselineFault>(tree: tree)
        let root = tree.root
        guard document.is("AuditReport", json) else { throw .otherKind }
        if document.member("error", of: root, json) != nil { throw .failed }
        guard let verdict = try document.text("verdict", of: root, json),
            ["clean", "findings", "unknown"].contains(verdict)
        else { throw .malformed("verdict") }
        self.verdict = verdict
        guard let source = document.member("source", of: root, json), source.kind == .object else {
            throw .malformed("source")
        }
        revision = try document.count("revision", of: source, json)
        clusterUID = try document.text("clusterUID", of: source, json)
        time = try document.text("time", of: root, json)
        if let file = try document.list("configurations", of: root, json).first {
            configuration = try document.text("hash", of: file, json)
        } else {
            configuration = nil
        }
        if let policy = document.member("policy", of: root, json) {
            let (hash, preset) = (
                try document.text("hash", of: policy, json), try document.text("preset", of: policy, json)
            )
            self.policy = hash ?? preset
        } else {
            policy = nil
        }
        var findings: Counts = [:]
        for (code, count) in try document.members("findingTotals", of: root, json) {
            findings[code] = try document.count(count, "findingTotals", json)
        }
        self.findings = findings
        var (resources, keys): ([String: Counts], [String: Counts]) = ([:], [:])
        for row in try document.list("resources", of: root, json) {
            guard let name = try document.text("resource", of: row, json) else { throw .malformed("resource") }
            guard resources[name] == nil else { throw .malformed("resources") }
            for field in Self.resourceFields {
                resources[name, default: [:]][field] = try document.count(field, of: row, json)
            }
            for key in try document.list("byKey", of: row, json) {
                guard let provider = try document.text("provider", of: key, json) else { throw .malformed("byKey") }
                let name = try document.text("key", of: key, json)
                let label = name.map { "\(provider) \($0)" } ?? provider
                let objects = try document.count("objects", of: key, json)
                let (sum, isTooLarge) = keys[label, default: [:]]["objects", default: 0]
                    .addingReportingOverflow(objects)
                guard !isTooLarge else { throw .malformed("objects") }
                keys[label, default: [:]]["objects"] = sum
            }
        }
        (self.resources, self.keys) = (resources, keys)
        var controls: [String: String]?
        if document.member("controls", of: root, json) != nil {
            controls = [:]
            for control in try document.list("controls", of: root, json) {
                guard let framework = try document.text("framework", of: control, json),
                    let id = try document.text("id", of: control, json),
                    let verdict = try document.text("verdict", of: control, json)
                else { throw .malformed("controls") }
                controls?["\(framework) \(id)"] = verdict
            }
        }
        self.controls = controls
        limits = Set(try document.texts("limits", of: root, json))
        failOn = Set(try document.texts("failOn", of: root, json))
        hasHistory = document.member("history", of: root, json).map { $0.kind == .array } ?? false
        hasRemnants = document.member("remnants", of: root, json).map { $0.kind == .object } ?? false
    }

    /// The numbers of a resource that are compared, in the order of the report.
    static let resourceFields = ["objects", "plaintext", "stale", "unreadable", "archived", "notObjects", "unchecked"]
}
