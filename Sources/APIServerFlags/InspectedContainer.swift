internal import GoText
internal import YAMLTree

/// A container as `docker inspect` and `podman inspect` describe it
/// (docs.docker.com/reference/api/engine, ContainerInspect).
struct InspectedContainer {
    /// The program in the container. Its variables are already replaced.
    private let words: [CommandWord]
    private let environment: ShellEnvironment
    private let place: ContainerPlace
    private let isStopped: Bool

    /// The command of the one kube-apiserver in an answer of `inspect`: a list, or one container of it.
    ///
    /// - Returns: Nil if the document holds no container.
    static func command(
        _ root: DocumentField, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) -> APIServerCommand? {
        var fields = [root]
        if case .array = root.value.kind { fields = try root.list() }
        fields = fields.filter(isContainer)
        guard !fields.isEmpty else { return nil }
        var containers: [(container: InspectedContainer, field: DocumentField)] = []
        for field in fields { containers.append((try InspectedContainer(field, &budget), field)) }
        // What an upgrade stopped and kept counts only if nothing else runs.
        let running = containers.filter { !$0.container.isStopped }
        var search = ProgramSearch()
        for (container, field) in running {
            try search.add(container.outcome(&budget), at: field.position)
        }
        if !search.hasFound {
            for (container, field) in containers where container.isStopped {
                try search.add(container.outcome(&budget), at: field.position)
            }
        }
        return try APIServerCommand(search.result(), paths: UnknownContainer())
    }

    /// An image has neither.
    private static func isContainer(_ field: DocumentField) -> Bool {
        !field.has("kind") && (field.has("Path") && field.has("Args") || field.has("HostConfig") && field.has("Config"))
    }

    private init(_ field: DocumentField, _ budget: inout TextBudget) throws(APIServerFlagsError) {
        let settings = try field["Config"]
        var words: [CommandWord] = []
        if let path = try field["Path"] {
            words.append(CommandWord(try path.text(&budget), at: path.position))
            words += try Self.words(field["Args"], &budget)
        } else {
            words += try Self.words(settings?["Entrypoint"], &budget)
            words += try Self.words(settings?["Cmd"], &budget)
        }
        self.words = words
        var variables: [ByteName: String] = [:]
        for word in try Self.words(settings?["Env"], &budget) {
            guard let name = word.assignedName else { continue }
            variables[ByteName(name)] = word.dropping(name.utf8.count + 1).text
        }
        environment = ShellEnvironment(values: variables)
        place = try Self.place(field, settings, &budget)
        isStopped = if case .bool(false)? = try field["State"]?["Running"]?.value.kind { true } else { false }
    }

    private func outcome(_ budget: inout TextBudget) throws(APIServerFlagsError) -> ProgramCall.Outcome {
        let outcome = try ProgramCall.resolve(words, environment: environment, budget: &budget)
        guard case .apiServer(var call) = outcome else { return outcome }
        call.container = call.container ?? place
        return .apiServer(call)
    }

    private static func words(
        _ field: DocumentField?, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) -> [CommandWord] {
        var words: [CommandWord] = []
        for item in try field?.list() ?? [] { words.append(CommandWord(try item.text(&budget), at: item.position)) }
        return words
    }

    private static func place(
        _ field: DocumentField, _ settings: DocumentField?, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) -> ContainerPlace {
        var place = ContainerPlace()
        // Docker names the image in `Config`, podman in a field of its own.
        for name in [try settings?["Image"], try field["ImageName"]] where place.image == nil {
            place.image = try name?.text(&budget)
        }
        place.identity.setContainerUser(try settings?["User"]?.text(&budget) ?? "")
        place.identity.isInNodeNetwork = try field["HostConfig"]?["NetworkMode"]?.text(&budget) == "host"
        if try field["HostConfig"]?["CapDrop"] != nil { place.identity.isUncertain = true }
        let folder = try settings?["WorkingDir"]?.text(&budget) ?? ""
        place.workingDirectory = CleanPath(folder.isEmpty ? "/" : folder)
        let wanted = try field["HostConfig"]
        for target in try wanted?["Tmpfs"]?.names(&budget) ?? [] {
            place.mount(.volume(name: target, kind: "tmpfs"), at: target)
        }
        // All mounts, those of other containers (`--volumes-from`) among them.
        if let mounts = try field["Mounts"] {
            for mount in try mounts.list() { try place.add(mount, &budget) }
        } else {
            for word in try words(wanted?["Binds"], &budget) { place.mount(volume: word) }
        }
        return place
    }
}

extension ContainerPlace {
    /// An item of `Mounts`. A volume has a folder on the node too, if its driver names one.
    fileprivate mutating func add(
        _ field: DocumentField, _ budget: inout TextBudget
    ) throws(APIServerFlagsError) {
        let kind = try field["Type"]?.text(&budget) ?? "bind"
        let source = try field["Source"]?.text(&budget) ?? ""
        let place = try field.text(of: "Destination", &budget)
        if let folder = CleanPath(source), kind == "bind" || kind == "volume" {
            mount(.node(folder), at: place, isReadOnly: try field["RW"]?.bool() == false)
        } else {
            mount(.volume(name: try field["Name"]?.text(&budget) ?? source, kind: kind), at: place)
        }
    }
}
