internal import Diagnostics

/// `docker run`, and programs that take the same arguments: podman and nerdctl.
struct ContainerRun {
    /// The program in the container, as far as the command line shows it.
    let command: [CommandWord]
    let place: ContainerPlace
    let image: CommandWord

    /// - Parameter arguments: What follows the name of the program.
    /// - Returns: Nil if they run no container.
    /// - Throws: If an unknown variable may contain options.
    static func read(_ arguments: ArraySlice<CommandWord>) throws(APIServerFlagsError) -> ContainerRun? {
        var (place, rest) = (ContainerPlace(), arguments)
        while let option = try Option(&rest, booleans: globalBooleans), option.name != nil {}
        if rest.first?.text == "container" { rest.removeFirst() }
        guard let verb = rest.popFirst()?.text, verb == "run" || verb == "create" else { return nil }
        var entryPoint: CommandWord?
        while let option = try Option(&rest, booleans: runBooleans) {
            switch option.name {
            case "v", "volume": place.mount(volume: option.value)
            case "mount": place.mount(fields: option.value)
            case "w", "workdir": place.workingDirectory = option.value.flatMap { CleanPath($0.text) }
            case "entrypoint": entryPoint = option.value
            case "u", "user":
                if let word = option.value {
                    place.identity.setContainerUser(word.text)
                    if word.unknown != nil { place.identity.isUncertain = true }
                }
            case "userns", "cap-drop": place.identity.isUncertain = true
            case "net", "network": place.identity.isInNodeNetwork = option.value?.text == "host"
            default: break
            }
        }
        guard let image = rest.popFirst() else { return nil }
        place.image = image.unknown == nil ? image.text : nil
        return ContainerRun(command: (entryPoint.map { [$0] } ?? []) + rest, place: place, image: image)
    }

    /// Options that take no value (docs.docker.com/reference/cli/docker and /docker/container/run; podman-run(1)).
    private static let globalBooleans: Set = ["D", "debug", "tls", "tlsverify", "v", "version"]
    private static let runBooleans: Set = [
        "d", "i", "t", "P", "q", "detach", "disable-content-trust", "env-host", "help", "http-proxy", "init",
        "interactive", "no-healthcheck", "no-hosts", "oom-kill-disable", "privileged", "publish-all", "quiet",
        "read-only", "read-only-tmpfs", "replace", "rm", "rmi", "sig-proxy", "tls-verify", "tty", "use-api-socket",
    ]

    /// An option with its value.
    private struct Option {
        var name: String?
        var value: CommandWord?

        /// Takes the option at the front of `rest`; nil if there is no option.
        init?(_ rest: inout ArraySlice<CommandWord>, booleans: Set<String>) throws(APIServerFlagsError) {
            guard let word = rest.first else { return nil }
            // `$NAME` is any number of words, options among them; `${NAME}` is one, such as the image.
            if let unknown = word.unknown, word.certainText.isEmpty, !word.text.utf8.starts(with: "${".utf8) {
                throw APIServerFlagsError(.unknownVariable(flag: nil, variable: unknown.variable), at: word.position)
            }
            guard word.certainText.utf8.first == UInt8(ascii: "-"), word.text != "-" else { return nil }
            rest.removeFirst()
            let text = word.text.utf8.drop { $0 == UInt8(ascii: "-") }
            if word.text == "--" { return nil }
            let isLong = word.text.utf8.starts(with: "--".utf8)
            let name = text.prefix { $0 != UInt8(ascii: "=") }
            if isLong {
                self.name = String(decoding: name, as: UTF8.self)
                if name.count < text.count {
                    value = word.dropping(word.text.utf8.count - text.count + name.count + 1)
                } else if !booleans.contains(self.name ?? "") {
                    value = rest.popFirst()
                }
                return
            }
            // Letters of their own, of which the last one may have a value: `-it`, `-v PLACE`, `-vPLACE`.
            var position = word.text.utf8.count - text.count
            for letter in text {
                position += 1
                self.name = String(decoding: [letter], as: UTF8.self)
                guard !booleans.contains(self.name ?? "") else { continue }
                value = position < word.text.utf8.count ? word.dropping(position) : rest.popFirst()
                return
            }
        }
    }
}
