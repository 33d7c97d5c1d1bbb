import EncryptionConfig
import EnvelopeCrypto
import Foundation
import SecretMemory
import Transformers

// How fast stored values are opened, as a ratio to what `openssl speed` reports on this machine in the same minute.
//
//     swift run -c release envelope-benchmark

/// A cipher of ours and the name that `openssl speed -evp` knows it by.
struct Candidate {
    let name: String
    let evpName: String
    let open: (inout SecretBuffer) throws -> Void
}

let messageByteCount = 2048
let rounds = 7
let secondsEach = 0.5

/// Bytes of plaintext for each second of processor time, the median of several rounds.
func throughput(of candidate: Candidate) throws -> Double {
    var figures: [Double] = []
    // As an audit does it: one buffer, wiped after each value.
    var plaintext = SecretBuffer()
    for _ in 0..<rounds {
        let start = clock()
        var messages = 0
        while Double(clock() - start) / Double(CLOCKS_PER_SEC) < secondsEach {
            for _ in 0..<2000 {
                try candidate.open(&plaintext)
                plaintext.truncate(to: 0)
            }
            messages += 2000
        }
        figures.append(
            Double(messages * messageByteCount) / (Double(clock() - start) / Double(CLOCKS_PER_SEC)))
    }
    return figures.sorted()[rounds / 2]
}

/// What `openssl speed` reports, in bytes for each second.
func opensslThroughput(of evpName: String) throws -> Double {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = [
        "speed", "-mr", "-evp", evpName, "-decrypt", "-bytes", "\(messageByteCount)", "-seconds", "2",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    // The machine-readable line: +F:<number>:<name>:<bytes per second>
    guard let line = text.split(separator: "\n").last(where: { $0.hasPrefix("+F:") }),
        let figure = line.split(separator: ":").last.flatMap({ Double($0) })
    else { throw CocoaError(.fileReadCorruptFile) }
    return figure
}

let key = SecretKey(try RandomBytes.make(32))
let plaintext = try RandomBytes.make(messageByteCount)
let etcdKey = Array("/registry/secrets/default/benchmark".utf8)

/// A message that `seal` appends to a buffer.
func sealed(_ seal: (inout SecretBuffer) throws -> Void) throws -> SecretKey {
    var message = SecretBuffer()
    try seal(&message)
    return SecretKey(message.finish())
}

let gcm = try AESGCM(key: key.bytes)
let gcmMessage = try sealed {
    try gcm.seal(plaintext.bytes, authenticating: etcdKey.span.rawBytes, appendingTo: &$0)
}
let cbc = try AESCBC(key: key.bytes)
let cbcMessage = try sealed { try cbc.seal(plaintext.bytes, appendingTo: &$0) }

/// A transformer of secrets as a configuration makes it: first a key that has not written the values, then theirs, and
/// identity.
func makeTransformer(_ provider: String) throws -> ResourceTransformer {
    let secret = SecretKey(SecretBase64.encode(key.span)).revealedText()
    let otherKey = SecretKey(try RandomBytes.make(32))
    let other = SecretKey(SecretBase64.encode(otherKey.span)).revealedText()
    let keys = #"[{"name": "key2", "secret": "\#(other)"}, {"name": "key1", "secret": "\#(secret)"}]"#
    let text = Array(
        """
        {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": [{
        "resources": ["secrets"], "providers": [{"\(provider)": {"keys": \(keys)}}, {"identity": {}}]}]}
        """.utf8)
    let document = try ConfigurationDocument.read(SecretBytes(copying: text.span.rawBytes))
    let configuration = try EncryptionConfiguration(checking: document)
    return try ResourceTransformer(ResourceResolution(configuration).rules.first, unwrapping: NoKMS())
}

/// The message with the prefixes in front, as etcd has it.
func stored(_ message: SecretKey, _ provider: String) throws -> SecretKey {
    try sealed {
        $0.append("k8s:enc:\(provider):v1:key1:")
        $0.append(message.span)
    }
}

let gcmTransformer = try makeTransformer("aesgcm")
let gcmValue = try stored(gcmMessage, "aesgcm")
let cbcTransformer = try makeTransformer("aescbc")
let cbcValue = try stored(cbcMessage, "aescbc")

let candidates = [
    Candidate(name: "aesgcm", evpName: "aes-256-gcm") { [gcm, gcmMessage, etcdKey] plaintext in
        try gcm.open(gcmMessage.span, authenticating: etcdKey.span.rawBytes, appendingTo: &plaintext)
    },
    Candidate(name: "aescbc", evpName: "aes-256-cbc") { [cbc, cbcMessage] plaintext in
        try cbc.open(cbcMessage.span, appendingTo: &plaintext)
    },
    // The whole way of a value: which provider, which key, and who it was.
    Candidate(name: "aesgcm, found", evpName: "aes-256-gcm") { [gcmTransformer, gcmValue, etcdKey] plaintext in
        _ = try gcmTransformer.open(gcmValue.span, etcdKey: etcdKey.span.rawBytes, appendingTo: &plaintext)
    },
    Candidate(name: "aescbc, found", evpName: "aes-256-cbc") { [cbcTransformer, cbcValue, etcdKey] plaintext in
        _ = try cbcTransformer.open(cbcValue.span, etcdKey: etcdKey.span.rawBytes, appendingTo: &plaintext)
    },
]

print("provider        ours MB/s   openssl speed MB/s   ratio   (\(messageByteCount)-byte values, one thread)")
for candidate in candidates {
    let reference = try opensslThroughput(of: candidate.evpName)
    let ours = try throughput(of: candidate)
    let columns = [
        candidate.name.padding(toLength: 13, withPad: " ", startingAt: 0),
        String(format: "%11.0f %20.0f %7.0f %%", ours / 1e6, reference / 1e6, 100 * ours / reference),
    ]
    print(columns.joined(separator: " "))
}
