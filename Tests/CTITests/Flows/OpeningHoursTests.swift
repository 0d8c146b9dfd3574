import Contracts
import Foundation
import Testing

@testable import CTI

@Suite struct OpeningHoursTests {
    let office = OpeningHours(
        timeZone: "Asia/Shanghai",
        hours: ["mon": ["09:00-12:00", "13:30-18:00"], "fri": ["09:00-17:00"], "sat": ["22:00-06:00"]],
        holidays: ["2026-10-01", "01-01"], workdays: ["2026-10-10": "fri"], open: "open", closed: "closed",
        holiday: "holiday")

    /// On the wall in Shanghai.
    private func way(_ time: String, _ hours: OpeningHours? = nil) throws -> String {
        let date = try Date("\(time):00+08:00", strategy: .iso8601)
        return (hours ?? office).way(at: Timestamp(date)).exit
    }

    @Test func `hours hold from their first minute until their last`() throws {
        #expect(try way("2026-11-16T08:59") == "closed")
        #expect(try way("2026-11-16T09:00") == "open")
        #expect(try way("2026-11-16T11:59") == "open")
        #expect(try way("2026-11-16T12:00") == "closed")
        #expect(try way("2026-11-16T13:30") == "open")
        #expect(try way("2026-11-17T10:00") == "closed")
    }

    @Test func `hours over midnight belong to the day they began on`() throws {
        #expect(try way("2026-11-21T23:00") == "open")
        #expect(try way("2026-11-22T05:59") == "open")
        #expect(try way("2026-11-22T06:00") == "closed")
        #expect(try way("2026-11-21T05:00") == "closed")
    }

    @Test func `holidays are closed, once or every year`() throws {
        #expect(try way("2026-10-01T10:00") == "holiday")
        #expect(try way("2027-01-01T10:00") == "holiday")
        var plain = office
        plain.holiday = nil
        #expect(try way("2026-10-01T10:00", plain) == "closed")
    }

    @Test func `a Saturday that is worked has the hours of the day it stands for`() throws {
        #expect(try way("2026-10-10T16:59") == "open")
        #expect(try way("2026-10-10T23:00") == "closed")
        var both = office
        both.holidays = ["2026-10-10"]
        #expect(try way("2026-10-10T10:00", both) == "open")
    }

    @Test func `the time zone decides which day it is`() throws {
        var london = office
        london.timeZone = "Europe/London"
        // Monday 09:30 in Shanghai is still the night in London.
        #expect(try way("2026-11-16T09:30", london) == "closed")
        #expect(try way("2026-11-16T17:30", london) == "open")
        london.timeZone = "Nowhere/Town"
        #expect(try way("2026-11-16T17:30", london) == "closed")
    }

    @Test func `time at its ends does no harm`() {
        for time in [Int64.min, .max, 0] {
            #expect(["open", "closed", "holiday"].contains(office.way(at: Timestamp(microseconds: time)).exit))
        }
    }

    @Test func `what an author got wrong is named`() {
        #expect(office.problems.isEmpty)
        let wrong = OpeningHours(
            timeZone: "Moon/Base", hours: ["monday": ["9-5"], "tue": ["25:00-26:00", "09:00-09:00"]],
            holidays: ["2026-02-29", "02-29", "today"], workdays: ["2026-13-01": "fri"], open: "a", closed: "b")
        #expect(
            wrong.problems == [
                "“timeZone”: “Moon/Base” is not known.",
                "“monday” is not a weekday; weekdays are sun, mon, tue, wed, thu, fri, sat.",
                "“9-5” is not a span of hours such as 09:00-17:30.",
                "“25:00-26:00” is not a span of hours such as 09:00-17:30.",
                "“09:00-09:00” is not a span of hours such as 09:00-17:30.",
                "“2026-02-29” is not a date such as 2026-10-01.", "“today” is not a date such as 2026-10-01.",
                "“2026-13-01” is not a date such as 2026-10-01.",
            ])
    }
}
