internal import DurableFiles
internal import Explanations
internal import Reports
internal import SecretMemory
internal import ShownText

/// The value of `--baseline`: an earlier report in JSON.
enum BaselineFile {
    static func read(_ path: String) throws(CommandFailure) -> AuditNumbers {
        let content = try Inputs.file(path).content
        do throws(BaselineFault) {
            return try AuditNumbers(json: content.span)
        } catch {
            throw CommandFailure("\(fileName(path)): \(error.explanation)", hint: error.hint)
        }
    }
}
