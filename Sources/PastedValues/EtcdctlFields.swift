import SecretMemory

/// What `etcdctl get -w fields` prints: lines of `"Name" : value`, among them `Key`, `ModRevision` and `Value` of
/// each object (etcd 3.5, etcdctl/ctlv3/command/printer_fields.go).
enum EtcdctlFields {
    /// Whether a line of `text` begins as etcdctl begins its answer, or an object.
    static func isLikely(_ text: RawSpan) -> Bool {
        var lines = TextLines(text)
        while let line = lines.next() {
            let start = trim(line, in: text).lowerBound
            if text.has("\"ClusterID\" : ", at: start) || text.has(Field.key.rawValue, at: start) { return true }
        }
        return false
    }

    static func read(_ text: RawSpan) throws(PasteError) -> [PastedValue] {
        var values: [PastedValue] = []
        var (keyCount, key, revision) = (0, [UInt8]?.none, Int64?.none)
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
                keyCount += 1
                revision = nil
            case .modRevision:
                revision = Int64(String(decoding: text.extracting(content).copiedToArray(), as: UTF8.self))
            case .value:
                let value = try unquote(content, in: text, line: lines.number)
                guard let etcdKey = key else { throw .fields(line: lines.number) }
                key = nil
                if value.bytes.count == 0 { continue }
                values.append(
                    PastedValue(etcdKey: etcdKey, value: value, modRevision: revision, format: .fields))
            }
        }
        if key != nil { throw .truncated }
        if values.isEmpty { throw keyCount == 0 ? .noKeys : .keysOnly }
        return values
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
