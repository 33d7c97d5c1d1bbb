import EncryptionConfig
import Foundation
import GoText
import KubernetesResources
import KubernetesVersions
import SecretMemory
import TestSupport
import Testing

/// What each version of Kubernetes says of every recorded file, mutant and probe, in each of its modes. See
/// testdata/versions/README.md.
struct VersionVerdictTests {
    /// What was run of one version.
    private struct Header: Decodable {
        let modes: [String]
        let differing_rows: Int
    }

    /// One file in one mode where the version differs from 1.36.
    private struct Row: Decodable {
        let file: String?
        let id: String?
        let mode: String
        let ok: Bool
        let stage: String?
        let error: String?
        let effective: [String: RecordedCase.EffectiveRule]?
        let resolved: [String: String]?
    }

    private struct Line: Decodable {
        let header: Header?
        let row: Row?

        init(from decoder: any Decoder) throws {
            header = try? Header(from: decoder)
            row = header == nil ? try Row(from: decoder) : nil
        }
    }

    private struct Place: Hashable {
        let name: String
        let mode: String
    }

    @Test(arguments: Sample.of(Array(KubernetesVersion.recorded.dropLast()), 4, "answersAsThatVersionDoes"))
    func answersAsThatVersionDoes(_ kubernetes: KubernetesVersion) throws {
        let lines = try GzipLines.decode("versions/\(kubernetes.minor).jsonl.gz", as: Line.self)
        let header = try #require(lines.first?.header)
        var rows: [Place: Row] = [:]
        for row in lines.compactMap(\.row) {
            rows[Place(name: row.file ?? row.id ?? "", mode: row.mode)] = row
        }
        #expect(rows.count == header.differing_rows)
        let files = try RecordedCase.files()
        let cases = try files + RecordedCase.mutants() + GzipLines.decode("versions/probes.jsonl.gz")
        #expect(cases.count == 471 + 1200 + 78)
        for item in cases {
            let reading = Self.reading(try item.bytes(), kubernetes)
            for mode in header.modes {
                let row = rows[Place(name: item.file ?? item.id ?? "", mode: mode)]
                try check(item, reading, mode: mode, kubernetes, row)
            }
        }
    }

    private static func reading(
        _ bytes: [UInt8], _ kubernetes: KubernetesVersion
    ) -> Result<ConfigurationDocument, ConfigurationRefusal> {
        do {
            return .success(
                try ConfigurationDocument.read(SecretBytes(copying: bytes.span.rawBytes), kubernetes: kubernetes))
        } catch {
            return .failure(error)
        }
    }

    private func check(
        _ item: RecordedCase, _ reading: Result<ConfigurationDocument, ConfigurationRefusal>, mode: String,
        _ kubernetes: KubernetesVersion, _ row: Row?
    ) throws {
        let name = "\(item.file ?? item.id ?? "") in \(kubernetes), \(mode)"
        let parts = mode.split(separator: "_")
        let gates: [String: FeatureGates] = [
            "kmsv1": FeatureGates([.kmsv1: true]), "kmsv2": FeatureGates([.kmsv2: true]),
            "nokmsv1": FeatureGates([.kmsv1: false]), "nokmsv2": FeatureGates([.kmsv2: false]),
            "default": FeatureGates(),
        ]
        let options = ServerOptions(
            automaticReload: parts.count > 1, gates: try #require(gates[String(parts[0])]))
        let isKMSv1 = parts[0] == "kmsv1"
        let newest =
            options.automaticReload
            ? (isKMSv1 ? item.kmsv1_reload : item.default_reload) : (isKMSv1 ? item.kmsv1 : item.default)
        let (ok, stage, error) = row.map { ($0.ok, $0.stage, $0.error) } ?? (newest.ok, newest.stage, newest.error)
        do {
            let configuration = try EncryptionConfiguration(checking: reading.get(), options: options)
            #expect(ok, "\(name): accepted, but \(error ?? "")")
            guard ok else { return }
            item.check(configuration, effective: row?.effective, resolved: row?.resolved, name: name)
        } catch {
            let text = error.apiserverError(path: item.name) ?? "-"
            #expect(!ok, "\(name): refused with \(text)")
            #expect(error.stage.rawValue == stage, "\(name)")
            if Redaction.hidden(by: text, in: row?.error ?? newest.error ?? "") == nil {
                Issue.record("\(name): \(text)\nrecorded: \(row?.error ?? newest.error ?? "")")
            }
            #expect(error.variesByStart == text.contains("(0xADDR)"))
        }
    }
}
