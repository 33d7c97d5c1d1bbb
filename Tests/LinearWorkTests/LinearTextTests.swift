import APIServerFlags
import PastedValues
import SecretMemory
import TestSupport
import Testing

/// What is read besides configurations and stores: manifests, units, dumps.
@Suite(.serialized) struct LinearTextTests {
    @Test(arguments: [
        ("lines", "", #"Environment=A#=b"#), ("a command", "", "  --f#=$A# \\"), ("a word", "x", "#####"),
    ])
    func units(_ name: String, start: String, piece: String) throws {
        let growth = try Growth.ofWork(400) { count -> [UInt8] in
            let pieces = (0..<count).map { piece.replacing("#", with: "\($0)") }
            let command = "ExecStart=/usr/bin/kube-apiserver --etcd-servers=http://127.0.0.1:2379"
            switch name {
            case "lines": return Array("[Service]\n\(pieces.joined(separator: "\n"))\n\(command)\n".utf8)
            case "a command": return Array("[Service]\n\(command) \\\n\(pieces.joined(separator: "\n"))\n\n".utf8)
            default: return Array("[Service]\n\(command) --\(pieces.joined())\n".utf8)
            }
        } work: { bytes in
            _ = try SystemdUnit(parsing: bytes.span.rawBytes).command(environmentFiles: [])
        }
        #expect(growth < Growth.limit)
    }

    @Test func manifests() throws {
        let growth = try Growth.ofWork(200) { count in
            Array(
                ("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"
                    + (0..<count).map { "  - {name: c\($0), command: [sleep]}\n" }.joined()
                    + "  - name: kube-apiserver\n    command:\n    - kube-apiserver\n"
                    + (0..<count).map {
                        "    - --flag\($0)=x\n    - --etcd-servers-overrides=/r\($0)#http://h\($0):1\n"
                    }
                    .joined()).utf8)
        } work: {
            _ = try APIServerCommand.read(manifest: SecretBytes($0)).flags()
        }
        #expect(growth < Growth.limit)
    }

    @Test(arguments: ["hexdump", "json", "lines", "base64"])
    func dumps(_ kind: String) throws {
        let growth = try Growth.ofWork(200) { count -> [UInt8] in
            switch kind {
            case "hexdump":
                let bytes = "61 62 63 64 65 66 67 68  61 62 63 64 65 66 67 68  |abcdefghabcdefgh|"
                return Array(
                    (0..<count).map { number in
                        let offset = String(16 * number, radix: 16)
                        return String(repeating: "0", count: 8 - offset.count) + "\(offset)  \(bytes)\n"
                    }.joined().utf8)
            case "json":
                let item = #"{"key":"L3JlZ2lzdHJ5L3NlY3JldHMvYS9i","mod_revision":2,"value":"azhzOmVuYw=="}"#
                return Array(#"{"kvs":[\#(Array(repeating: item, count: count).joined(separator: ","))]}"#.utf8)
            case "lines": return Array(String(repeating: "$ etcdctl get\n\n", count: 4 * count).utf8)
            default: return Array(String(repeating: "azhzOmVuYzphZXNnY206djE6azE6\n", count: 4 * count).utf8)
            }
        } work: {
            _ = try? PastedValue.parse($0.span.rawBytes)
        }
        #expect(growth < Growth.limit)
    }
}
