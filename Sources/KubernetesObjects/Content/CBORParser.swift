internal import CBORWire
internal import JSONText
internal import ProtobufWire
internal import SecretMemory

/// Reads CBOR into a tree, in one pass and without recursion.
///
/// What is accepted is what Kubernetes decodes into an object of no known type (k8s.io/apimachinery,
/// pkg/runtime/serializer/cbor/internal/modes/decode.go, over fxamacker/cbor 2.9): of simple values only false, true and
/// null; integers of 64 bits with a sign; finite numbers; strings as text, in UTF-8, or as bytes, which is how
/// Kubernetes itself writes them (encode.go, `StringToByteString`); no key twice in a map. Tags that mean nothing to it
/// are passed over.
///
/// What Kubernetes may accept, and never writes, is ``StoredObjectError/unreadCBOR``: moments with a tag of their own (0 and
/// 1), and names that are null or not UTF-8.
struct CBORParser: ~Escapable {
    /// An array or map that is not closed yet.
    private struct Container {
        let isMap: Bool
        /// How many items are to come, keys counted too; nil if a break ends it.
        var missing: UInt64?
        let encoding: CBORString.Encoding?
        /// Of a map: whether the next item is a key.
        var isKeyNext: Bool
        /// Of a map: whether its keys ascend so far, as Kubernetes sorts them. Then none is there twice.
        var isSorted = true
        var lastKey: Range<Int>?
    }

    private let plaintext: RawSpan
    private var reader: CBORReader
    private var tree = ValueTree.Builder()
    private var open: [Container] = []
    /// The tag 21, 22 or 23 in force for the next item.
    private var encoding: CBORString.Encoding?
    /// The number of tags before the next item.
    private var tagCount = 0
    /// Of the item at hand, for errors.
    private var start = 0

    @_lifetime(copy plaintext)
    init(_ plaintext: RawSpan) {
        self.plaintext = plaintext
        reader = CBORReader(plaintext)
    }

    @_lifetime(self: copy self)
    mutating func parse() throws(StoredObjectError) -> ValueTree {
        repeat {
            try readItem()
            while let innermost = open.last, innermost.missing == 0 { try closeContainer() }
        } while !open.isEmpty || tree.nodeCount == 0
        guard reader.isAtEnd else { throw .cbor(offset: reader.position) }
        return tree.finish()
    }

    @_lifetime(self: copy self)
    private mutating func readItem() throws(StoredObjectError) {
        switch try next() {
        case .tag(let number): return try readTag(number)
        case .breakCode:
            guard tagCount == 0, let innermost = open.last, innermost.missing == nil,
                !innermost.isMap || innermost.isKeyNext
            else { throw damage }
            return try closeContainer()
        case .array(let count): try openContainer(isMap: false, count: count)
        case .map(let count): try openContainer(isMap: true, count: count)
        case .bytes(let range): try append(string: range, isText: false)
        case .text(let range):
            guard plaintext.extracting(range).isValidUTF8 else { throw damage }
            try append(string: range, isText: true)
        case .chunkedBytes: try readChunks(ofText: false)
        case .chunkedText: try readChunks(ofText: true)
        case .unsigned(let magnitude):
            guard let number = Int64(exactly: magnitude) else { throw damage }
            try append(.integer(number))
        case .negative(let magnitude):
            guard let number = Int64(exactly: magnitude) else { throw damage }
            try append(.integer(-1 - number))
        case .float(let number):
            guard number.isFinite else { throw damage }
            try append(.float(number))
        case .bool(let value): try append(.bool(value))
        case .null:
            guard open.last?.isKeyNext != true else { throw .unreadCBOR }
            try append(.null)
        case .undefined: throw damage
        }
        tagCount = 0
        encoding = open.last?.encoding
    }

    @_lifetime(self: copy self)
    private mutating func next() throws(StoredObjectError) -> CBORItem {
        start = reader.position
        do throws(CBORError) {
            return try reader.next()
        } catch {
            throw damage
        }
    }

