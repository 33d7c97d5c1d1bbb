import SecretMemory
import TestSupport

@testable import APIServerFlags

/// Reads what a test writes.
func read(manifest: [UInt8]) throws -> APIServerFlags {
    try APIServerCommand.read(manifest: SecretBytes(manifest)).flags()
}

func read(manifest: String) throws -> APIServerFlags { try read(manifest: Array(manifest.utf8)) }

func read(unit: [UInt8], files: [String?] = []) throws -> APIServerFlags {
    let unit = try SystemdUnit(parsing: unit.span.rawBytes)
    return try unit.command(environmentFiles: files.map { $0.map { SecretKey(Array($0.utf8)) } }).flags()
}

func read(unit: String, files: [String?] = []) throws -> APIServerFlags {
    try read(unit: Array(unit.utf8), files: files)
}

func read(arguments: String, path: String = "-") throws -> APIServerFlags {
    let bytes = Array(arguments.utf8)
    return try ArgumentFile.read(bytes.span.rawBytes, path: path).flags()
}

func read(script: String) throws -> APIServerFlags {
    let bytes = Array(script.utf8)
    return try ScriptFile.read(bytes.span.rawBytes).flags()
}

func isScript(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return ScriptFile.isLikely(bytes.span.rawBytes)
}

/// Reads a server together with the file that its `--openshift-config` names.
func read(manifest: String, openShiftConfig: String) throws -> APIServerFlags {
    let command = try APIServerCommand.read(manifest: SecretBytes(Array(manifest.utf8)))
    return try command.flags(openShiftConfig: OpenShiftConfig(parsing: SecretBytes(Array(openShiftConfig.utf8))))
}

func isArgumentFile(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return ArgumentFile.isLikely(bytes.span.rawBytes)
}

func isUnit(_ bytes: [UInt8]) -> Bool { SystemdUnit.isUnit(bytes.span.rawBytes) }

/// A pod whose one container has these words as its command, and `/etc/kubernetes` of the node as `/conf`.
func pod(_ command: [String], env: String = "[]", more: String = "") -> String {
    let words = command.map { word in
        let escaped = word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"\(escaped)\""
    }
    return """
        {"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [{"name": "a", "env": \(env),
          "volumeMounts": [{"name": "v", "mountPath": "/conf"}], "command": [\(words.joined(separator: ", "))]\(more)}],
          "volumes": [{"name": "v", "hostPath": {"path": "/etc/kubernetes"}}]}}
        """
}

/// The reason for which reading fails; nil if it does not.
func reason(_ body: () throws -> APIServerFlags) -> APIServerFlagsError.Reason? {
    do {
        _ = try body()
        return nil
    } catch { return (error as? APIServerFlagsError)?.reason }
}
