/// A list as Go's JSON decoder fills it. A field that is set twice has its later list laid over the earlier one:
/// elements keep what the later ones do not set, even those that a shorter list in between has hidden.
///
/// (sigs.k8s.io/json, internal/golang/encoding/json/decode.go, `array`: the slice gets another length, and the
/// elements after it stay in its memory.)
struct DecodedList<Element> {
    /// The elements, and behind them those that a shorter list has hidden. They are changed in their place: a file can set
    /// one field a million times.
    private var slots: [Element] = []
    private var count = 0
    /// Whether there is no list at all, which is not the same as an empty one.
    private(set) var isNull = true

    /// What the list has.
    var elements: ArraySlice<Element> { slots.prefix(count) }

    /// Forgets everything, as null does.
    mutating func setNull() { self = DecodedList() }

    /// Lays a list over this one. An empty one forgets everything.
    ///
    /// - Parameters:
    ///   - values: The elements of the later list.
    ///   - blank: What a place holds before anything was decoded for it.
    ///   - decode: Decodes an element, with its index, onto the present value.
    mutating func lay<Value>(
        _ values: [Value], blank: (Value) -> Element, _ decode: (Value, Int, inout Element) -> Void
    ) {
        if values.isEmpty { slots = [] }
        for (index, value) in values.enumerated() {
            if index == slots.count { slots.append(blank(value)) }
            decode(value, index, &slots[index])
        }
        count = values.count
        isNull = false
    }
}
