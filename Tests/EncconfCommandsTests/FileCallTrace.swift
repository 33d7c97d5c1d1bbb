import Foundation
import TestSupport

/// The calls of a run that change files of one folder, from a trace of strace with paths of descriptors (`-y`).
struct FileCallTrace {
    /// A call that the model does not know, on a file of the folder.
    struct Unmodelled: Error, CustomStringConvertible { let description: String }

    static let calls = [
        "openat", "write", "read", "lseek", "ftruncate", "fsync", "fdatasync", "rename", "renameat2", "link", "unlink",
        "unlinkat", "fchmod",
    ]
    /// Further calls that could change a file; none of them may be used on one of the folder.
    static let unmodelled = [
        "open", "creat", "pwrite64", "writev", "pwritev", "pwritev2", "truncate", "fallocate", "copy_file_range",
        "sendfile", "splice", "renameat", "linkat", "symlink", "symlinkat", "chmod", "fchmodat",
    ]

    /// The folder, without a slash at the end; strace shows links of `/proc`, so it has none.
    let folder: String
    /// Offsets of open files, by process and descriptor.
    private var offsets: [String: Int] = [:]
    /// The first halves of calls during which another thread had its turn, by thread.
    private var unfinished: [Substring: String] = [:]

    init(folder: String) { self.folder = folder }

    /// Lets the model do what a trace shows.
    mutating func replay(_ trace: String, on model: inout PowerCutModel) throws {
        for line in trace.split(separator: "\n") {
            let thread = line.prefix(while: \.isNumber)
            var text = line.dropFirst(thread.count).drop { $0 == " " }
            if text.hasSuffix("<unfinished ...>") {
                unfinished[thread] = String(text.dropLast("<unfinished ...>".count))
                continue
            }
            if text.hasPrefix("<... "), let end = text.range(of: " resumed>") {
                text = Substring((unfinished.removeValue(forKey: thread) ?? "") + text[end.upperBound...])
            }
            guard let call = Call(text, thread: thread) else { continue }
            try replay(call, on: &model)
        }
    }

    private mutating func replay(_ call: Call, on model: inout PowerCutModel) throws {
        guard call.result >= 0 else { return }
        let paths = call.paths.map { path($0, in: "") }
        // The descriptor that is the first argument, and its file.
        let opened = call.descriptor.flatMap { $0.path.flatMap(relative) }
        let key = "\(call.thread) \(call.descriptor?.number ?? -1)"
        let inode = opened.flatMap { model.seen[$0] }
        switch call.name {
        case "openat":
            offsets["\(call.thread) \(call.result)"] = 0
            guard let name = call.paths.first, let path = path(name, in: opened) else { return }
            guard !call.text.contains("O_TRUNC"), !call.text.contains("O_APPEND") || !call.text.contains("O_WRONLY")
            else { throw Unmodelled(description: call.text) }
            if call.text.contains("O_CREAT"), model.seen[path] == nil {
                model.create(path, mode: call.mode)
            }
        case "read": offsets[key, default: 0] += call.result
        case "lseek": offsets[key] = call.result
        case "write":
            guard let inode else { return }
            let bytes = Array(call.bytes.prefix(call.result))
            guard bytes.count == call.result else { throw Unmodelled(description: "cut: \(call.text.prefix(100))") }
            model.write(bytes, to: inode, at: offsets[key] ?? 0)
            offsets[key, default: 0] += call.result
        case "ftruncate":
            if let inode, let size = call.lastNumber { model.truncate(inode, to: size) }
        case "fchmod": if let inode { model.setMode(of: inode, to: call.mode) }
        case "fsync", "fdatasync":
            if let inode {
                model.synchronize(inode)
            } else if let opened {
                model.synchronize(folder: opened)
            }
        case "rename", "renameat2":
            guard paths.count == 2, let from = paths[0], let to = paths[1] else { return }
            model.rename(from, to: to)
        case "link":
            guard paths.count == 2, let from = paths[0], let to = paths[1] else { return }
            model.link(from, to: to)
        case "unlink", "unlinkat":
            let base = call.name == "unlink" ? "" : opened
            if let name = call.paths.first, let path = path(name, in: base) { model.unlink(path) }
        default:
            // A call with the working folder as its first argument names its files by paths.
            let isOpen = opened != nil && (call.descriptor?.number ?? -1) >= 0
            let isOurs = isOpen || paths.contains { $0 != nil }
            guard !isOurs else { throw Unmodelled(description: "\(call.text.prefix(200))") }
        }
    }

