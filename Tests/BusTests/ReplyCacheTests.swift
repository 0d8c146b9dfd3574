import Contracts
import Foundation
import TestSupport
import Testing

@testable import Bus

@Suite struct ReplyCacheTests {
    private func key(_ text: String) -> ReplyCache.Key { .init(name: "test", tenant: acme, key: text) }

    /// Whether the cache knows nothing of the key.
    private func isUnknown(_ text: String, to cache: ReplyCache) -> Bool {
        var cache = cache
        if case .first = cache.begin(key(text)) { return true }
        return false
    }

    @Test func `the oldest answers are forgotten when there are too many`() {
        var cache = ReplyCache(capacity: 3, byteCapacity: 1000)
        for number in 1...5 {
            _ = cache.begin(key("\(number)"))
            _ = cache.finish(key("\(number)"), with: .success(Data([1])))
        }
        #expect(isUnknown("2", to: cache))
        #expect(!isUnknown("5", to: cache))
    }

    @Test func `the oldest answers are forgotten when they are too large together`() {
        var cache = ReplyCache(capacity: 100, byteCapacity: 1000)
        for number in 1...3 {
            _ = cache.begin(key("\(number)"))
            _ = cache.finish(key("\(number)"), with: .success(Data(count: 400)))
        }
        #expect(isUnknown("1", to: cache))
        #expect(!isUnknown("3", to: cache))
    }

    @Test func `an answer that says nothing was done is not kept`() {
        var cache = ReplyCache()
        _ = cache.begin(key("a"))
        _ = cache.finish(key("a"), with: .failure(Failure(.unavailable, "Not now.")))
        #expect(isUnknown("a", to: cache))
    }

    @Test func `a refusal is an answer, and kept`() {
        var cache = ReplyCache()
        _ = cache.begin(key("a"))
        _ = cache.finish(key("a"), with: .failure(Failure(.conflict, "No.")))
        #expect(!isUnknown("a", to: cache))
    }

    @Test func `an epoch is admitted until a higher one has been seen`() {
        var memory = EpochMemory()
        let shard = Shard.of(acme)
        let answers = [3, 3, 5, 4].map { memory.admit($0, of: shard, service: .cti) }
        #expect(answers == [true, true, true, false])
        let other = memory.admit(1, of: shard, service: .acd)
        #expect(other)
    }
}
