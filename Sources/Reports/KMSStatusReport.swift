internal import Dispatch
public import EncryptionConfig
public import Explanations
internal import GoText
internal import JSONText
public import KMSPlugin
internal import KeyTransition
public import SecretMemory

/// What `kms status` found out.
public struct KMSStatusReport {
    enum Verdict: String { case healthy, unhealthy, unreachable }

    /// One plugin.
    public struct Row {
        let plugin: KMSPlugin
        let endpoint: String
        let examination: PluginExamination
        let elapsedSeconds: Double

        /// Asks the plugin.
        public init(_ plugin: KMSPlugin, endpoint: String, _ client: PluginClient) {
            self.plugin = plugin
            self.endpoint = endpoint
            let start = DispatchTime.now().uptimeNanoseconds
            examination = client.examine()
            elapsedSeconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        }

        /// What happened, where the word of the verdict alone would mislead: somebody answered who gave no answer that
        /// settles it.
        fileprivate var addition: String {
            switch examination.problem {
            case .passing: ", though it answers: what it says may pass, or it is not the plugin that was meant"
            case .noAnswer where examination.status != nil: ", though it told its state: then it gave no answer"
            default: ""
            }
        }

        /// A plugin that told its state and then falls silent is not unreachable, but nothing is known of it either.
        var verdict: Verdict {
            switch examination.problem {
            case nil: .healthy
            case .noAnswer, .passing, .noRandomBytes: .unreachable
            case .failed, .refused, .untrue, .keyNotReturned, .keyInClear: .unhealthy
            }
        }
    }

    let file: String
    let rows: [Row]

    public init(file: String, rows: [Row]) {
        self.file = file
        self.rows = rows
    }

    public var status: ExitStatus {
        let verdicts = rows.map(\.verdict)
        if verdicts.contains(.unhealthy) { return .findings }
        return verdicts.contains(.unreachable) ? .unproven : .success
    }

    public var text: String { rows.map(\.text).joined(separator: "\n") }

    public func json() -> SecretBytes {
        var json = JSONWriter()
        json.object { json in
            json.reportHeader(kind: "KMSStatusReport")
            json.member("file", file)
            json.key("providers")
            json.array { json in
                for row in rows { row.write(to: &json) }
            }
        }
        return json.finishLine()
    }
}

extension KMSStatusReport.Row {
    fileprivate var text: String {
        var lines = [
            "\(plugin.name.printable) (KMS \(plugin.version.rawValue)) at \(endpoint.printable): \(verdict.rawValue)"
                + addition
        ]
        if let status = examination.status {
            lines.append("  API version  \(status.apiVersion.printable)")
            if let healthz = status.healthz { lines.append("  health       \(healthz.printable)") }
            if let keyID = status.keyID {
                lines.append("  key ID       \(keyID.printable)")
                lines.append("  hash         \((status.keyIDHash ?? "").printable)")
            }
        }
        lines.append("  round trip   \(examination.isRoundTripDone ? "a random key came back as it was" : "not done")")
        if let problem = examination.problem { lines.append("  problem      \(problem.sentence.printable)") }
        lines.append("  time         \(Int((elapsedSeconds * 1000).rounded(.up))) ms")
        return lines.joined(separator: "\n") + "\n"
    }

    fileprivate func write(to json: inout JSONWriter) {
        let status = examination.status
        json.object { json in
            json.member("name", plugin.name)
            json.member("provider", plugin.version == .v1 ? ProviderName.kmsv1.rawValue : ProviderName.kmsv2.rawValue)
            json.member("endpoint", endpoint)
            json.member("verdict", verdict.rawValue)
            json.optionalMember("apiVersion", status?.apiVersion)
            json.optionalMember("healthz", status?.healthz)
            json.optionalMember("keyID", status?.keyID)
            json.optionalMember("keyIDHash", status?.keyIDHash)
            json.member("roundTrip", examination.isRoundTripDone)
            json.optionalMember("error", examination.problem?.sentence)
            json.member("elapsedSeconds", elapsedSeconds)
        }
    }
}
