import Contracts
import Foundation

typealias RequestResult = Result<Data, Failure>

/// The recent answers by idempotency key, bounded in number and bytes, and who waits for answers being worked out.
struct ReplyCache {
    struct Key: Hashable {
        let name: String
        let tenant: TenantID?
        let key: String
    }

    enum Lookup {
        /// Nobody has asked yet: work it out, then ``finish(_:with:)``.
        case first
        case answered(RequestResult)
        /// Somebody works it out: ``wait(for:_:)``.
        case running
    }

    private enum Entry {
        case running([CheckedContinuation<RequestResult, Never>])
        case answered(RequestResult, bytes: Int)
    }

    private let capacity: Int
    private let byteCapacity: Int
    private var entries: [Key: Entry] = [:]
    /// Answered keys, oldest first, from `oldest` on.
    private var order: [Key] = []
    private var oldest = 0
    private var bytes = 0

    init(capacity: Int = 8192, byteCapacity: Int = 16 << 20) {
        self.capacity = capacity
        self.byteCapacity = byteCapacity
    }

    mutating func begin(_ key: Key) -> Lookup {
        switch entries[key] {
        case nil:
            entries[key] = .running([])
            return .first
        case .answered(let result, _): return .answered(result)
        case .running: return .running
        }
    }

    /// Takes the waiter, or returns the answer if it has come meanwhile; nil if nobody works on it any more.
    mutating func wait(for key: Key, _ waiter: CheckedContinuation<RequestResult, Never>) -> RequestResult?? {
        switch entries[key] {
        case nil: return .some(nil)
        case .answered(let result, _): return result
        case .running(var waiters):
            waiters.append(waiter)
            entries[key] = .running(waiters)
            return .none
        }
    }

    /// Keeps the answer, unless it says that nothing was done, and returns who waited for it.
    mutating func finish(_ key: Key, with result: RequestResult) -> [CheckedContinuation<RequestResult, Never>] {
        var waiters: [CheckedContinuation<RequestResult, Never>] = []
        if case .running(let waiting) = entries[key] { waiters = waiting }
        guard Self.isWorthKeeping(result) else {
            entries[key] = nil
            return waiters
        }
        let size = Self.size(of: result)
        entries[key] = .answered(result, bytes: size)
        order.append(key)
        bytes += size
        evict()
        return waiters
    }

    private mutating func evict() {
        while oldest < order.count, order.count - oldest > capacity || bytes > byteCapacity {
            if case .answered(_, let size) = entries.removeValue(forKey: order[oldest]) { bytes -= size }
            oldest += 1
        }
        if oldest > capacity {
            order.removeFirst(oldest)
            oldest = 0
        }
    }

    private static func size(of result: RequestResult) -> Int {
        if case .success(let body) = result { body.count } else { 64 }
    }

    private static func isWorthKeeping(_ result: RequestResult) -> Bool {
        guard case .failure(let failure) = result else { return true }
        switch failure.kind {
        case .unavailable, .timeout, .staleEpoch, .unknown: return false
        case .invalid, .notFound, .conflict, .unauthorized, .forbidden: return true
        }
    }
}
