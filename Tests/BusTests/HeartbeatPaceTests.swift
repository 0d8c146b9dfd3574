import Contracts
import Testing

@testable import Bus

@Suite struct HeartbeatPaceTests {
    private func wait(at microseconds: Int64) -> Duration {
        HeartbeatPace.wait(after: Timestamp(microseconds: microseconds))
    }

    @Test func `all who share a clock tell at the same moments, the quarters of each second`() {
        #expect(wait(at: 1_000_000) == .milliseconds(250))
        #expect(wait(at: 1_000_400) == .microseconds(249_600))
        #expect(wait(at: 1_120_000) == .milliseconds(130))
    }

    @Test func `one who is just before such a moment has told, and waits for the next`() {
        #expect(wait(at: 1_249_000) == .milliseconds(251))
        #expect(wait(at: -100_000) == .milliseconds(350))
    }

    @Test func `nobody waits less than half a period, or a period and a half`() {
        for time in stride(from: Int64(0), to: 1_000_000, by: 777) {
            #expect(wait(at: time) >= .milliseconds(125) && wait(at: time) < .milliseconds(375))
        }
    }
}
