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
            // Not `==`: to a String, different bytes can be equal.
            $0.element.name.utf8.elementsEqual($1.element.name.utf8)
                ? $0.offset < $1.offset : $0.element.name.utf8.lexicographicallyPrecedes($1.element.name.utf8)
        }
        for entry in byName.map(\.element) {
            if let last = result.last, last.name.utf8.elementsEqual(entry.name.utf8) { result.removeLast() }
            result.append(entry)
        }
        return result
    }
}
