/// Why the effect of a request is unknown.
enum RequestFault: Error {
    case message(MessageFault)
    case unforeseeable
    case tooMuchWork

    func gap(at index: UInt64) -> LogGap {
        switch self {
        case .message(let fault): .unknownRequest(index: index, fault)
        case .unforeseeable: .unforeseeableRequest(index: index)
        case .tooMuchWork: .tooMuchWork(index: index)
        }
    }
}
