/// An edit of a configuration that a hint proposes. The words of the hint are made of it, and tests make the edit and
/// judge what comes out: whether kube-apiserver takes it, and whether servers can be given it.
///
/// Paths are in Kubernetes notation, such as `resources[0].providers[1].aescbc.keys[0]`.
public enum ProposedEdit: Equatable, Sendable {
    /// Remove a field or an item.
    case remove(path: String)
    /// Of fields that are set twice in a YAML mapping, keep the last one.
    case keepLast
    /// Remove everything behind the first document.
    case removeFurtherDocuments
    /// Set a field, or an item that is a text.
    case write(String, path: String)
    /// Put a value in quotes.
    case quote(path: String)
    /// Give a field another name.
    case rename(path: String, to: String)
    /// Begin the file with the right `apiVersion` and `kind`.
    case writeHeader
    /// Make an item for each provider of an item that has several.
    case splitProvider(path: String)
    /// Append `identity: {}` to the providers of an entry.
    case appendIdentity(entry: String)
    /// Append the providers of a wildcard to those of an entry.
    case repeatProviders(ofWildcard: String, entry: String)
    /// Append the providers of an entry to those of an earlier one, and remove the resources that both have.
    case join(entry: String, into: String, resources: String)
    /// Put an aescbc key in front of another one of the same entry.
    case moveKey(path: String, before: String, named: String)
    /// Repeat an aescbc key of another entry in front of a key.
    case repeatKey(path: String, before: String, named: String)
    /// Put an entry in front of another one.
    case moveEntry(path: String, before: String)
    /// Add the entry that `encconf init` prints for resources: identity first, and a new key behind it.
    case addEntry([String])
    /// Give resources an entry of their own in front of the one that serves them: identity first, then its other providers.
    case separate([String], from: String)
}

extension ProposedEdit {
    /// What to do, as an imperative without a full stop.
    public var words: String {
        switch self {
        case .remove(let path): "remove \(Self.noun(path))"
        case .keepLast: "keep the last one"
        case .removeFurtherDocuments: "move what follows to another file"
        case .write(let text, _): "write \(text)"
        case .quote: "put the value in quotes"
        case .rename(_, let name): "write \(name)"
        case .writeHeader:
            "begin the file with `apiVersion: apiserver.config.k8s.io/v1` and `kind: EncryptionConfiguration`"
        case .splitProvider: "begin each provider with a dash of its own"
        case .appendIdentity: "append `- identity: {}`"
        case .repeatProviders(let wildcard, _): "repeat the keys of `\(wildcard)` behind its own"
        case .join(_, let earlier, let names):
            "append the providers of this entry to those of \(earlier), and remove \(names) here"
        case .moveKey(_, _, let name): "put this key before \(name)"
        case .repeatKey(_, _, let name): "repeat this key before \(name)"
        case .moveEntry(_, let other): "put this entry before \(other)"
        case .addEntry(let resources):
            "add the entry that `encconf init --provider secretbox --identity-first "
                + "--resources \(resources.joined(separator: ","))` prints"
        case .separate(let resources, let entry):
            "give \(resources.joined(separator: " and ")) an entry before \(entry): `identity: {}` first, then its providers"
        }
    }

    /// What is at a path.
    private static func noun(_ path: String) -> String {
        let last = path.split(separator: ".").last.map(String.init) ?? path
        guard last.hasSuffix("]"), let bracket = last.lastIndex(of: "[") else { return last }
        return switch last[..<bracket] {
        case "keys": "this key"
        case "providers": "this provider"
        case "resources" where !path.contains("."): "this entry"
        default: "this item"
        }
    }
}
