internal import Glibc
internal import SecretMemory

/// Strings as C wants them: one block of memory, wiped at the end, and a list of pointers into it that ends with null.
struct CStrings: ~Copyable {
    private let bytes: SecretBytes
    private let starts: [Int]

    /// - Throws: `EINVAL` for a zero byte, which would end a string early.
    init(_ strings: [String]) throws(ChildProcessError) {
        var buffer = SecretBuffer()
        var starts: [Int] = []
        for string in strings {
            guard !string.utf8.contains(0) else { throw .system(EINVAL) }
            starts.append(buffer.count)
            buffer.append(string)
            buffer.append(0)
        }
        self.starts = starts
        bytes = buffer.finish()
    }

    /// Lends the list.
    func withPointers<Result>(
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result {
        unsafe bytes.bytes.withUnsafeBytes { block in
            // The memory is not written: execve(2) takes mutable pointers for historical reasons.
            var pointers: [UnsafeMutablePointer<CChar>?] = unsafe starts.map { start in
                unsafe UnsafeMutableRawPointer(mutating: block.baseAddress)?.advanced(by: start)
                    .assumingMemoryBound(to: CChar.self)
            }
            unsafe pointers.append(nil)
            return unsafe pointers.withUnsafeBufferPointer { list in
                // A list with an element at least has an address.
                guard let base = list.baseAddress else { preconditionFailure("a list without an address") }
                return unsafe body(base)
            }
        }
    }
}

extension CStrings {
    /// The environment of a child: that of this process, without the names of the settings, then the settings.
    ///
    /// - Throws: `EINVAL` for a name that is empty or has `=` in it, and for a zero byte.
    init(environmentOf child: ChildProcess) throws(ChildProcessError) {
        var settings: [[UInt8]: Int] = [:]
        for (index, name) in (child.environment.map(\.name) + child.secretEnvironment.map(\.name)).enumerated() {
            guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "=")), !name.utf8.contains(0) else {
                throw .system(EINVAL)
            }
            settings[Array(name.utf8)] = index
        }
        var buffer = SecretBuffer()
        var starts: [Int] = []
        Self.appendInherited(except: settings, to: &buffer, &starts)
        for (index, setting) in child.environment.enumerated() where settings[Array(setting.name.utf8)] == index {
            guard !setting.value.utf8.contains(0) else { throw .system(EINVAL) }
            starts.append(buffer.count)
            buffer.append(setting.name + "=")
            buffer.append(setting.value)
            buffer.append(0)
        }
        for (index, setting) in child.secretEnvironment.enumerated()
        where settings[Array(setting.name.utf8)] == child.environment.count + index {
            guard setting.value.span.firstOffset(of: 0) == nil else { throw .system(EINVAL) }
            starts.append(buffer.count)
            buffer.append(setting.name + "=")
            buffer.append(setting.value.span)
            buffer.append(0)
        }
        self.starts = starts
        bytes = buffer.finish()
    }

    private static func appendInherited(
        except settings: [[UInt8]: Int], to buffer: inout SecretBuffer, _ starts: inout [Int]
    ) {
        var entry = unsafe environ
        // Null after clearenv(3).
        guard UInt(bitPattern: entry) != 0 else { return }
        while let text = unsafe entry.pointee {
            let bytes = unsafe UnsafeRawBufferPointer(start: text, count: strlen(text))
            let name = unsafe Array(bytes.prefix { $0 != UInt8(ascii: "=") })
            if settings[name] == nil {
                starts.append(buffer.count)
                unsafe buffer.append(bytes.bytes)
                buffer.append(0)
            }
            unsafe entry += 1
        }
    }
}
