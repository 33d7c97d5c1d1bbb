import SecretMemory

/// What `etcdctl get -w fields` prints: lines of `"Name" : value`, among them `Key`, `ModRevision` and `Value` of
/// each object (etcd 3.5, etcdctl/ctlv3/command/printer_fields.go).
enum EtcdctlFields {
    /// Whether a line of `text` begins as etcdctl begins its answer, or an object.
    static func isLikely(_ text: RawSpan) -> Bool {
        hasLine(in: text, beginningWith: [headers[0], Field.key.rawValue, Field.value.rawValue])
    }

    /// The text around the objects, if there is any.
    private static let headers = ["ClusterID", "MemberID", "Revision", "RaftTerm", "More", "Count"]
        .map { "\"\($0)\" : " }

    private static func hasLine(in text: RawSpan, beginningWith starts: [String]) -> Bool {
        var lines = TextLines(text)
        while let line = lines.next() {
            let start = trim(line, in: text).lowerBound
            if starts.contains(where: { text.has($0, at: start) }) { return true }
        }
        return false
    }

    static func read(_ text: RawSpan) throws(PasteError) -> [PastedValue] {
        var values: [PastedValue] = []
        var (key, revision) = ([UInt8]?.none, Int64?.none)
        var lines = TextLines(text)
        while let range = lines.next() {
            let line = trim(range, in: text)
            guard let field = Field.allCases.first(where: { text.has($0.rawValue, at: line.lowerBound) }) else {
                continue
            }
            let content = line.dropFirst(field.rawValue.utf8.count)
            switch field {
            case .key:
                guard key == nil else { throw .fields(line: lines.number) }
                key = try unquote(content, in: text, line: lines.number).bytes.etcdKey
                revision = nil
            case .modRevision:
                revision = Int64(String(decoding: text.extracting(content).copiedToArray(), as: UTF8.self))
            case .value:
                let value = try unquote(content, in: text, line: lines.number)
                if key == nil {
                    // Of one object, people cut out the line that matters.
                    guard lines.number == lineOfLoneValue(in: text) else { throw .fields(line: lines.number) }
                }
                values.append(PastedValue(etcdKey: key, value: value, modRevision: revision, format: .fields))
                key = nil
            }
        }
        if key != nil { throw .truncated }
        if values.isEmpty {
            let start = lineNumber(of: trim(text.byteOffsets, in: text).lowerBound, in: text)
            throw hasLine(in: text, beginningWith: headers) ? .noKeys : .fields(line: start)
        }
        return try values.refusingKeysOnly()
    }

    /// The number of the line of a value, if it is the only one and there is no line of a key, nor etcdctl's header.
    private static func lineOfLoneValue(in text: RawSpan) -> Int? {
        guard !hasLine(in: text, beginningWith: headers + [Field.key.rawValue]) else { return nil }
        var found: Int?
        var lines = TextLines(text)
        while let line = lines.next() {
            guard text.has(Field.value.rawValue, at: trim(line, in: text).lowerBound) else { continue }
            guard found == nil else { return nil }
            found = lines.number
        }
        return found
    }

    private enum Field: String, CaseIterable {
        case key = "\"Key\" : "
        case modRevision = "\"ModRevision\" : "
        case value = "\"Value\" : "
    }

    private static func unquote(_ range: Range<Int>, in text: RawSpan, line: Int) throws(PasteError) -> SecretKey {
        do {
            return SecretKey(try GoQuoting.unquote(text.extracting(range)))
        } catch {
            let isLastLine = trim(range.upperBound..<text.byteCount, in: text).isEmpty
            throw error == .endless && isLastLine ? .truncated : .fields(line: line)
        }
    }
}
