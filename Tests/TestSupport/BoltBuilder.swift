/// Writes small bbolt files, right ones and wrong ones.
public struct BoltBuilder {
    public struct Element: Sendable {
        public var key: [UInt8]
        public var value: [UInt8]
        public var isBucket: Bool
        public var child: UInt64

        public init(key: [UInt8], value: [UInt8] = [], isBucket: Bool = false, child: UInt64 = 0) {
            (self.key, self.value, self.isBucket, self.child) = (key, value, isBucket, child)
        }
    }

    public let pageSize: Int
    public var transaction: UInt64 = 7
    /// The page at the root of all buckets.
    public var root: UInt64 = 2
    public private(set) var pages: [UInt64: [UInt8]] = [:]
    private var pageCount = 2
    private var free: [UInt8] = []

    public init(pageSize: Int = 4096) { self.pageSize = pageSize }

    /// Puts a leaf at page `number`.
    public mutating func leaf(_ number: UInt64, _ elements: [Element]) {
        put(number, Self.page(number, flags: 2, elements))
    }

    /// Puts a branch at page `number`.
    public mutating func branch(_ number: UInt64, _ elements: [Element]) {
        put(number, Self.page(number, flags: 1, elements))
    }

    /// Puts anything at page `number`.
    public mutating func put(_ number: UInt64, _ bytes: [UInt8]) {
        var bytes = bytes
        let overflow = (bytes.count - 1) / pageSize
        bytes.replaceSubrange(12..<16, with: little(UInt32(overflow)))
        bytes += Array(repeating: 0, count: (overflow + 1) * pageSize - bytes.count)
        pages[number] = bytes
        pageCount = max(pageCount, Int(number) + overflow + 1)
    }

    /// The first page behind all others, which is not before the one after `number`.
    public func nextPage(after number: UInt64) -> UInt64 { max(UInt64(pageCount), number + 1) }

    /// Puts whole pages behind all others that no bucket holds.
    public mutating func appendFree(_ bytes: [UInt8]) {
        precondition(bytes.count % pageSize == 0)
        free = bytes
    }

    /// The file, with meta pages that name it as it is.
    public var file: [UInt8] {
        var file = [UInt8](repeating: 0, count: pageCount * pageSize)
        for meta in 0...1 {
            var bytes =
                little(UInt32(0xed0c_daed)) + little(UInt32(2)) + little(UInt32(pageSize)) + little(UInt32(0))
                + little(root) + little(UInt64(0)) + little(UInt64.max)
                + little(UInt64(pageCount + free.count / pageSize))
                + little(transaction - UInt64(meta))
            bytes += little(fnv64a(bytes))
            let header = little(UInt64(meta)) + little(UInt16(4)) + little(UInt16(0)) + little(UInt32(0))
            let start = meta * pageSize
            file.replaceSubrange(start..<start + header.count + bytes.count, with: header + bytes)
        }
        for (number, bytes) in pages {
            let start = Int(number) * pageSize
            file.replaceSubrange(start..<start + bytes.count, with: bytes)
        }
        return file + free
    }

    public static func page(_ number: UInt64, flags: UInt16, _ elements: [Element]) -> [UInt8] {
        var headers = little(number) + little(flags) + little(UInt16(elements.count)) + little(UInt32(0))
        var data: [UInt8] = []
        for (index, element) in elements.enumerated() {
            let position = UInt32(16 * (elements.count - index) + data.count)
            headers +=
                flags == 1
                ? little(position) + little(UInt32(element.key.count)) + little(element.child)
                : little(UInt32(element.isBucket ? 1 : 0)) + little(position)
                    + little(UInt32(element.key.count)) + little(UInt32(element.value.count))
            data += element.key + element.value
        }
        return headers + data
    }
}

extension BoltBuilder.Element {
    /// A bucket whose tree begins at page `root`.
    public static func bucket(_ name: String, root: UInt64) -> Self {
        Self(key: Array(name.utf8), value: little(root) + little(UInt64(0)), isBucket: true)
    }

    /// A bucket that holds its elements within itself.
    public static func bucket(_ name: String, inline elements: [Self]) -> Self {
        let page = BoltBuilder.page(0, flags: 2, elements)
        return Self(key: Array(name.utf8), value: little(UInt64(0)) + little(UInt64(0)) + page, isBucket: true)
    }

    /// The change of `key` by `revision`: a new key, or with a nil `value` its end.
    public static func record(_ revision: Int64, _ key: String, _ value: String?) -> Self {
        let key = Array(key.utf8)
        guard let value else {
            return Self(
                key: Self.revision(revision) + Array("t".utf8), value: [0x0a] + varint(key.count) + key)
        }
        return record(revision, key, Array(value.utf8), created: revision, version: 1)
    }

    /// The change of `key` by `revision` to a value.
    public static func record(
        _ revision: Int64, _ key: [UInt8], _ value: [UInt8], created: Int64, version: Int64
    ) -> Self {
        let name = [0x0a] + varint(key.count) + key
        let numbers = [0x10] + varint(created) + [0x18] + varint(revision) + [0x20] + varint(version)
        return Self(key: Self.revision(revision), value: name + numbers + [0x2a] + varint(value.count) + value)
    }

    /// What `etcdutl snapshot restore --bump-revision` leaves at the revision to which it raises the store.
    public static func marker(_ revision: Int64) -> Self { Self(key: Self.revision(revision)) }

    /// The seventeen bytes of a revision.
    public static func revision(_ main: Int64, sub: Int64 = 0) -> [UInt8] {
        big(UInt64(bitPattern: main)) + Array("_".utf8) + big(UInt64(bitPattern: sub))
    }

    /// An element of a branch.
    public static func child(_ revision: Int64, _ page: UInt64) -> Self {
        Self(key: Self.revision(revision), child: page)
    }
}

public func little(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

public func big(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

public func varint(_ number: some BinaryInteger) -> [UInt8] {
    number < 0x80 ? [UInt8(number)] : [UInt8(truncatingIfNeeded: number) | 0x80] + varint(number >> 7)
}

/// FNV-64a, which guards a meta page.
private func fnv64a(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
