internal import SecretMemory

/// Finds every occurrence of some secrets in a text, in one pass, however many secrets there are.
///
/// An automaton of Aho and Corasick: a tree of all beginnings of secrets, in which each beginning also knows the longest
/// other one that it ends in.
struct SecretOccurrences: ~Copyable {
    /// The last byte of each beginning; unencrypted parts of the secrets, in memory that is wiped. The first node is
    /// the empty beginning.
    private let bytes: SecretBytes
    private let nodes: [Node]
    /// The nodes of one byte, then those of two bytes in the order of both; 0 for none. Almost every byte of a text is
    /// looked for below one of these, and they have the most neighbours: without this each byte would search them all.
    private let first: SecretNumbers

    private struct Node {
        /// The first of the beginnings that are one byte longer; 0 for none.
        var child: UInt32 = 0
        /// The next beginning of the same length with the same byte before.
        var sibling: UInt32 = 0
        /// The longest other beginning that this one ends in.
        var shorter: UInt32 = 0
        /// The length of the longest secret that this beginning ends in; 0 for none.
        var length: UInt32 = 0
        /// Where the nodes of two bytes stand in ``first``, for a node of one byte; 0 for all others.
        var pairs: UInt32 = 0
    }

    init(of secrets: [SecretKey]) {
        var buffer = SecretBuffer()
        buffer.append(UInt8(0))
        var nodes = [Node()]
        var first = SecretNumbers(count: 257 * 256)
        for secret in secrets {
            let text = secret.span
            var node: UInt32 = 0
            for offset in text.byteOffsets {
                let byte = text[offset]
                var next = Self.child(of: node, byte, nodes, first, buffer.bytes)
                if next == 0 {
                    next = UInt32(nodes.count)
                    nodes.append(Node(sibling: nodes[Int(node)].child))
                    nodes[Int(node)].child = next
                    if node == 0 {
                        first[Int(byte)] = next
                        nodes[Int(next)].pairs = 256 * (UInt32(byte) + 1)
                    } else if nodes[Int(node)].pairs > 0 {
                        first[Int(nodes[Int(node)].pairs) + Int(byte)] = next
                    }
                    buffer.append(byte)
                }
                node = next
            }
            nodes[Int(node)].length = UInt32(text.byteCount)
        }
        Self.link(&nodes, first, buffer.bytes)
        self.nodes = nodes
        self.first = first
        bytes = buffer.finish()
    }

    /// Finds for each beginning the longest other one that it ends in, shorter beginnings first.
    private static func link(_ nodes: inout [Node], _ first: borrowing SecretNumbers, _ bytes: RawSpan) {
        var queue: [UInt32] = [0]
        queue.reserveCapacity(nodes.count)
        var position = 0
        while position < queue.count {
            let parent = queue[position]
            position += 1
            var child = nodes[Int(parent)].child
            while child != 0 {
                if parent != 0 {
                    let shorter = next(
                        after: nodes[Int(parent)].shorter, bytes[Int(child)], nodes, first, bytes)
                    nodes[Int(child)].shorter = shorter
                    if nodes[Int(child)].length == 0 { nodes[Int(child)].length = nodes[Int(shorter)].length }
                }
                queue.append(child)
                child = nodes[Int(child)].sibling
            }
        }
    }

    /// Sets each byte of `hidden` that belongs to an occurrence in `text`.
    func mark(in text: RawSpan, _ hidden: inout [Bool]) {
        // How long the longest occurrence is that ends with each byte.
        var lengths = Array(repeating: UInt32(0), count: text.byteCount)
        var node: UInt32 = 0
        for offset in text.byteOffsets {
            node = Self.next(after: node, text[offset], nodes, first, bytes.bytes)
            lengths[offset] = nodes[Int(node)].length
        }
        var open: UInt32 = 0
        for offset in text.byteOffsets.reversed() {
            open = max(open, lengths[offset])
            guard open > 0 else { continue }
            hidden[offset] = true
            open -= 1
        }
    }

    /// The longest beginning that a text ends in after one more byte.
    private static func next(
        after node: UInt32, _ byte: UInt8, _ nodes: [Node], _ first: borrowing SecretNumbers, _ bytes: RawSpan
    ) -> UInt32 {
        var node = node
        while true {
            let child = child(of: node, byte, nodes, first, bytes)
            if child != 0 || node == 0 { return child }
            node = nodes[Int(node)].shorter
        }
    }

    /// The beginning with one more byte; 0 for none.
    private static func child(
        of node: UInt32, _ byte: UInt8, _ nodes: [Node], _ first: borrowing SecretNumbers, _ bytes: RawSpan
    ) -> UInt32 {
        let pairs = nodes[Int(node)].pairs
        if node == 0 || pairs > 0 { return first[Int(pairs) + Int(byte)] }
        var child = nodes[Int(node)].child
        while child != 0, bytes[Int(child)] != byte { child = nodes[Int(child)].sibling }
        return child
    }
}
