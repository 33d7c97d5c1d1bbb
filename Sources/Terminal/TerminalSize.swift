internal import Glibc

/// The size of the terminal.
public enum TerminalSize {
    /// Columns that text is fitted to: what `COLUMNS` says (environ(7)); else those of standard output's terminal; else
    /// 80. A width that no text can be fitted to, or that no terminal has, counts as the nearest one that can be.
    public static var columns: Int {
        let wanted = Environment.value("COLUMNS").flatMap { Int($0) } ?? terminalColumns ?? 80
        return min(max(wanted, columnLimits.lowerBound), columnLimits.upperBound)
    }

    /// Writes ``columns`` into the environment, from which the argument parser takes the width of help texts; it traps
    /// where its second column has no room. To be called before the first thread is started.
    public static func fixColumns() {
        _ = unsafe setenv("COLUMNS", "\(columns)", 1)
    }

    private static let columnLimits = 40...1000

    private static var terminalColumns: Int? {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
