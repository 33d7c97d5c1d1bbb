import EtcdClient
import Foundation
import RemoteCalls
import SecretMemory
import TestSupport

// How fast the keys of an etcd on loopback are read, beside `etcdctl get --prefix`.
//
//     swift build -c release --product etcd-benchmark && .build/release/etcd-benchmark [keys] [runs]
//
// The values have 1.5 KiB each. It needs etcd, etcdctl and openssl.

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let keyCount = arguments.first ?? 100_000
let runs = arguments.dropFirst().first ?? 5
let prefix = "/registry/secrets/"

func milliseconds(_ body: () throws -> Void) rethrows -> Int {
    let start = ContinuousClock.now
    try body()
    return Int((ContinuousClock.now - start) / .milliseconds(1))
}

func report(_ name: String, _ times: [Int]) {
    let best = times.min() ?? 0
    print(
        name.padding(toLength: 24, withPad: " ", startingAt: 0), times.map { "\($0)" }.joined(separator: " "),
        "ms, at best", keyCount * 1000 / max(1, best), "keys/s")
}

/// Reads all keys.
/// - Parameter isWorking: Whether each byte is looked at, as a caller would who does something with it.
func walk(_ client: EtcdClient, pageByteCount: Int, isWorking: Bool) throws {
    var settings = WalkSettings()
    settings.pageByteCount = pageByteCount
    let walk = client.walk(KeyRange(prefix: Array(prefix.utf8)), settings)
    var sum = 0
    while let event = try walk.next() {
        guard isWorking, case .page(let page) = event else { continue }
        for record in page.records {
            let value = page.value(of: record)
            for offset in value.byteOffsets { sum = sum &* 31 &+ Int(value[offset]) }
        }
    }
    guard walk.keyCount == keyCount, sum != 1 else { fatalError("\(walk.keyCount) keys") }
}

func measure(_ name: String, _ etcd: EtcdMember, _ tls: TLSSettings?) throws {
    print("\(name): \(keyCount) keys")
    let value = String(repeating: "0123456789abcdef", count: 96)
    try etcd.change((0..<keyCount).map { "put \(prefix)\($0) \(value)" })
    let client = EtcdClient([RemotePeer(.host("127.0.0.1", port: etcd.port), tls: tls)])
    let get = ["get", "--prefix", prefix]
    report("etcdctl", try (0..<runs).map { _ in try milliseconds { try etcd.etcdctl(get, isOutputWanted: false) } })
    for mebibytes in [1, 4, 8, 16, 32] {
        for isWorking in [false, true] {
            let times = try (0..<runs).map { _ in
                try milliseconds { try walk(client, pageByteCount: mebibytes << 20, isWorking: isWorking) }
            }
            report("pages of \(mebibytes) MiB\(isWorking ? ", read" : "")", times)
        }
    }
    report("etcdctl", try (0..<runs).map { _ in try milliseconds { try etcd.etcdctl(get, isOutputWanted: false) } })
}

try measure("without TLS", EtcdMember(), nil)
let certificates = try Certificates()
try measure(
    "over TLS", EtcdMember(certificates: certificates),
    TLSSettings(
        authorityFile: certificates.file("ca.pem"), certificateFile: certificates.file("client.pem"),
        keyFile: certificates.file("client.key")))
