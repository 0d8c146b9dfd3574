import Contracts
import Testing

@testable import MediaServer

@Suite struct ClaimDelayTests {
    private var claims = ClaimDelay()

    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(microseconds: milliseconds * 1000) }

    /// Claims every 20 ms, each so long after its call came.
    private mutating func claim(from start: Int64, through end: Int64, after delay: Int64) {
        for time in stride(from: start, through: end, by: 20) {
            claims.claimed(arrivedAt: at(time - delay), at: at(time))
        }
    }

    @Test mutating func `calls are taken while claims are quick`() {
        claim(from: 0, through: 2000, after: 100)
        #expect(!claims.isTooLate(at: at(2000)))
    }

    @Test mutating func `no more calls are taken while every claim is late`() {
        claim(from: 0, through: 2000, after: 400)
        #expect(claims.isTooLate(at: at(2000)))
    }

    @Test mutating func `one quick claim lets calls in again`() {
        claim(from: 0, through: 2000, after: 400)
        claims.claimed(arrivedAt: at(2000), at: at(2010))
        #expect(!claims.isTooLate(at: at(2010)))
    }

    @Test mutating func `when no claim comes at all, calls are let in again`() {
        claim(from: 0, through: 2000, after: 400)
        #expect(claims.isTooLate(at: at(2400)))
        #expect(!claims.isTooLate(at: at(2501)))
    }

    @Test mutating func `callers who waited for a new owner, and are claimed all at once, mean nothing`() {
        for call in 0..<200 { claims.claimed(arrivedAt: at(Int64(call)), at: at(3000)) }
        #expect(!claims.isTooLate(at: at(3000)))
    }

    @Test mutating func `a few late claims mean nothing`() {
        for time in [0, 300, 310, 320] as [Int64] { claims.claimed(arrivedAt: at(time - 900), at: at(time)) }
        #expect(!claims.isTooLate(at: at(320)))
    }

    @Test mutating func `a clock that is set back does not stop it`() {
        claim(from: 100_000, through: 101_000, after: 400)
        claim(from: 0, through: 2000, after: 400)
        #expect(claims.isTooLate(at: at(2000)))
        claims.claimed(arrivedAt: at(2000), at: at(2010))
        #expect(!claims.isTooLate(at: at(2010)))
    }
}
