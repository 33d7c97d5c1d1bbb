internal import ArgumentParser
internal import Explanations
internal import Glibc
internal import Reports
internal import SecretMemory
internal import ShownText
internal import StorageAudit
internal import Synchronization
internal import Terminal

/// A command that does its work and returns its exit status. Failures are reported in one place.
protocol EncconfCommand: ParsableCommand {
    var global: GlobalOptions { get }

    /// The kind of the JSON report, if one is wanted.
    var reportKind: String? { get }

    /// Whether the JSON report is one line.
    var isReportOneLine: Bool { get }

    /// Does the work.
    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus
}

extension EncconfCommand {
    var reportKind: String? { nil }
    var isReportOneLine: Bool { false }

    func run() throws {
        let console = global.console
        let status: ExitStatus
        do {
            status = try execute(console)
        } catch {
            console.failure(error)
            status = error.status
            // A script that reads the report finds the reason there too.
            if let reportKind {
                try? console.result(.report(kind: reportKind, [:]) + error.value, isOneLine: isReportOneLine)
            }
        }
        throw ExitCode(status.rawValue)
    }
}

extension Console {
    /// Reports why the work could not be done.
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

    /// Writes a report for programs, with the warnings that were printed so far.
    ///
    /// - Parameter isOneLine: Whether it is one of several documents, each in a line of its own.
    func result(_ report: ReportValue, isOneLine: Bool = false) throws(CommandFailure) {
        let report = report + ["warnings": .array(Program.warnings.withLock { $0 })]
        let document = SecretKey(report.document(Program.redactor, isOneLine: isOneLine))
        try result(document.span)
    }
}

extension OutputError {
    fileprivate var failure: CommandFailure {
        switch self {
        case .closed: CommandFailure("Standard output is closed.", hint: "redirect it to a file or a pipe")
        case .system(let error): CommandFailure("Cannot write to standard output: \(error)")
        }
    }
}

/// What there is once in a run of the program.
enum Program {
    /// Knows the keys of every configuration that was read. All that leaves the program passes it.
    static let redactor = Redactor()
    /// The warnings that were shown.
    static let warnings = Mutex<[ReportValue]>([])
}

extension Console {
    init(color: Color = .auto) {
        self.init(color: color, redactor: Program.redactor) { message, hint in
            let warning: ReportValue = ["code": .null, "message": .phrase(message), "hint": .phrase(hint)]
            Program.warnings.withLock { $0.append(warning) }
        }
    }
}

extension CommandFailure {
    /// The members of a report that could not be made.
    var value: ReportValue {
        let problems = problems.map { ["message": .phrase($0.message), "hint": .phrase($0.hint)] as ReportValue }
        return ["error": problems.first ?? .null, "errors": .array(problems)]
    }
}

/// Shows the progress of an audit at the terminal.
struct AuditProgressLine: AuditProgress {
    private let progress: Progress

    init(_ name: String) { progress = Progress(Program.redactor.shown("\(name)").text) }

    func start(total: Int) { progress.start(total: total) }
    func advance(by count: Int) { progress.advance(by: count) }
    func finish() { progress.finish() }
}
