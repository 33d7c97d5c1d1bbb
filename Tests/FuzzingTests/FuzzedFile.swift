@testable import APIServerFlags
import AuditControls
import ConfigurationLint
import EncryptionConfig
import Explanations
import Foundation
import KubernetesResources
import PastedValues
import SecretMemory
import ShownText
import TestSupport

@testable import KubernetesAPI
@testable import Reports

/// What people write, or programs for them.
enum FuzzedFile {
    /// A configuration: two answers are the same, places lie in the file, what is accepted resolves, and a diff of it
    /// shows no key.
    static func configuration(_ bytes: [UInt8]) {
        let first = answer(to: bytes)
        precondition(first == answer(to: bytes), "two answers")
    }

    private static func answer(to bytes: [UInt8]) -> [String] {
        do throws(ConfigurationRefusal) {
            let document = try ConfigurationDocument.read(SecretBytes(bytes))
            let configuration = try EncryptionConfiguration(checking: document, options: .lenient)
            let findings = Linter().findings(in: document, checked: configuration)
            precondition(findings.allSatisfy { (0...bytes.count).contains($0.position?.offset ?? 0) })
            let rules = ResourceResolution(configuration).rules
            precondition(!rules.isEmpty && rules.allSatisfy { !$0.providers.isEmpty })
            precondition(configuration.keys.allSatisfy { [16, 24, 32].contains($0.key.secret.bytes.count) })
            let diff = UnifiedDiff(from: SecretBytes(bytes), to: SecretBytes([]), oldName: "old", newName: "new")
            for key in configuration.keys.map(\.key) {
                let text = Data(key.secret.span.copiedToArray()).base64EncodedString()
                precondition(!diff.text.contains(text), "a key in the diff")
            }
            return []
        } catch {
            precondition(error.diagnostics.allSatisfy { (0...bytes.count).contains($0.position?.offset ?? 0) })
            return [error.stage.rawValue] + error.diagnostics.map(\.message)
        }
    }

    /// The policy of an audit: what is accepted is within its limits, and places lie in the file.
    static func policy(_ bytes: [UInt8]) {
        do throws(PolicyRefusal) {
            let policy = try AuditPolicy(reading: SecretBytes(bytes), path: "p", hash: "h")
            precondition(policy.cryptoperiods.values.allSatisfy { $0 > 0 && $0 <= 36_500 * 86_400 })
            precondition(policy.allowedProviders?.contains(.identity) != true)
            precondition((1...AuditPolicy.nistWriteLimit).contains(policy.gcmWriteLimit))
            precondition(!policy.namesResources || !policy.mustEncrypt.isEmpty)
        } catch {
            precondition((0...bytes.count).contains(error.position?.offset ?? 0))
            precondition(!error.failure("p").problems.isEmpty)
        }
    }

    /// An earlier report: what is accepted can be compared with itself, and has not changed.
    static func baseline(_ bytes: [UInt8]) {
        do throws(BaselineFault) {
            let numbers = try AuditNumbers(json: bytes.span.rawBytes)
            let changes = try AuditChanges(from: numbers, at: "b", to: numbers)
            precondition(changes.changes.isEmpty && !changes.text.isEmpty)
        } catch {
            precondition(error != .otherCluster && !error.explanation.isEmpty)
        }
    }

    static func kubeconfig(_ bytes: [UInt8]) { _ = try? KubeconfigFile(SecretKey(bytes), path: "config") }

    /// The manifest of a kube-apiserver, and whatever else names its flags in YAML or JSON.
    static func manifest(_ bytes: [UInt8]) {
        check(bytes.count) { try APIServerCommand.read(manifest: SecretBytes(bytes)).flags() }
        _ = try? OpenShiftConfig(parsing: SecretBytes(bytes))
    }

    /// A unit of systemd, and the file of variables behind the first zero byte.
    static func unit(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
        let (text, variables) = (parts[0], parts.count > 1 ? SecretKey(parts[1]) : nil)
        _ = SystemdUnit.isUnit(text.span.rawBytes)
        check(text.count) {
            try SystemdUnit(parsing: text.span.rawBytes).command(environmentFiles: [variables, nil]).flags()
        }
    }

    static func script(_ bytes: [UInt8]) {
        check(bytes.count) { try ScriptFile.read(bytes.span.rawBytes).flags() }
        check(bytes.count) { try ArgumentFile.read(bytes.span.rawBytes, path: "args").flags() }
    }

    private static func check(_ count: Int, _ body: () throws -> APIServerFlags) {
        do {
            let flags = try body()
            for case .file(let path)? in [flags.etcdAuthorityFile, flags.etcdKeyFile, flags.encryptionProviderConfig] {
                precondition(path.utf8.first == UInt8(ascii: "/") && !path.utf8.contains(0), "a path")
            }
        } catch let error as APIServerFlagsError {
            precondition(error.position?.offset ?? 0 <= count, "a place outside the file")
        } catch {
            preconditionFailure("another error")
        }
    }

    static func paste(_ bytes: [UInt8]) {
        for format in PasteFormat.allCases { _ = try? PastedValue.parse(bytes.span.rawBytes, format: format) }
    }

    static func explain(_ bytes: [UInt8]) { _ = ExplainedText.all(of: String(decoding: bytes, as: UTF8.self)) }
}
