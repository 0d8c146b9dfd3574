import Testing

@testable import SIP

/// What the kernel lets through of strangers in a flood.
@Suite struct StrangerSieveTests {
    @Test func `of a flood twice as much comes through as is read, however full the queue was at first`() {
        var sieve = StrangerSieve(perSecond: 1_000)
        // 100 000 are sent in a second; the process can read 40 000, the kernel drops the rest.
        var shares: [Double] = []
        for _ in 0..<3 {
            sieve.look(came: min(4_000, Int(10_000 * sieve.share)), in: .milliseconds(100))
            shares.append(sieve.share)
        }
        #expect(shares == [0.05, 0.02, 0.02])
    }

    @Test func `a steady flood is not counted anew with each look`() {
        var sieve = StrangerSieve(perSecond: 1_000)
        sieve.look(came: 10_000, in: .milliseconds(100))
        let share = sieve.share
        for came in [190, 220, 205] {
            sieve.look(came: came, in: .milliseconds(100))
            #expect(sieve.share == share)
        }
    }

    @Test func `behind a flood all come through again, step by step`() {
        var sieve = StrangerSieve(perSecond: 1_000)
        sieve.look(came: 10_000, in: .milliseconds(100))
        var shares: [Double] = []
        for _ in 0..<4 {
            sieve.look(came: 0, in: .milliseconds(100))
            shares.append(sieve.share)
        }
        #expect(shares == [0.08, 0.32, 1, 1])
    }

    @Test func `fewer than are read come through whole`() {
        var sieve = StrangerSieve(perSecond: 1_000)
        sieve.look(came: 150, in: .milliseconds(100))
        #expect(sieve.share == 1)
    }
}
