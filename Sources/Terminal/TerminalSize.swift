internal import Glibc

/// The size of the terminal.
public enum TerminalSize {
    /// Columns of standard output's terminal; else what `COLUMNS` says; else 80.
    public static var columns: Int {
        var size = winsize()
        if unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return Environment.value("COLUMNS").flatMap { Int($0) } ?? 80
    }
}
