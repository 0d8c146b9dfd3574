import Contracts
import Foundation
import Testing

@testable import ServiceKit

@Suite struct TimeTextTests {
    @Test func `an instant is shown as Foundation shows it`() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for day in stride(from: -140_000 as Int64, through: 200_000, by: 37) {
            for milliseconds in [0, 125, 43_200_500, 86_399_875] as [Int64] {
                let time = Timestamp(microseconds: (day * 86_400_000 + milliseconds) * 1000)
                #expect(TimeText.whole(time).suffix(12) == time.date.formatted(style).suffix(12), "\(day)")
                let whole = Timestamp(microseconds: day * 86_400_000_000)
                #expect(TimeText.whole(whole) == whole.date.formatted(style), "\(day)")
            }
        }
    }

    @Test func `what is behind the millisecond is cut off, also before 1970`() {
        #expect(TimeText.whole(Timestamp(microseconds: 1_795_826_400_123_999)) == "2026-11-28T00:40:00.123Z")
        #expect(TimeText.whole(Timestamp(microseconds: -1)) == "1969-12-31T23:59:59.999Z")
        #expect(TimeText.clock(Timestamp(microseconds: 1_795_826_400_123_999)) == "00:40:00.123")
        #expect(!TimeText.whole(Timestamp(microseconds: .max)).isEmpty)
        #expect(!TimeText.whole(Timestamp(microseconds: .min)).isEmpty)
    }
}