    private var damage: StoredObjectError { .cbor(offset: start) }

    @_lifetime(self: copy self)
    private mutating func readTag(_ number: UInt64) throws(StoredObjectError) {
        switch number {
        // Moments.
        case 0, 1: throw .unreadCBOR
        // Numbers of any size: Kubernetes refuses them.
        case 2, 3: throw damage
        case 21...23: encoding = CBORString.Encoding(rawValue: UInt8(number))
        default: break
        }
        tagCount += 1
        guard tree.depth + tagCount <= JSONTree.maximumDepth else { throw .nestedTooDeep }
    }

    @_lifetime(self: copy self)
    private mutating func openContainer(isMap: Bool, count: UInt64?) throws(StoredObjectError) {
        // Each item takes a byte.
        guard count ?? 0 <= UInt64(plaintext.byteCount) else { throw damage }
        guard tree.depth < JSONTree.maximumDepth else { throw .nestedTooDeep }
        try beginItem(isString: false)
        tree.open(isMap ? .object : .array)
        let itemCount = count.map { isMap ? $0 * 2 : $0 }
        open.append(Container(isMap: isMap, missing: itemCount, encoding: encoding, isKeyNext: isMap))
    }

    @_lifetime(self: copy self)
    private mutating func closeContainer() throws(StoredObjectError) {
        if let map = open.last, map.isMap, !map.isSorted {
            try CBORKeys.check(tree.keys, in: plaintext, orThrow: damage)
        }
        tree.close()
        open.removeLast()
        encoding = open.last?.encoding
    }

    @_lifetime(self: copy self)
    private mutating func append(_ value: ValueTree.Value) throws(StoredObjectError) {
        try beginItem(isString: false)
        tree.append(value)
    }

    @_lifetime(self: copy self)
    private mutating func append(
        string range: Range<Int>, isText: Bool, isChunked: Bool = false
    ) throws(StoredObjectError) {
        let isKey = try beginItem(isString: true)
        // A text is decoded; only byte strings are converted to one.
        let encoding = isText ? nil : encoding
        let value: ValueTree.Value =
            isChunked || encoding != nil
            ? .cborString(CBORString(range: range, isChunked: isChunked, encoding: encoding)) : .text(range)
        tree.append(value)
        guard isKey else { return }
        guard value.withText(in: plaintext, { $0.isValidUTF8 }) else { throw .unreadCBOR }
        compareKey(value)
    }

    /// Books an item with the array or map that it is in; answers whether it is a key.
    @_lifetime(self: copy self)
    @discardableResult
    private mutating func beginItem(isString: Bool) throws(StoredObjectError) -> Bool {
        guard tree.nodeCount < JSONTree.maximumNodeCount else { throw .tooManyParts }
        guard let last = open.indices.last else { return false }
        let isKey = open[last].isKeyNext
        guard isString || !isKey else { throw damage }
        if open[last].isMap { open[last].isKeyNext.toggle() }
        if let missing = open[last].missing { open[last].missing = missing - 1 }
        return isKey
    }

    /// Compares a key with the one before it.
    @_lifetime(self: copy self)
    private mutating func compareKey(_ key: ValueTree.Value) {
        let last = open.count - 1
        guard case .text(let range) = key else {
            open[last].isSorted = false
            return
        }
        if let before = open[last].lastKey,
            !CBORKeys.isOrdered(plaintext.extracting(before), plaintext.extracting(range))
        {
            open[last].isSorted = false
        }
        open[last].lastKey = range
    }

    /// Reads the chunks of a string whose beginning has been read. Each is a whole string of the same type.
    @_lifetime(self: copy self)
    private mutating func readChunks(ofText isText: Bool) throws(StoredObjectError) {
        let first = reader.position
        while true {
            switch try next() {
            case .breakCode: return try append(string: first..<start, isText: isText, isChunked: true)
            case .bytes where !isText: break
            case .text(let range) where isText:
                guard plaintext.extracting(range).isValidUTF8 else { throw damage }
            default: throw damage
            }
        }
    }
}
