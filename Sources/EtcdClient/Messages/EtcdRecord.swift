internal import ProtobufWire

/// One key of an ``EtcdPage`` (etcd, api/mvccpb/kv.proto, `KeyValue`). It holds no byte of the page.
public struct EtcdRecord: Equatable, Sendable {
    /// The range of the key in the page: 1 byte or more.
    let key: Range<Int>
    /// The range of the value in the page.
    let value: Range<Int>
    /// The revision that made the key.
    public let createRevision: Int64
    /// The revision that wrote the value.
    public let modRevision: Int64
    /// The number of writes since the key was made, 1 for the first.
    public let version: Int64
    /// The lease that the key lives by; 0 for none.
    public let lease: Int64
}

extension EtcdRecord {
    /// Reads the message in `place` of `page`.
    init(in place: Range<Int>, of page: RawSpan) throws(AnswerFault) {
        var (key, value) = (0..<0, 0..<0)
        var (createRevision, modRevision, version, lease): (Int64, Int64, Int64, Int64) = (0, 0, 0, 0)
        var reader = WireReader(page.extracting(place))
        while let field = try reader.nextField() {
            switch field.number {
            case 1: key = try field.bytes().moved(by: place.lowerBound)
            case 2: createRevision = try field.positive()
            case 3: modRevision = try field.positive()
            case 4: version = try field.positive()
            case 5: value = try field.bytes().moved(by: place.lowerBound)
            case 6: lease = Int64(bitPattern: try field.number())
            default: break
            }
        }
        self.init(
            key: key, value: value, createRevision: createRevision, modRevision: modRevision, version: version,
            lease: lease)
    }
}

extension Range<Int> {
    func moved(by distance: Int) -> Range<Int> { lowerBound + distance..<upperBound + distance }
}
