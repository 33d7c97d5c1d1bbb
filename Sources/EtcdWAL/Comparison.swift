/// What a transaction asks about keys before it decides.
struct Comparison {
    enum Target: UInt64 {
        case version = 0
        case createRevision = 1
        case modRevision = 2
        case value = 3
        case lease = 4
    }

    enum Result: UInt64 {
        case equal = 0
        case greater = 1
        case less = 2
        case notEqual = 3
    }

    private(set) var keys = RequestedKeys()
    private(set) var target = Target.version
    private(set) var result = Result.equal
    /// What a number is compared with; 0 if the message has none for this target.
    private(set) var number: Int64 = 0
    /// What a value is compared with; empty if the message has none.
    private(set) var value = 0..<0

    init(_ range: Range<Int>, of bytes: RawSpan) throws(RequestFault) {
        var reader = MessageReader(range, of: bytes)
        var end: Range<Int>?
        // The operand is a oneof: of several the last counts, and it counts for its own target alone.
        var operand: (field: Int, number: Int64, value: Range<Int>) = (0, 0, 0..<0)
        do throws(MessageFault) {
            while let field = try reader.next() {
                switch field.number {
                case 1:
                    guard let result = Result(rawValue: try field.unsigned()) else { throw .number }
                    self.result = result
                case 2:
                    guard let target = Target(rawValue: try field.unsigned()) else { throw .number }
                    self.target = target
                case 3: keys.read(first: try field.bytes())
                case 4, 5, 6, 8: operand = (field.number, try field.signed(), 0..<0)
                case 7: operand = (field.number, 0, try field.bytes())
                case 64: end = try field.bytes()
                default: throw field.unknown
                }
            }
        } catch {
            throw .message(error)
        }
        if let end { try keys.read(end: end, of: bytes) }
        try keys.check()
        if operand.field == Self.operandField(target) { (number, value) = (operand.number, operand.value) }
    }

    private static func operandField(_ target: Target) -> Int {
        switch target {
        case .version: 4
        case .createRevision: 5
        case .modRevision: 6
        case .value: 7
        case .lease: 8
        }
    }
}
