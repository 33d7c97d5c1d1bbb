import Foundation

/// Writes the database of an etcd that was filled by ever new keys: leaf pages nine tenths full, branch pages above
/// them, one revision for each key. For measurements alone: no free list, no digest, nothing is synced.
struct SnapshotWriter {
    private static let pageSize = 4096
    private static let headerLength = 16
    private static let elementLength = 16
    private static let fill = pageSize * 9 / 10

    private let file: FileHandle
    private var buffer: [UInt8] = []
    private var pageNumber: UInt64 = 2
    /// The elements of the leaf that is being filled.
    private var elements: [(key: [UInt8], value: [UInt8])] = []
    private var length = headerLength
    /// The pages below the next level, with the first key of each.
    private var children: [(key: [UInt8], page: UInt64)] = []
    private var revision: Int64 = 1

    init(_ path: String) throws {
        try Data().write(to: URL(fileURLWithPath: path))
        file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        buffer = [UInt8](repeating: 0, count: 2 * Self.pageSize)
    }

    /// Stores a new key.
    mutating func put(_ etcdKey: [UInt8], _ value: [UInt8]) throws {
        revision += 1
        let record =
            [0x0a] + varint(etcdKey.count) + etcdKey + [0x10] + varint(Int(revision)) + [0x18] + varint(Int(revision))
            + [0x20, 1, 0x2a] + varint(value.count) + value
        let added = Self.elementLength + 17 + record.count
        if !elements.isEmpty, length + added > Self.fill { try endLeaf() }
        elements.append((Self.key(revision), record))
        length += added
    }

    /// Writes what is left, the branches, the buckets and the meta pages.
    mutating func finish() throws {
        try endLeaf()
        while children.count > 1 { try raise() }
        let bucket = little(children[0].page) + little(UInt64(0))
        let index = Self.page(0, flags: 2, [(0, Array("consistent_index".utf8), [0, 0, 0, 0, 0, 0, 0, 9])])
        let root = pageNumber
        try write(
            Self.page(
                root, flags: 2,
                [
                    (1, Array("key".utf8), bucket),
                    (1, Array("meta".utf8), little(UInt64(0)) + little(UInt64(0)) + index),
                ]))
        try flush()
        try file.seek(toOffset: 0)
        for number in [UInt64(0), 1] {
            let header = little(number) + little(UInt16(4)) + little(UInt16(0)) + little(UInt32(0))
            let meta =
                little(UInt32(0xed0c_daed)) + little(UInt32(2)) + little(UInt32(Self.pageSize)) + little(UInt32(0))
                + little(root) + little(UInt64(0)) + little(UInt64.max) + little(pageNumber) + little(7 - number)
            let page = header + meta + little(fnv64a(meta))
            try file.write(contentsOf: page + [UInt8](repeating: 0, count: Self.pageSize - page.count))
        }
        try file.close()
    }
}

extension SnapshotWriter {
    private static func key(_ revision: Int64) -> [UInt8] {
        withUnsafeBytes(of: revision.bigEndian) { Array($0) } + [UInt8(ascii: "_")] + [UInt8](repeating: 0, count: 8)
    }

    private mutating func endLeaf() throws {
        guard !elements.isEmpty else { return }
        children.append((elements[0].key, pageNumber))
        try write(Self.page(pageNumber, flags: 2, elements.map { (0, $0.key, $0.value) }))
        elements.removeAll(keepingCapacity: true)
        length = Self.headerLength
    }

    /// Puts one level of branches above the children.
    private mutating func raise() throws {
        var parents: [(key: [UInt8], page: UInt64)] = []
        let perPage = (Self.pageSize - Self.headerLength) / (Self.elementLength + 17)
        for start in stride(from: 0, to: children.count, by: perPage) {
            let part = children[start..<min(start + perPage, children.count)]
            var headers = Self.header(pageNumber, flags: 1, count: part.count)
            var keys: [UInt8] = []
            for (offset, child) in part.enumerated() {
                headers += little(UInt32(Self.elementLength * (part.count - offset) + keys.count))
                headers += little(UInt32(child.key.count)) + little(child.page)
                keys += child.key
            }
            parents.append((part[start].key, pageNumber))
            try write(headers + keys)
        }
        children = parents
    }

    private static func header(_ number: UInt64, flags: UInt16, count: Int) -> [UInt8] {
        little(number) + little(flags) + little(UInt16(count)) + little(UInt32(0))
    }

    private static func page(
        _ number: UInt64, flags: UInt16, _ elements: [(flags: UInt32, key: [UInt8], value: [UInt8])]
    ) -> [UInt8] {
        var headers = header(number, flags: flags, count: elements.count)
        var data: [UInt8] = []
        for (index, element) in elements.enumerated() {
            headers += little(element.flags) + little(UInt32(elementLength * (elements.count - index) + data.count))
            headers += little(UInt32(element.key.count)) + little(UInt32(element.value.count))
            data += element.key
            data += element.value
        }
        return headers + data
    }

    /// Appends a page, with as many overflow pages as it takes.
    private mutating func write(_ page: [UInt8]) throws {
        let pages = (page.count + Self.pageSize - 1) / Self.pageSize
        let start = buffer.count
        buffer += page
        buffer.replaceSubrange(start + 12..<start + 16, with: little(UInt32(pages - 1)))
        buffer += [UInt8](repeating: 0, count: pages * Self.pageSize - page.count)
        pageNumber += UInt64(pages)
        if buffer.count > 1 << 22 { try flush() }
    }

    private mutating func flush() throws {
        try file.write(contentsOf: buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}

func little(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }

func varint(_ number: Int) -> [UInt8] {
    var (rest, bytes) = (number, [UInt8]())
    while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
    }
    return bytes + [UInt8(rest)]
}

private func fnv64a(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
