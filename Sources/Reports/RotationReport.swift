internal import EncryptionConfig
internal import GoText
internal import JSONText
public import KeyRotation
public import SecretMemory

/// What `rotate` did, or where a rotation stands.
public struct RotationReport {
    /// One entry or key set.
    public struct Step {
        let path: String
        let resources: [String]
        /// The step that was made, or the state of the set.
        let step: String
        let before: [ReadKey]
        let after: [ReadKey]
    }

    public let file: String
    public let steps: [Step]
    let hash: String
    let isWritten: Bool
    let nextCommand: String?
    let nextReason: String

    public init(file: String, steps: [Step], hash: String, isWritten: Bool, nextCommand: String?, nextReason: String) {
        self.file = file
        self.steps = steps
        self.hash = hash
        self.isWritten = isWritten
        self.nextCommand = nextCommand
        self.nextReason = nextReason
    }

    public func json() -> SecretBytes {
        var json = JSONWriter()
        json.object { json in
            json.reportHeader(kind: "RotationReport")
            json.member("file", file)
            json.key("steps")
            json.array { json in
                for step in steps { write(step, to: &json) }
            }
            json.member("hash", hash)
            json.member("written", isWritten)
            json.key("next")
            json.object { json in
                json.optionalMember("command", nextCommand)
                json.member("reason", nextReason)
            }
        }
        return json.finishLine()
    }

    private func write(_ step: Step, to json: inout JSONWriter) {
        json.object { json in
            json.member("path", step.path)
            json.key("resources")
            json.array { json in
                for resource in step.resources { json.string(resource) }
            }
            json.member("step", step.step)
            for (name, keys) in [("before", step.before), ("after", step.after)] {
                json.key(name)
                json.array { json in
                    for key in keys { key.write(to: &json) }
                }
            }
            json.key("writeKey")
            if let writeKey = step.after.first {
                writeKey.write(to: &json)
            } else {
                json.null()
            }
        }
    }

    /// What changed, one entry after another.
    public var text: String {
        steps.map { step in
            let before = step.before.map(\.description).joined(separator: ", ")
            let after = step.after.map(\.description).joined(separator: ", ")
            let resources = step.resources.map(\.printable).joined(separator: ", ")
            return "\(step.path) (\(resources)): \(step.step)\n  before  \(before)\n  after   \(after)\n"
        }.joined()
    }
}

extension RotationReport.Step {
    public init(_ change: RotationPlan.Change, _ step: RotationRequest.Step) {
        self.init(
            path: change.path, resources: change.resources.map(\.text), step: step.rawValue,
            before: change.before.map { ReadKey(provider: $0.provider, key: $0.key) },
            after: change.after.map { ReadKey(provider: $0.provider, key: $0.key) })
    }
}
