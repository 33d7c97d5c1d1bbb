import TestSupport

/// A small model of a file system that loses power: what a disk can hold after a cut at any point of a run.
///
/// A call changes the memory of the system. What reaches the disk is this:
/// - `fsync` of a file covers its bytes, its size and its mode; `fsync` of a folder covers the names in it. What was
///   covered before the cut is on the disk.
/// - Of all the rest any subset is on the disk: each name that was made, renamed or removed, each size, each mode, and of
///   the bytes each sector of 512. A size without its bytes gives zeros. This contains the states of a journal that
///   keeps the order of names and sizes, as that of ext4, which is a subset with no gaps; and of one that is cut in the
///   middle of a write.
/// - One call is whole or not there: a rename never leaves both names, and a sector is never torn. A name of a new file
///   is not covered by the `fsync` of the file.
struct PowerCutModel {
    static let sectorSize = 512

    typealias Inode = Int

    struct File: Hashable {
        var bytes: [UInt8]
        var mode: UInt16
    }

    /// What one call changes, or the part of it that is on the disk as a whole.
    enum Change {
        /// Names, by their paths, that lead to another file, or to none.
        case names([String: Inode?])
        case bytes(Inode, at: Int, [UInt8])
        case size(Inode, Int)
        case mode(Inode, UInt16)
    }

    /// A change, and when an `fsync` covers it.
    private struct Step {
        let change: Change
        /// The number of the call that made it.
        let call: Int
        var synced = Int.max
    }

    /// The names of files at first.
    private let names: [String: Inode]
    /// Every file as it was at first, or was made.
    private var first: [File]
    private var steps: [Step] = []
    /// The memory of the system: what programs see.
    private(set) var seen: [String: Inode]
    private var modes: [UInt16]
    private var sizes: [Int]
    /// How many calls there were that changed or synced something.
    private(set) var callCount = 0

    /// - Parameter files: What is on the disk at first, by paths.
    init(_ files: [String: File]) {
        let paths = files.keys.sorted()
        names = Dictionary(uniqueKeysWithValues: paths.enumerated().map { ($1, $0) })
        first = paths.compactMap { files[$0] }
        seen = names
        modes = first.map(\.mode)
        sizes = first.map(\.bytes.count)
    }

    // MARK: Calls

    /// Makes an empty file.
    mutating func create(_ path: String, mode: UInt16) {
        seen[path] = sizes.count
        first.append(File(bytes: [], mode: mode))
        sizes.append(0)
        modes.append(mode)
        add([.names([path: sizes.count - 1])])
    }

    mutating func write(_ bytes: [UInt8], to inode: Inode, at offset: Int) {
        var changes: [Change] = []
        var start = 0
        while start < bytes.count {
            let sectorEnd = (offset + start) / Self.sectorSize * Self.sectorSize + Self.sectorSize
            let end = min(bytes.count, sectorEnd - offset)
            changes.append(.bytes(inode, at: offset + start, Array(bytes[start..<end])))
            start = end
        }
        if offset + bytes.count > sizes[inode] {
            sizes[inode] = offset + bytes.count
            changes.append(.size(inode, sizes[inode]))
        }
        add(changes)
    }

    mutating func truncate(_ inode: Inode, to size: Int) {
        guard size != sizes[inode] else { return }
        sizes[inode] = size
        add([.size(inode, size)])
    }

    mutating func setMode(of inode: Inode, to mode: UInt16) {
        guard mode != modes[inode] else { return }
        modes[inode] = mode
        add([.mode(inode, mode)])
    }

    mutating func rename(_ path: String, to other: String) {
        let inode = seen.removeValue(forKey: path)
        seen[other] = inode
        add([.names([path: nil, other: inode])])
    }

    mutating func link(_ path: String, to other: String) {
        seen[other] = seen[path]
        add([.names([other: seen[path]])])
    }

    mutating func unlink(_ path: String) {
        seen[path] = nil
        add([.names([path: nil])])
    }

    mutating func synchronize(_ inode: Inode) {
        cover { change in
            switch change {
            case .names: false
            case .bytes(let changed, _, _), .size(let changed, _), .mode(let changed, _): changed == inode
            }
        }
    }

    /// - Parameter folder: Its path, without a slash at the end.
    mutating func synchronize(folder: String) {
        cover { change in
            guard case .names(let names) = change else { return false }
            return names.keys.allSatisfy { Self.folder(of: $0) == folder }
        }
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    private mutating func add(_ changes: [Change]) {
        steps += changes.map { Step(change: $0, call: callCount) }
        callCount += 1
    }

    private mutating func cover(_ isCovered: (Change) -> Bool) {
        for index in steps.indices where steps[index].synced == .max && isCovered(steps[index].change) {
            steps[index].synced = callCount
        }
        callCount += 1
    }
}

// MARK: - Cuts

extension PowerCutModel {
    /// What a disk can hold: files by their paths.
    typealias Disk = [String: File]

    /// Disks after cuts at every point.
    struct Cuts {
        /// How many different choices of changes were made, over all points.
        var count = 0
        /// The disks, each once.
        var disks: [Disk] = []
    }

