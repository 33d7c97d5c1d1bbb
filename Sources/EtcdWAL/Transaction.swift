/// One operation of a transaction.
enum TransactionStep {
    case put(PutRequest)
    case delete(DeleteRequest)
    /// A read at a revision of its own; 0 for the present.
    case read(revision: Int64)
    case transaction(Range<Int>)

    /// Reads a `RequestOp`; nil if it asks for nothing.
    static func read(_ range: Range<Int>, of bytes: RawSpan) throws(RequestFault) -> Self? {
        var reader = MessageReader(range, of: bytes)
        var found: (number: Int, range: Range<Int>)?
        do throws(MessageFault) {
            while let field = try reader.next() {
                guard (1...4).contains(field.number) else { throw field.unknown }
                guard found == nil else { throw .number }
                found = (field.number, try field.bytes())
            }
        } catch {
            throw .message(error)
        }
        guard let found else { return nil }
        switch found.number {
        case 1: return .read(revision: try revision(found.range, of: bytes))
        case 2: return .put(try PutRequest(found.range, of: bytes))
        case 3: return .delete(try DeleteRequest(found.range, of: bytes))
        default: return .transaction(found.range)
        }
    }

    private static func revision(_ range: Range<Int>, of bytes: RawSpan) throws(RequestFault) -> Int64 {
        var reader = MessageReader(range, of: bytes)
        var revision: Int64 = 0
        do throws(MessageFault) {
            while let field = try reader.next() {
                switch field.number {
                case 1, 2: _ = try field.bytes()
                case 4: revision = try field.signed()
                case 3, 5...13: _ = try field.unsigned()
                default: throw field.unknown
                }
            }
        } catch {
            throw .message(error)
        }
        return revision
    }
}

/// A transaction, as a message that is read where it is: its parts are not kept.
struct Transaction {
    enum Part: Equatable {
        case comparison(Range<Int>)
        case success(Range<Int>)
        case failure(Range<Int>)
    }

    /// Transactions may be within one another this deep. etcd sets no limit; no client nests them more than twice.
    static let depthLimit = 32

    /// The most parts that one may have, and the most operations that an entry may come to. etcd's limit is
    /// --max-txn-ops, 128 by default.
    static let partLimit = 1 << 16

    let range: Range<Int>

    /// All parts in their order.
    func parts(of bytes: RawSpan) throws(RequestFault) -> [Part] {
        var reader = MessageReader(range, of: bytes)
        var parts: [Part] = []
        do throws(MessageFault) {
            while parts.count <= Self.partLimit, let field = try reader.next() {
                switch field.number {
                case 1: parts.append(.comparison(try field.bytes()))
                case 2: parts.append(.success(try field.bytes()))
                case 3: parts.append(.failure(try field.bytes()))
                default: throw field.unknown
                }
            }
        } catch {
            throw .message(error)
        }
        guard parts.count <= Self.partLimit else { throw .tooMuchWork }
        return parts
    }
}
