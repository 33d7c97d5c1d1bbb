internal import Dispatch
public import EncryptionConfig
public import Explanations
internal import GoText
public import KMSPlugin
public import ShownText
internal import KeyTransition

/// The result of `kms status`.
public struct KMSStatusReport {
    enum Verdict: String { case healthy, unhealthy, unreachable }

    /// One plugin.
    public struct Row {
        let plugin: KMSPlugin
        let endpoint: String
        let examination: PluginExamination
        let elapsedSeconds: Double

        /// Tests the plugin.
        public init(_ plugin: KMSPlugin, endpoint: String, _ client: PluginClient) {
            self.plugin = plugin
            self.endpoint = endpoint
            let start = DispatchTime.now().uptimeNanoseconds
            examination = client.examine()
            elapsedSeconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        }

        /// The verdict with its reason, as text reports show it.
        fileprivate var conclusion: Phrase {
            switch examination.problem {
            case nil: "healthy"
            case .failed, .refused, .untrue, .keyNotReturned, .keyInClear: "UNHEALTHY"
            case .passing: "UNKNOWN. It returned a transient error, or another program listens on this socket."
            case .noAnswer where examination.status != nil: "UNKNOWN. It answered Status, but not the test of a key."
            case .noAnswer: "UNKNOWN. It did not answer."
            case .noRandomBytes: "UNKNOWN. It was not tested."
            }
        }

        /// A plugin that answers Status and nothing else counts as unreachable: its state is unknown.
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

    public var text: Phrase { rows.map(\.text).joined(separator: "\n") }

    public var value: ReportValue {
        .report(kind: "KMSStatusReport", ["file": .text(file), "providers": .array(rows.map(\.value))])
    }
}

extension KMSStatusReport.Row {
    fileprivate var text: Phrase {
        var lines: [Phrase] = [
            "\(name: plugin.name) (KMS \(plugin.version)) at \(name: endpoint): \(conclusion)"
        ]
        if let status = examination.status {
            lines.append("  API version  \(status.apiVersion)")
            if let healthz = status.healthz { lines.append("  health       \(healthz)") }
            if let keyID = status.keyID {
                lines.append("  key ID       \(name: keyID)")
                lines.append("  hash         \(status.keyIDHash ?? "")")
            }
        }
        lines.append("  round trip   \(examination.isRoundTripDone ? "ok" : "not tested" as Phrase)")
        if let problem = examination.problem { lines.append("  problem      \(problem.sentence)") }
        lines.append("  time         \(Int((elapsedSeconds * 1000).rounded(.up))) ms")
        return lines.joined(separator: "\n") + "\n"
    }

    fileprivate var value: ReportValue {
        let status = examination.status
        let provider = plugin.version == .v1 ? ProviderName.kmsv1 : ProviderName.kmsv2
        return [
            "name": .name(plugin.name), "provider": .word(provider), "endpoint": .name(endpoint),
            "verdict": .word(verdict), "apiVersion": .text(status?.apiVersion), "healthz": .text(status?.healthz),
            "keyID": .name(status?.keyID), "keyIDHash": .text(status?.keyIDHash),
            "roundTrip": .bool(examination.isRoundTripDone), "error": .phrase(examination.problem?.sentence),
            "elapsedSeconds": .fraction(elapsedSeconds),
        ]
    }
}
