import Foundation
import SecretMemory
import Synchronization
import TestSupport
import Testing

@testable import KubernetesAPI

/// When a plugin is asked again.
struct KubeconfigCacheTests {
    private final class Plugin: Sendable {
        let count = Mutex(0)
        let time = Mutex<Int64>(1000)
        let lifetime: Int64?
        init(lifetime: Int64?) { self.lifetime = lifetime }

        var asked: Int { count.withLock { $0 } }

        func cache(failing: Bool = false) -> ExecCredentialCache {
            ExecCredentialCache(now: { self.time.withLock { $0 } }) { () throws(ExecPluginError) in
                let number = self.count.withLock { count in
                    count += 1
                    return count
                }
                if failing { throw ExecPluginError(command: "c", installHint: nil, reason: .nothing) }
                usleep(1000)
                return ExecCredential(
                    token: SecretKey(Array("\(number)".utf8)),
                    expiration: self.lifetime.map { self.time.withLock { $0 } + $0 })
            }
        }
    }

    @Test func untilItExpires() throws {
        let plugin = Plugin(lifetime: 60)
        let cache = plugin.cache()
        let first = try cache.credential()
        plugin.time.withLock { $0 += 60 }
        #expect(try cache.credential() === first && plugin.asked == 1)
        plugin.time.withLock { $0 += 1 }
        #expect(try cache.credential() !== first && plugin.asked == 2)
    }

    @Test func withoutExpirationForEver() throws {
        let plugin = Plugin(lifetime: nil)
        let cache = plugin.cache()
        let first = try cache.credential()
        plugin.time.withLock { $0 = .max }
        #expect(try cache.credential() === first)
    }

    @Test func refusedByTheServer() throws {
        let plugin = Plugin(lifetime: nil)
        let cache = plugin.cache()
        let first = try cache.credential()
        let second = try cache.credential(after: first)
        #expect(second !== first)
        // Another request that was sent with the first one does not ask again.
        #expect(try cache.credential(after: first) === second && plugin.asked == 2)
    }

    @Test func failuresAreNotKept() {
        let plugin = Plugin(lifetime: nil)
        let cache = plugin.cache(failing: true)
        for _ in 0..<2 { #expect(throws: ExecPluginError.self) { _ = try cache.credential() } }
        #expect(plugin.asked == 2)
    }

    @Test func oneAtATime() {
        let plugin = Plugin(lifetime: nil)
        let cache = plugin.cache()
        DispatchQueue.concurrentPerform(iterations: 20) { _ in _ = try? cache.credential() }
        #expect(plugin.asked == 1)
    }
}