    /// The path of a file of the folder, from there; nil for one elsewhere.
    ///
    /// - Parameter base: The folder from which a relative path is meant; nil for one elsewhere.
    private func path(_ path: String, in base: String?) -> String? {
        guard !path.hasPrefix("/") else { return relative(path) }
        return base.flatMap { relative($0.isEmpty ? "\(folder)/\(path)" : "\(folder)/\($0)/\(path)") }
    }

    private func relative(_ path: String) -> String? {
        let path = path.replacing("/./", with: "/")
        if path == folder || path == "\(folder)/." { return "" }
        guard path.hasPrefix("\(folder)/"), !path.hasSuffix(" (deleted)") else { return nil }
        return String(path.dropFirst(folder.count + 1))
    }
}

/// A call as strace prints it.
private struct Call {
    let name: String
    let thread: String
    /// The call without long strings.
    let text: String
    /// The descriptor that is the first argument, with its path.
    let descriptor: (number: Int, path: String?)?
    /// The strings, as paths.
    var paths: [String] { strings.map { String(decoding: $0, as: UTF8.self) } }
    var bytes: [UInt8] { strings.first ?? [] }
    let result: Int
    private let strings: [[UInt8]]

    /// Nil for a line that is no call, or one without a result, because the process was killed before it.
    init?(_ line: Substring, thread: Substring) {
        guard let bracket = line.firstIndex(of: "(") else { return nil }
        name = String(line[..<bracket])
        guard FileCallTrace.calls.contains(name) || FileCallTrace.unmodelled.contains(name) else { return nil }
        self.thread = String(thread)
        var (strings, plain, rest): ([[UInt8]], [UInt8], ArraySlice<UInt8>) = ([], [], Array(line.utf8)[...])
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") {
                strings.append(Self.string(&rest))
                plain += Array("\"\"".utf8)
            } else {
                plain.append(byte)
            }
        }
        self.strings = strings
        text = String(decoding: plain, as: UTF8.self)
        guard let equals = text.range(of: " = ", options: .backwards),
            let number = text[equals.upperBound...].firstMatch(of: #/^(-?[0-9]+)/#), let result = Int(number.1)
        else { return nil }
        self.result = result
        if let match = text.firstMatch(of: #/\(([0-9]+)(?:<([^>]*)>(\(deleted\))?)?/#), let number = Int(match.1) {
            descriptor = (number, match.3 == nil ? match.2.map { String($0) } : nil)
        } else if let match = text.firstMatch(of: #/\(AT_FDCWD<([^>]*)>/#) {
            descriptor = (-1, String(match.1))
        } else {
            descriptor = nil
        }
    }

    /// The octal number that is the last argument.
    var mode: UInt16 {
        let match = text.firstMatch(of: #/, 0([0-7]+)\) += /#)
        return match.flatMap { UInt16($0.1, radix: 8) } ?? 0o600
    }

    var lastNumber: Int? { text.firstMatch(of: #/, ([0-9]+)\) += /#).flatMap { Int($0.1) } }

    /// A string to its closing quotation mark, with the escapes of strace.
    private static func string(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        var string: [UInt8] = []
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
                string.append(byte)
                continue
            }
            switch escape {
            case UInt8(ascii: "n"): string.append(10)
            case UInt8(ascii: "t"): string.append(9)
            case UInt8(ascii: "v"): string.append(11)
            case UInt8(ascii: "f"): string.append(12)
            case UInt8(ascii: "r"): string.append(13)
            case UInt8(ascii: "0")...UInt8(ascii: "7"):
                var value = Int(escape) - 48
                for _ in 0..<2 {
                    guard let digit = rest.first, (48...55).contains(digit) else { break }
                    value = value * 8 + Int(digit) - 48
                    rest.removeFirst()
                }
                string.append(UInt8(truncatingIfNeeded: value))
            default: string.append(escape)
            }
        }
        return string
    }
}

extension RotationFolder {
    private static let recorder =
        "strace -f -qq -y -s 67108864 -o ../record -e trace="
        + (FileCallTrace.calls + FileCallTrace.unmodelled).joined(separator: ",")

    /// A model with the files that are in the folder, and modes as they are.
    func model() throws -> PowerCutModel {
        PowerCutModel(try entries().mapValues { PowerCutModel.File(bytes: $0.bytes, mode: $0.mode) })
    }

    /// Runs a command from the present state of the folder, and lets the model do what it did.
    func record(_ command: String, options: String = "", on model: inout PowerCutModel) throws -> Program.Result {
        let result = try run("(\(Self.recorder) \(options) \(command)); exit $?")
        let record = try Data(contentsOf: program.workingFolder.appendingPathComponent("record"))
        var trace = FileCallTrace(folder: work.resolvingSymlinksInPath().path)
        try trace.replay(String(decoding: record, as: UTF8.self), on: &model)
        return result
    }
}
