internal import ArgumentParser
internal import Glibc

/// A command that does its work, says how it went, and leaves failures to be told in one place.
protocol EncconfCommand: ParsableCommand {
    var global: GlobalOptions { get }

    /// Does the work.
    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus
}

extension EncconfCommand {
    func run() throws {
        let console = global.console
        let status: ExitStatus
        do {
            status = try execute(console)
        } catch {
            console.failure(error)
            status = error.status
        }
        throw ExitCode(status.rawValue)
    }
}
