internal import ArgumentParser
internal import Diagnostics
internal import DurableFiles
internal import EncryptionConfig
internal import Explanations
internal import Reports
internal import SecretMemory
internal import ShownText
internal import Terminal

/// `encconf explain`
struct ExplainCommand: EncconfCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain a finding code or a kube-apiserver error.",
        usage: "encconf explain [<options>] [<subject>]",
        discussion: """
            Shows the meaning, how to check the cause, and what to do. Without an argument, lists all codes.

            Examples:
              encconf explain ENC0201
              encconf explain "no matching prefix found"
            Exit status: 0 explained; 2 unknown code or text.
            """)

    @Argument(help: ArgumentHelp("Code, or text of an error; - is standard input.", valueName: "subject"))
    var subject: String?
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) throws(CommandFailure) -> ExitStatus {
        guard let subject else {
            var table = TextTable(header: ["CODE", "FINDING"])
            for explanation in Explanation.ofConfigurations + Explanation.ofAudits {
                table.append([Phrase(stringLiteral: explanation.code), Phrase(stringLiteral: explanation.title)])
            }
            try console.result(Phrase(table))
            return .success
        }
        let text = subject == "-" ? SecretKey(try Inputs.standardInput()).revealedText() : subject
        guard text.utf8.count <= ExplainedText.byteCountLimit else {
            throw CommandFailure(
                "\(text.utf8.count) bytes are too many to explain", hint: "give the lines that name the error")
        }
        let answers = ExplainedText.all(of: text)
        guard !answers.isEmpty else {
            throw CommandFailure(
                "Unknown code or error text.",
                hint: "run `encconf explain` for all codes, or quote the whole error text")
        }
        let paragraphs = answers.map { answer in
            "\(answer.subject)\n"
                + self.paragraphs(meaning: answer.meaning, check: answer.check, remedy: answer.remedy)
        }
        try console.result(Phrase(stringLiteral: paragraphs.joined(separator: "\n")))
        return .success
    }

    private func paragraphs(meaning: String, check: String, remedy: String) -> String {
        "\nWhat it means\n\(wrapped(meaning))\nHow to check\n\(wrapped(check))\nWhat to do\n\(wrapped(remedy))"
    }

    /// The text in lines that fit the terminal, indented by two.
    private func wrapped(_ text: String) -> String {
        let width = max(20, min(TerminalSize.columns, 100) - 2)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        lines.append(line)
        return lines.map { "  \($0)\n" }.joined()
    }
}
