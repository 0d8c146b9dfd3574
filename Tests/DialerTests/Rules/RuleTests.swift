import Contracts
import Foundation
import TestSupport
import Testing

@testable import Dialer

@Suite struct CallingHoursTests {
    /// 21 November 2026 is a Saturday.
    private func time(_ text: String) throws -> Timestamp {
        Timestamp(try Date(text, strategy: .iso8601))
    }

    @Test func `it is time to call within the hours, in the local time of the called`() throws {
        let hours = CallingHours(timeZone: "Asia/Shanghai", from: "09:00", until: "20:00", days: [6])
        #expect(!hours.isOpen(at: try time("2026-11-21T00:59:59Z")))
        #expect(hours.isOpen(at: try time("2026-11-21T01:00:00Z")))
        #expect(hours.isOpen(at: try time("2026-11-21T11:59:59Z")))
        #expect(!hours.isOpen(at: try time("2026-11-21T12:00:00Z")))
    }

    @Test func `a number in another zone has its own day`() throws {
        let hours = CallingHours(timeZone: "Asia/Shanghai", from: "09:00", until: "20:00", days: [6])
        #expect(!hours.isOpen(at: try time("2026-11-21T02:00:00Z"), in: "America/New_York"))
        #expect(hours.isOpen(at: try time("2026-11-21T15:00:00Z"), in: "America/New_York"))
    }

    @Test func `summer time moves the hours`() throws {
        let hours = CallingHours(timeZone: "Europe/Berlin", from: "09:00", until: "10:00")
        #expect(hours.isOpen(at: try time("2026-07-01T07:30:00Z")))
        #expect(!hours.isOpen(at: try time("2026-12-01T07:30:00Z")))
        #expect(hours.isOpen(at: try time("2026-12-01T08:30:00Z")))
    }

    @Test func `nobody is called on a day that is not named`() throws {
        let hours = CallingHours(timeZone: "UTC", from: "00:00", until: "24:00", days: [1, 2, 3, 4, 5])
        #expect(!hours.isOpen(at: try time("2026-11-21T12:00:00Z")))
        #expect(!hours.isOpen(at: try time("2026-11-22T12:00:00Z")))
        #expect(hours.isOpen(at: try time("2026-11-23T12:00:00Z")))
        #expect(hours.isOpen(at: try time("1969-12-31T12:00:00Z")))
    }

    @Test(arguments: [
        CallingHours(timeZone: "Mars/Olympus"), CallingHours(from: "9:00"), CallingHours(from: "20:00", until: "09:00"),
        CallingHours(until: "24:01"), CallingHours(days: []), CallingHours(days: [0]), CallingHours(from: "aa:bb"),
    ])
    func `hours that make no sense are refused`(hours: CallingHours) {
        #expect(throws: Failure.self) { try hours.checked() }
    }
}

@Suite struct AttemptResultTests {
    @Test(arguments: [
        (CallEnded.with(.customerHungUp, [.dial, .queue, .ring, .talk]), AttemptResult.connected),
        (.with(.agentHungUp, [.dial, .queue, .ring, .talk, .hold]), .connected),
        (.with(.abandoned, [.dial, .queue]), .abandoned),
        (.with(.customerHungUp, [.dial, .queue, .ring]), .abandoned),
        (.with(.busy), .busy), (.with(.noAnswer), .noAnswer), (.with(.rejected), .rejected),
        (.with(.machine), .machine), (.with(.fax), .fax),
        (.with(.notFound), .notFound), (.with(.unavailable), .unavailable), (.with(.systemFailed), .failed),
        (.with(.unavailable, [.dial, .queue]), .abandoned),
    ])
    func `a call's end stands for a result`(call: CallEnded, result: AttemptResult) {
        #expect(AttemptResult(call) == result)
    }

    @Test func `a number is tried again after a while, so many times`() {
        func next(_ result: AttemptResult, _ attempts: Int) -> Timestamp? {
            RetryRule.nextTry(after: result, attempts: attempts, of: 3, retrySeconds: 60, endedAt: 100)
        }
        #expect(next(.busy, 1) == 160)
        #expect(next(.noAnswer, 2) == 160)
        #expect(next(.noAnswer, 3) == nil)
    }

    @Test func `who was reached or does not exist is not tried again`() {
        #expect(RetryRule.nextTry(after: .connected, attempts: 1, of: 3, retrySeconds: 60, endedAt: 100) == nil)
        #expect(RetryRule.nextTry(after: .notFound, attempts: 1, of: 3, retrySeconds: 60, endedAt: 100) == nil)
    }
}

@Suite struct NumberImportTests {
    private func rows(_ numbers: String...) -> NumberImport { NumberImport(numbers.map { .init(number: $0) }) }

    @Test func `numbers are taken as people write them`() {
        #expect(rows("+86 (10) 6666-7777", "0 10.1").rows.map(\.number) == ["+861066667777", "0101"])
    }

    @Test func `a wrong row is told with its place and left out`() {
        let list = rows("100", "call me", "", "12345678901234567890123")
        #expect(list.rows.map(\.number) == ["100"])
        #expect(list.errors.map(\.row) == [2, 3, 4])
        #expect(list.errors.first?.number == "call me")
    }

    @Test func `a number that the list has twice is taken once`() {
        let list = rows("+49 30 1", "+49301", "49301")
        #expect(list.rows.map(\.number) == ["+49301", "49301"])
        #expect(list.repeated == 1)
    }

    @Test func `a customer who is written with his country and without is one`() {
        let list = rows("+86 138 0013 8000", "13800138000", "013800138000", "13900139000", "+8613900139000")
        #expect(list.rows.map(\.number) == ["+8613800138000", "13900139000"])
        #expect(list.repeated == 3)
    }

    @Test func `numbers that both name a country are two, and so are short ones`() {
        let list = rows("+8613800138000", "+13800138000", "4001", "014001")
        #expect(list.rows.count == 4)
        #expect(list.repeated == 0)
    }

    @Test func `a time zone has to exist and attributes have bounds`() {
        let list = NumberImport([
            .init(number: "100", timeZone: "Nowhere/None"), .init(number: "101", timeZone: "Asia/Tokyo"),
            .init(number: "102", attributes: ["k": String(repeating: "x", count: 1001)]),
            .init(number: "103", attributes: ["name": "Li"]),
        ])
        #expect(list.rows.map(\.number) == ["101", "103"])
        #expect(list.errors.map(\.row) == [1, 3])
    }
}
