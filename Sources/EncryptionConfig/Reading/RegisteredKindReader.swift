internal import Diagnostics
internal import YAMLTree

extension FieldDecoder {
    /// Looks over the fields of something else that kube-apiserver knows.
    mutating func decode(_ value: YAMLValue, as kind: RegisteredKind) {
        guard case .type(let fields, let items) = kind else { return }
        object(value, of: "", goType: "", at: Place(path: "", goPath: "")) { decoder, name, value, place in
            guard fields.contains(name) else { return false }
            guard let itemFields = items[name], case .array(let elements) = value.kind else { return true }
            for (index, element) in elements.enumerated() {
                guard case .object = element.kind else { continue }
                decoder.object(element, of: "", goType: "", at: place.item(index)) { _, name, _, _ in
                    itemFields.contains(name)
                }
            }
            return true
        }
    }
}
