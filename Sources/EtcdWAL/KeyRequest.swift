internal import SecretMemory

/// What an entry asks for, as far as it concerns keys (etcd, api/etcdserverpb/raft_internal.proto: InternalRaftRequest).
enum KeyRequest {
    /// Nothing about keys.
    case none
    case put(PutRequest)
    case delete(DeleteRequest)
    case transaction(Transaction)
    case compaction(revision: Int64)
    case leaseGrant(lease: Int64, timeToLive: Int64)
    case leaseRevoke(lease: Int64)
    /// An alarm is raised or ended.
    case alarm
    /// Authentication is switched on or off.
    case authentication

    /// Reads the content of an entry.
    static func read(_ range: Range<Int>, of bytes: RawSpan) throws(RequestFault) -> Self {
        // A leader begins its term with an entry without content.
        guard !range.isEmpty else { return .none }
        do throws(RequestFault) {
            return try readRequest(range, of: bytes)
        } catch {
            // As etcd does it: what is no such message is a request of the v2 API, which knows no keys of this store.
            guard isVersion2(range, of: bytes) else { throw error }
            return .none
        }
    }

    private static func readRequest(_ range: Range<Int>, of bytes: RawSpan) throws(RequestFault) -> Self {
        var reader = MessageReader(range, of: bytes)
        var found: (number: Int, range: Range<Int>)?
        do throws(MessageFault) {
            while let field = try reader.next() {
                switch field.number {
                case 1: _ = try field.unsigned()
                case 100: _ = try field.bytes()
                // v2, range, authenticate, auth_status, users, roles, and from 3.5 on what concerns the cluster itself.
                case 2...11, 1000, 1011...1013, 1100...1107, 1200...1204, 1300...1302, 9900:
                    guard found == nil else { throw .number }
                    found = (field.number, try field.bytes())
                default: throw field.unknown
                }
            }
        } catch {
            throw .message(error)
        }
        // etcd panics over a request that asks for nothing.
        guard let found else { throw .unforeseeable }
        switch found.number {
        case 4: return .put(try PutRequest(found.range, of: bytes))
        case 5: return .delete(try DeleteRequest(found.range, of: bytes))
        case 6: return .transaction(Transaction(range: found.range))
        case 7: return .compaction(revision: try numbers(found.range, of: bytes, known: 1...2).first)
        case 8:
            let (timeToLive, lease) = try numbers(found.range, of: bytes, known: 1...2)
            return .leaseGrant(lease: lease, timeToLive: timeToLive)
        case 9: return .leaseRevoke(lease: try numbers(found.range, of: bytes, known: 1...1).first)
        // Action 0 asks which alarms there are.
        case 10: return try numbers(found.range, of: bytes, known: 1...3).first == 0 ? .none : .alarm
        case 1000, 1011: return .authentication
        default: return .none
        }
    }

    /// The first two fields of a message that has only numbers.
    private static func numbers(
        _ range: Range<Int>, of bytes: RawSpan, known: ClosedRange<Int>
    ) throws(RequestFault) -> (first: Int64, second: Int64) {
        var reader = MessageReader(range, of: bytes)
        var numbers: (first: Int64, second: Int64) = (0, 0)
        do throws(MessageFault) {
            while let field = try reader.next() {
                guard known.contains(field.number) else { throw field.unknown }
                switch field.number {
                case 1: numbers.first = try field.signed()
                case 2: numbers.second = try field.signed()
                default: _ = try field.unsigned()
                }
            }
        } catch {
            throw .message(error)
        }
        return numbers
    }

    /// Whether the bytes are an `etcdserverpb.Request`: members announce themselves with it up to etcd 3.5.
    private static func isVersion2(_ range: Range<Int>, of bytes: RawSpan) -> Bool {
        var reader = MessageReader(range, of: bytes)
        var (hasMethod, hasPath) = (false, false)
        do throws(MessageFault) {
            while let field = try reader.next() {
                switch field.number {
                case 2: hasMethod = try !field.bytes().isEmpty
                case 3:
                    let path = try field.bytes()
                    hasPath = !path.isEmpty && bytes[path.lowerBound] == UInt8(ascii: "/")
                case 4, 6: _ = try field.bytes()
                case 1, 5, 7...17: _ = try field.unsigned()
                default: return false
                }
            }
        } catch {
            return false
        }
        return hasMethod && hasPath
    }
}
