import Foundation

/// One run of the program itself: how long it took, and how much anonymous memory it had at most.
struct WholeRun {
    let seconds: Double
    /// The time of all processors, which is more reliable on a shared machine.
    let processorSeconds: Double
    let anonymousByteCount: Int

    /// Runs `encconf audit`, which the build puts beside this program.
    ///
    /// - Parameter statuses: The exit statuses of a run that worked: a file without a digest is never clean.
    init(_ workload: Workload, _ arguments: [String], statuses: Set<Int32> = [0, 3]) throws {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("encconf")
        try self.init(
            program.path,
            ["audit", "-o", "json", "--config", workload.configurationPath] + arguments + [workload.snapshotPath],
            statuses: statuses)
    }

    /// Runs any program.
    init(_ program: String, _ arguments: [String], statuses: Set<Int32> = [0]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let earlier = Self.processorSeconds
        let start = DispatchTime.now().uptimeNanoseconds
        try process.run()
        var most = 0
        while process.isRunning {
            most = max(most, Self.anonymousByteCount(of: process.processIdentifier))
            usleep(1000)
        }
        process.waitUntilExit()
        seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        processorSeconds = Self.processorSeconds - earlier
        anonymousByteCount = most
        guard statuses.contains(process.terminationStatus) else { throw CocoaError(.executableLoad) }
    }

    /// What all processes that this one has waited for have used.
    private static var processorSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    /// `RssAnon` of proc_pid_status(5).
    private static func anonymousByteCount(of process: Int32) -> Int {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("RssAnon:") })
        else { return 0 }
        return (line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    static func median(of count: Int, _ run: () throws -> WholeRun) rethrows -> WholeRun {
        let runs = try (0..<count).map { _ in try run() }
        return runs.sorted { $0.seconds < $1.seconds }[count / 2]
    }
}
