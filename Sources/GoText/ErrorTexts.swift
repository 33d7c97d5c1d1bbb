/// Joins error texts as Kubernetes does: one without brackets, several in brackets, equal ones once.
///
/// (k8s.io/apimachinery, pkg/util/errors, `aggregate.Error`.)
public func aggregated(_ texts: [String]) -> String {
    if texts.count == 1 { return texts[0] }
    // Byte by byte, as Go compares; to Swift an é of one character is one of two.
    var seen: Set<[UInt8]> = []
    let distinct = texts.filter { seen.insert(Array($0.utf8)).inserted }
    return distinct.count == 1 ? distinct[0] : "[\(distinct.joined(separator: ", "))]"
}
