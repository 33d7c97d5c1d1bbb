internal import Diagnostics
internal import GoText
internal import KubernetesResources

/// The rules for the resources that one entry lists.
///
/// (k8s.io/apiserver 1.36, pkg/apis/apiserver/validation/validation_encryption.go, `validateResourceNames` and
/// `validateResourceOverlap`.)
struct ResourceRules {
    let redactor: SecretRedactor

    func errors(of entry: ResourceConfiguration, at path: String) -> [FieldError] {
        overlaps(of: entry, at: path)
            + entry.resources.enumerated().compactMap { index, resource in
                nameError(of: resource, at: "\(path)[\(index)]")
            }
    }

    /// The first thing that is wrong with a name.
    private func nameError(of resource: Located<String>, at path: String) -> FieldError? {
        guard let (detail, hint) = nameObjection(resource.value) else { return nil }
        return .invalid(
            path, goQuoted(redactor.shown(resource.value)), detail, code: RefusalCode.resource, at: resource.position,
            hint: hint)
    }

    private func nameObjection(_ text: String) -> (detail: String, hint: String)? {
        let name = GroupResource(parsing: text)
        if text != text.lowercased() {
            return ("resource name should not contain capital letters", "write \(redactor.shown(text).lowercased())")
        }
        if text == "*" {
            return (
                "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources",
                "write '*.' or '*.*', in quotes"
            )
        }
        if ["apiserveripinfo", "serviceipallocations", "servicenodeportallocations"].contains(text) {
            return ("resources which do not have REST API/s cannot be encrypted", "take it out of the list")
        }
        if name.group == "events.k8s.io" {
            return (
                "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. "
                    + "Use 'events' instead in the config file", "write events"
            )
        }
        if name.group == "extensions" {
            return (
                "'extensions' group has been removed and cannot be used for encryption",
                "name the group that serves the resource now, such as apps or networking.k8s.io"
            )
        }
        if name.group == "*", name.resource != "*" {
            return (
                "encrypting the same resource across groups is not supported",
                "name each group, such as \(redactor.shown(name.resource)).apps"
            )
        }
        return nil
    }

    /// Resources of one list that are the same, or that a wildcard of the list covers.
    private func overlaps(of entry: ResourceConfiguration, at path: String) -> [FieldError] {
        let names = entry.resources.map { GroupResource(parsing: $0.value) }
        let pairs = names.indices.flatMap { left in names.indices.filter { $0 != left }.map { (left, $0) } }
        let list = "[" + entry.resources.map { jsonQuoted(redactor.shown($0.value)) }.joined(separator: ",") + "]"
        var errors: [FieldError] = []
        if let (_, second) = pairs.first(where: { Self.isSame(names[$0], names[$1]) }) {
            errors.append(
                .invalid(
                    path, list, "the same resource cannot be specified multiple times", code: RefusalCode.resource,
                    at: entry.resources[second].position,
                    message: "\(redactor.shown(names[second].description)) is listed more than once",
                    hint: "name each resource once"))
        }
        if let (wildcard, other) = pairs.first(where: { covers(names[$0], names[$1]) }) {
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
                    hint: "give exact resources an entry of their own, before that of the wildcard"))
        }
        return errors
    }

    /// Byte by byte, as Go compares; to Swift an é of one character is one of two.
    private static func isSame(_ left: GroupResource, _ right: GroupResource) -> Bool {
        left.resource.utf8.elementsEqual(right.resource.utf8) && left.group.utf8.elementsEqual(right.group.utf8)
    }

    private func covers(_ wildcard: GroupResource, _ other: GroupResource) -> Bool {
        guard wildcard.resource == "*" else { return false }
        return wildcard.group == "*" || wildcard.group.utf8.elementsEqual(other.group.utf8)
    }
}
