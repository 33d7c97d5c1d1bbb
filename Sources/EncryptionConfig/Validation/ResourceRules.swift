internal import Diagnostics
internal import GoText
internal import KubernetesResources
internal import KubernetesVersions

/// The rules for the resources that one entry lists.
///
/// (k8s.io/apiserver 1.36, pkg/apis/apiserver/validation/validation_encryption.go, `validateResourceNames` and
/// `validateResourceOverlap`.)
struct ResourceRules {
    let kubernetes: KubernetesVersion
    let redactor: SecretRedactor

    func errors(of entry: ResourceConfiguration, at path: String) -> [FieldError] {
        guard kubernetes.checksResourceNames else { return [] }
        return overlaps(of: entry, at: path)
            + entry.resources.enumerated().compactMap { index, resource in
                nameError(of: resource, at: "\(path)[\(index)]")
            }
    }

    /// The first thing that is wrong with a name.
    private func nameError(of resource: Located<String>, at path: String) -> FieldError? {
        guard let (detail, hint) = nameObjection(resource.value, path) else { return nil }
        return .invalid(
            path, goQuoted(redactor.shown(resource.value)), detail, code: RefusalCode.resource, at: resource.position,
            hint: hint)
    }

    /// A hint contains the name only if the name may be shown.
    private func isShown(_ text: String) -> Bool { redactor.mayShow(Array(text.utf8)) }

    private func nameObjection(_ text: String, _ path: String) -> (detail: String, hint: Hint?)? {
        let name = GroupResource(parsing: text)
        if text != text.lowercased() {
            let hint = isShown(text) ? Hint(.write(text.lowercased(), path: path)) : nil
            return ("resource name should not contain capital letters", hint)
        }
        if text == "*" {
            return (
                "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources",
                "write '*.' or '*.*', in quotes"
            )
        }
        if ["apiserveripinfo", "serviceipallocations", "servicenodeportallocations"].contains(text) {
            return ("resources which do not have REST API/s cannot be encrypted", Hint(.remove(path: path)))
        }
        if name.group == "events.k8s.io" {
            return (
                "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. "
                    + "Use 'events' instead in the config file", Hint(.write("events", path: path))
            )
        }
        if name.group == "extensions" {
            return (
                "'extensions' group has been removed and cannot be used for encryption",
                "use the group that serves the resource now, such as apps or networking.k8s.io"
            )
        }
        if name.group == "*", name.resource != "*" {
            return (
                "encrypting the same resource across groups is not supported",
                isShown(name.resource.text) ? "write each group, such as \(name.resource).apps" : nil
            )
        }
        return nil
    }

    /// Resources of one list that are the same, or that a wildcard of the list covers.
    private func overlaps(of entry: ResourceConfiguration, at path: String) -> [FieldError] {
        let overlaps = ResourceOverlaps(entry.resources.map { GroupResource(parsing: $0.value) })
        guard overlaps.repetition != nil || overlaps.covering != nil else { return [] }
        let list = ValueText(kubernetes, redactor).names(entry.resources.map(\.value))
        var errors: [FieldError] = []
        if let (name, second) = overlaps.repetition {
            errors.append(
                .invalid(
                    path, list, "the same resource cannot be specified multiple times", code: RefusalCode.resource,
                    at: entry.resources[second].position,
                    message: "\(redactor.shown(name.description)) is listed more than once",
                    hint: Hint(.remove(path: "\(path)[\(second)]"), after: ": name each resource once")))
        }
        if let (wildcard, other) = overlaps.covering {
            // Upstream names 'secrets' and '*.' whatever the list holds.
            errors.append(
                .invalid(
                    path, list,
                    "using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as "
                        + "they will be masked",
                    code: RefusalCode.resource, at: entry.resources[other].position,
                    message:
                        "\(redactor.shown(entry.resources[wildcard].value)) in the same list covers "
                        + redactor.shown(entry.resources[other].value),
                    hint: Hint(.remove(path: "\(path)[\(other)]"), after: ": the wildcard covers it")))
        }
        return errors
    }
}

/// What kube-apiserver finds by comparing each name of a list with each other one, found without that.
private struct ResourceOverlaps {
    /// The first name that the list has again, and where.
    private(set) var repetition: (name: GroupResource, second: Int)?
    /// The first wildcard that covers another name, and the first name that it covers, which can be before it.
    private(set) var covering: (wildcard: Int, other: Int)?

    /// The first two places in the list.
    private struct Places {
        let first: Int
        var second: Int?

        func first(apartFrom place: Int) -> Int? { first == place ? second : first }
    }

    init(_ names: [GroupResource]) {
        // Groups are looked up as names without a resource.
        let places = Self.places(of: names)
        let groups = Self.places(of: names.map { GroupResource(resource: "", group: $0.group) })
        for (place, name) in names.enumerated() {
            if repetition == nil, let second = places[name]?.second { repetition = (name, second) }
            guard covering == nil, name.resource == "*" else { continue }
            let other =
                name.group == "*"
                ? Places(first: 0, second: names.count > 1 ? 1 : nil).first(apartFrom: place)
                : groups[GroupResource(resource: "", group: name.group)]?.first(apartFrom: place)
            if let other { covering = (place, other) }
        }
    }

    private static func places(of names: [GroupResource]) -> [GroupResource: Places] {
        var places: [GroupResource: Places] = [:]
        for (place, name) in names.enumerated() {
            if let known = places[name] {
                if known.second == nil { places[name]?.second = place }
            } else {
                places[name] = Places(first: place)
            }
        }
        return places
    }
}
