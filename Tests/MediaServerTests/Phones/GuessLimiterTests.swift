import Contracts
import SIP
import TestSupport
import Testing

@testable import MediaServer

@Suite struct GuessLimiterTests {
    var limiter = GuessLimiter()
    let amy = GuessLimiter.Guesser(phone: PhoneAddress(tenant: "demo", phone: "1001"), host: "192.0.2.1")

    @Test mutating func `some wrong guesses are allowed, then none for a while`() {
        for _ in 1..<GuessLimiter.allowed { limiter.wrong(amy, atSecond: 100) }
        #expect(limiter.allows(amy, atSecond: 100))
        limiter.wrong(amy, atSecond: 100)
        #expect(!limiter.allows(amy, atSecond: 100))
        #expect(!limiter.allows(amy, atSecond: 99 + GuessLimiter.pauseSeconds))
        #expect(limiter.allows(amy, atSecond: 100 + GuessLimiter.pauseSeconds))
    }

    @Test mutating func `guesses from elsewhere are not held against a phone`() {
        for _ in 0..<100 { limiter.wrong(amy, atSecond: 0) }
        let elsewhere = GuessLimiter.Guesser(phone: amy.phone, host: "192.0.2.2")
        #expect(limiter.allows(elsewhere, atSecond: 0))
    }

    @Test mutating func `the right password wipes the slate`() {
        for _ in 1..<GuessLimiter.allowed { limiter.wrong(amy, atSecond: 0) }
        limiter.right(amy)
        limiter.wrong(amy, atSecond: 0)
        #expect(limiter.allows(amy, atSecond: 0))
    }

    @Test mutating func `the table has an end`() {
        for number in 0..<(GuessLimiter.limit * 2) {
            let phone = PhoneAddress(tenant: "demo", phone: PhoneID(rawValue: "\(number)"))
            limiter.wrong(GuessLimiter.Guesser(phone: phone, host: "192.0.2.1"), atSecond: 0)
        }
        #expect(limiter.count <= GuessLimiter.limit)
    }
}
