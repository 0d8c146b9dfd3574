/// How many new requests each source address may send: a token bucket an address, and only so many buckets. Pure.
struct SourceLimiter {
    private struct Bucket {
        var tokens: Double
        var filled: Duration
    }

    private let perSecond: Double
    private let limit = 20_000
    private var buckets: [String: Bucket] = [:]

    init(perSecond: Int) { self.perSecond = Double(max(1, perSecond)) }

    mutating func allows(_ host: String, at now: Duration) -> Bool {
        var bucket = buckets[host] ?? Bucket(tokens: perSecond, filled: now)
        let elapsed = (now - bucket.filled).components
        let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
        bucket.tokens = min(perSecond, bucket.tokens + seconds * perSecond)
        bucket.filled = now
        let isAllowed = bucket.tokens >= 1
        if isAllowed { bucket.tokens -= 1 }
        // Forgetting all is kinder than refusing the next: a forgotten source starts with a full bucket.
        if buckets.count >= limit, buckets[host] == nil { buckets = [:] }
        buckets[host] = bucket
        return isAllowed
    }
}