    /// The disks after as many cuts as `limit`, or after all where there are fewer.
    ///
    /// - Parameter start: No cut comes before so many calls.
    func cuts(after start: Int = 0, atMost limit: Int, using random: inout SeededGenerator) -> Cuts {
        var cuts = Cuts()
        var cache = Cache()
        var disks: Set<[String: Int]> = []
        // Points with few choices first, so that what they leave goes to the others.
        let points = (start...callCount).map { call in (call: call, open: open(at: call)) }
            .sorted { $0.open.count < $1.open.count }
        for (index, point) in points.enumerated() {
            let share = max(1, (limit - cuts.count) / (points.count - index))
            for choice in choices(of: point.open, atMost: share, using: &random) {
                var isKept = steps.map { $0.call < point.call }
                for (step, isOnDisk) in zip(point.open, choice) { isKept[step] = isOnDisk }
                disks.insert(numbers(of: isKept, &cache))
                cuts.count += 1
            }
        }
        cuts.disks = disks.map { $0.mapValues { cache.files[$0] } }
        return cuts
    }

    /// The disk where nothing is lost.
    var last: Disk {
        var cache = Cache()
        return numbers(of: steps.map { _ in true }, &cache).mapValues { cache.files[$0] }
    }

    /// The disks after a cut when all calls are done.
    func disksAtTheEnd() -> [Disk] {
        var cache = Cache()
        let open = open(at: callCount)
        return (0..<1 << min(open.count, 12)).map { number in
            var isKept = steps.map { _ in true }
            for (bit, step) in open.enumerated() { isKept[step] = bit < 12 && number >> bit & 1 == 1 }
            return numbers(of: isKept, &cache).mapValues { cache.files[$0] }
        }
    }

    /// What a path led to whenever it got another file, if nothing is lost.
    func contents(of path: String) -> Set<[UInt8]> {
        var changes = [[Int]](repeating: [], count: first.count)
        var contents: Set<[UInt8]> = []
        for (index, step) in steps.enumerated() {
            switch step.change {
            case .names(let names):
                if case let inode?? = names[path] { contents.insert(file(inode, after: changes[inode]).bytes) }
            case .bytes(let inode, _, _), .size(let inode, _), .mode(let inode, _): changes[inode].append(index)
            }
        }
        return contents
    }

    /// The changes that were made before a call and are not covered then.
    private func open(at call: Int) -> [Int] {
        steps.indices.filter { steps[$0].call < call && steps[$0].synced >= call }
    }

    /// Which of the open changes are on the disk: every choice, or so many different ones.
    private func choices(of open: [Int], atMost limit: Int, using random: inout SeededGenerator) -> Set<[Bool]> {
        if open.count < 24, 1 << open.count <= limit {
            return Set((0..<1 << open.count).map { number in open.indices.map { number >> $0 & 1 == 1 } })
        }
        var choices: Set<[Bool]> = [open.map { _ in true }, open.map { _ in false }]
        let isData = open.map { step in if case .bytes = steps[step].change { true } else { false } }
        for index in open.indices {
            // As a journal does it: names and sizes up to here, with all bytes or none.
            choices.insert(open.indices.map { isData[$0] || $0 <= index })
            choices.insert(open.indices.map { !isData[$0] && $0 <= index })
            choices.insert(open.indices.map { $0 == index })
            choices.insert(open.indices.map { $0 != index })
        }
        while choices.count > limit { choices.removeFirst() }
        while choices.count < limit { choices.insert(open.map { _ in Bool.random(using: &random) }) }
        return choices
    }

    /// Files that disks have, each once.
    private struct Cache {
        private(set) var files: [File] = []
        private var numbers: [File: Int] = [:]
        /// The numbers of files by the changes that made them.
        var made: [[Int]: Int] = [:]

        mutating func number(of file: File) -> Int {
            if let number = numbers[file] { return number }
            files.append(file)
            numbers[file] = files.count - 1
            return files.count - 1
        }
    }

    /// A disk, with the numbers of its files.
    private func numbers(of isKept: [Bool], _ cache: inout Cache) -> [String: Int] {
        var names = names
        var changes = [[Int]](repeating: [], count: first.count)
        for (index, step) in steps.enumerated() where isKept[index] {
            switch step.change {
            case .names(let changed): for (path, inode) in changed { names[path] = inode }
            case .bytes(let inode, _, _), .size(let inode, _), .mode(let inode, _): changes[inode].append(index)
            }
        }
        var numbers: [String: Int] = [:]
        for (path, inode) in names {
            let key = [inode] + changes[inode]
            let number = cache.made[key] ?? cache.number(of: file(inode, after: changes[inode]))
            cache.made[key] = number
            numbers[path] = number
        }
        return numbers
    }

    private func file(_ inode: Inode, after changes: [Int]) -> File {
        var file = first[inode]
        var size = file.bytes.count
        for index in changes {
            switch steps[index].change {
            case .names: break
            case .bytes(_, let offset, let bytes):
                file.bytes += [UInt8](repeating: 0, count: max(0, offset + bytes.count - file.bytes.count))
                file.bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            case .size(_, let changed):
                if changed < size { file.bytes = Array(file.bytes.prefix(changed)) }
                size = changed
            case .mode(_, let mode): file.mode = mode
            }
        }
        file.bytes = Array(file.bytes.prefix(size)) + [UInt8](repeating: 0, count: max(0, size - file.bytes.count))
        return file
    }
}
