internal import ArgumentParser
internal import Explanations
internal import Glibc
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageAudit
internal import Terminal

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

extension Console {
    /// Tells why the work could not be done.
    func failure(_ failure: CommandFailure) {
        for problem in failure.problems { error(problem.message, hint: problem.hint) }
    }

    /// Shows a notice at its level.
    func notice(_ notice: Notice) {
        switch notice.level {
        case .note: note(notice.message)
        case .warning: warning(notice.message, hint: notice.hint)
        case .error: error(notice.message, hint: notice.hint)
        }
    }

    /// Writes a result.
    func result(_ bytes: RawSpan) throws(CommandFailure) {
        do { try write(bytes) } catch { throw error.failure }
    }

    /// Writes a result for people.
    func result(_ phrase: Phrase) throws(CommandFailure) {
        do { try write(phrase) } catch { throw error.failure }
    }

    /// Writes a report for programs.
    func result(_ report: ReportValue) throws(CommandFailure) {
        let document = SecretKey(report.document(Program.redactor))
        try result(document.span)
    }
}

extension OutputError {
    fileprivate var failure: CommandFailure {
        switch self {
        case .closed: CommandFailure("standard output is closed", hint: "give the result somewhere to go")
        case .system(let error): CommandFailure("cannot write to standard output: \(error)")
        }
    }
}

/// What there is once in a run of the program.
enum Program {
    /// Knows the keys of every configuration that was read. All that leaves the program passes it.
    static let redactor = Redactor()
}

extension Console {
    init(color: Color = .auto) { self.init(color: color, redactor: Program.redactor) }
}

/// Shows the progress of an audit at the terminal.
struct AuditProgressLine: AuditProgress {
    private let progress: Progress

    init(_ name: String) { progress = Progress(Program.redactor.shown("\(name)").text) }

    func start(total: Int) { progress.start(total: total) }
    func advance(by count: Int) { progress.advance(by: count) }
    func finish() { progress.finish() }
}
