internal import ArgumentParser
internal import Terminal

/// Options of every command.
struct GlobalOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("", valueName: "when"))
    var color = ColorChoice.auto

    var console: Console { Console(color: color.color) }
}

/// When to use color.
enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
    case auto, always, never

    fileprivate var color: Console.Color {
        switch self {
        case .auto: .auto
        case .always: .always
        case .never: .never
        }
    }
}

/// `--output` of a command with a report. The command gives its group the title of the command's own options.
struct ReportOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("", valueName: "format"))
    var output: OutputFormat = .text
}

/// The formats of most reports: text for people, JSON for programs.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
}
