internal import ArgumentParser
internal import Terminal

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("When to use colour: auto, always or never.", valueName: "when"))
    var color = ColorChoice.auto

    var console: Console { Console(color: color.color) }
}

/// When to use colour.
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

/// For commands with a report: text for people, JSON for programs.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
}
