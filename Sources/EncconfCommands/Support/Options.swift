internal import ArgumentParser

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("When to use colour: auto, always or never.", valueName: "when"))
    var color: Console.Color = .auto

    var console: Console { Console(color: color) }
}

extension Console.Color: ExpressibleByArgument {}

/// For commands with a report: text for people, JSON for programs.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
}

/// How configurations are read.
struct ReadingOptions: ParsableArguments {
    @Flag(name: .long, help: "Read files without apiVersion and kind, as Talos keeps them.")
    var headerless = false
}
