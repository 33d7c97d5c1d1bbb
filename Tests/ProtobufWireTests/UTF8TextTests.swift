import ProtobufWire
import TestSupport
import Testing

struct UTF8TextTests {
    /// The borders of UTF-8, as in Go's unicode/utf8/utf8_test.go.
    @Test(arguments: [
        ("", true), ("61", true), ("00", true), ("c3a9", true), ("f48fbfbf", true), ("efbfbd", true),
        ("e382", false), ("ff", false), ("80", false), ("61ffc3", false),
        ("c080", false), ("eda080", false), ("f4908080", false), ("f7bfbfbf", false), ("e08080", false),
    ])
    func judges(_ bytes: String, _ valid: Bool) {
        let bytes = hex(bytes)
        #expect(bytes.span.bytes.isValidUTF8 == valid)
        #expect(String(validatingUTF8: bytes.span.bytes) == (valid ? String(decoding: bytes, as: UTF8.self) : nil))
    }
}
