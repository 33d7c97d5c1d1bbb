internal import GoText

/// An entry of a map.
struct Named<Value> {
    let name: String
    var value: Value
}

extension Named: Sendable where Value: Sendable {}

extension Array {
    /// The entries by name, in the order of bytes, as Kubernetes writes them; of those with the same name the last.
    func lastOfEachName<Value>() -> [Named<Value>] where Element == Named<Value> {
        var result: [Named<Value>] = []
        let byName = enumerated().sorted {
            (ByteName($0.element.name), $0.offset) < (ByteName($1.element.name), $1.offset)
        }
        for entry in byName.map(\.element) {
            if let last = result.last, ByteName(last.name) == ByteName(entry.name) { result.removeLast() }
            result.append(entry)
        }
        return result
    }
}
