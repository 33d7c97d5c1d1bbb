internal import AuditControls
internal import DurableFiles
internal import Explanations
internal import SecretMemory

/// The value of `--policy`: the name of a preset, or else the path of a file.
enum PolicyFile {
    /// - Parameter name: `cis` is the preset, also if there is a file of that name; `./cis` is the file.
    static func read(_ name: String) throws(CommandFailure) -> AuditPolicy {
        if let preset = PolicyPreset(rawValue: name) { return preset.policy }
        let content = try Inputs.file(name).content
        let hash = try fileHash(content)
        do throws(PolicyRefusal) {
            return try AuditPolicy(reading: SecretBytes(copying: content.span), path: name, hash: hash)
        } catch {
            throw error.failure(name)
        }
    }
}
