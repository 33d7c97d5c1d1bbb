internal import Dispatch
internal import Synchronization

/// Work that waits for others, all of it at once.
enum Concurrently {
    /// Calls `body` for each item, each on a thread of its own; they mostly wait for a network.
    static func map<Item: Sendable, Answer: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) -> Answer
    ) -> [Answer] {
        let answers = Answers<Answer>(items.count)
        let group = DispatchGroup()
        let queue = DispatchQueue(label: "encconf.concurrently", attributes: .concurrent)
        for (index, item) in items.enumerated() {
            queue.async(group: group) { answers.set(body(item), at: index) }
        }
        group.wait()
        return answers.all
    }

    private final class Answers<Answer: Sendable>: Sendable {
        private let list: Mutex<[Answer?]>

        init(_ count: Int) { list = Mutex(Array(repeating: nil, count: count)) }

        func set(_ answer: Answer, at index: Int) { list.withLock { $0[index] = answer } }
        var all: [Answer] { list.withLock { $0.compactMap { $0 } } }
    }
}
