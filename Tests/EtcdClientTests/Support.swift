import EtcdClient
import Foundation
import RemoteCalls
import SecretMemory
import Synchronization
import TestSupport

extension EtcdMember {
    var peer: RemotePeer { peer(tls) }

    func peer(_ tls: TLSSettings?) -> RemotePeer { RemotePeer(.host("127.0.0.1", port: port), tls: tls) }

    private var tls: TLSSettings? {
        certificates.map {
            TLSSettings(
                authorityFile: $0.file("ca.pem"), certificateFile: $0.file("client.pem"), keyFile: $0.file("client.key")
            )
        }
    }

    func client(_ login: EtcdLogin? = nil, _ settings: EtcdSettings = EtcdSettings()) -> EtcdClient {
        EtcdClient([peer], login: login, settings: settings)
    }

    /// Writes `count` keys with values of some `byteCount` bytes, none like another.
    func fill(_ count: Int, prefix: String = "/registry/secrets/ns/", byteCount: Int = 40) throws {
        try change(
            (0..<count).map { number in
                let digits = String(format: "%06d", number)
                let value = String(repeating: digits, count: byteCount / 6 + 1).prefix(byteCount)
                return "put \(prefix)\(digits) \(value)"
            },
            // A transaction has room for 1.5 MiB.
            atOnce: max(1, min(128, 1_000_000 / byteCount)))
    }
}

extension EtcdLogin {
    init(_ name: String, _ password: String) {
        self.init(name: name, password: SecretKey(Array(password.utf8)))
    }
}

/// A record without what it was read from.
struct Entry: Equatable {
    let key: [UInt8]
    let value: [UInt8]
    let createRevision: Int64
    let modRevision: Int64
    let version: Int64
    let lease: Int64
}

extension Entry {
    init(_ record: EtcdRecord, of page: EtcdPage) {
        self.init(
            key: page.key(of: record).copiedToArray(), value: page.value(of: record).copiedToArray(),
            createRevision: record.createRevision, modRevision: record.modRevision, version: record.version,
            lease: record.lease)
    }

    init(_ kv: EtcdMember.State.KeyValue) {
        self.init(
            key: [UInt8](kv.key), value: [UInt8](kv.value ?? Data()), createRevision: kv.create_revision,
            modRevision: kv.mod_revision, version: kv.version, lease: kv.lease ?? 0)
    }
}

extension EtcdMember {
    /// What `etcdctl` reads at a revision.
    func entries(at revision: Int64, prefix: String = "") throws -> [Entry] {
        let state = try state(at: revision)
        return (state.kvs ?? []).map(Entry.init).filter { $0.key.starts(with: prefix.utf8) }
    }
}

/// What a walk brought.
struct Walked {
    var starts: [WalkStart] = []
    var pageSizes: [Int] = []
    var entries: [Entry] = []

    /// - Parameter onPage: Called with the number of the page, from 1 on, before the next one is asked for.
    init(_ walk: EtcdWalk, onPage: (Int) throws -> Void = { _ in }) throws {
        while let event = try walk.next() {
            switch event {
            case .begin(let start):
                starts.append(start)
                (entries, pageSizes) = ([], [])
            case .page(let page):
                pageSizes.append(page.records.count)
                entries += page.records.map { Entry($0, of: page) }
                try onPage(pageSizes.count)
            }
        }
    }
}

extension WalkSettings {
    /// Pages of a fixed number of keys.
    static func pages(of keyCount: Int) -> WalkSettings {
        var settings = WalkSettings()
        settings.firstPageKeyCount = keyCount
        settings.largestPageKeyCount = keyCount
        return settings
    }
}

/// The error that `body` throws.
func etcdError(_ body: () throws -> Void) -> EtcdError? {
    do {
        try body()
        return nil
    } catch {
        return error as? EtcdError
    }
}
