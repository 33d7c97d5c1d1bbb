public import DurableFiles
internal import Glibc
internal import SecretMemory
public import ShownText

/// Asks at the terminal whether to continue.
public enum Confirmation {
    /// Whether there is a terminal to ask at.
    public static var isPossible: Bool {
        (try? FileDescriptor.open("/dev/tty", flags: O_RDWR | O_NOCTTY)) != nil
    }

    /// Shows a question, and reads a line. Anything but `y` or `yes` is no.
    public static func ask(_ question: Shown, isCancelled: () -> Bool) throws(SystemError) -> Bool {
        let terminal = try FileDescriptor.open("/dev/tty", flags: O_RDWR | O_NOCTTY)
        let text = Array("\(question.text) [y/N] ".utf8)
        try terminal.write(text.span.rawBytes)
        while !isCancelled() {
            guard try terminal.isReadable(within: 100) else { continue }
            var line = SecretBuffer()
            try terminal.read(upTo: 4096, appendingTo: &line)
            let answer = String(decoding: line.bytes.copiedToArray(), as: UTF8.self)
                .filter { !$0.isWhitespace }.lowercased()
            return answer == "y" || answer == "yes"
        }
        return false
    }
}
