import Foundation
import Testing

@testable import Bench

@Suite struct ContactRecordsTests {
    private func record(
        _ second: Double, ended: Bool = true, queue: Int64 = 0, ring: Int64 = 0, talk: Int64 = 1, addsUp: Bool = true
    ) -> ContactRecords.Record {
        let start = Int64(second * 1e6)
        return ContactRecords.Record(
            callID: "c\(second)", startedAt: start, endedAt: ended ? start + 5 : nil,
            totals: .init(queue: queue, ring: ring, talk: talk, addsUp: addsUp))
    }

    @Test func `a call is right when it ended, reached an agent and adds up`() {
        let records = ContactRecords(records: [
            record(1), record(2, ended: false), record(3, talk: 0), record(4, addsUp: false),
        ])
        #expect(records.right == 1)
        #expect(records.ended == 3)
    }

    @Test func `waiting is the line and the ringing`() {
        let records = ContactRecords(records: [record(1, queue: 1_500_000, ring: 500_000), record(2)])
        #expect(records.waits[100] == 2)
        #expect(records.waits[50] == 0)
    }

    @Test func `the rate is that of the beginnings`() {
        #expect(ContactRecords(records: [record(12), record(10), record(11)]).rate == 1)
        #expect(ContactRecords(records: [record(10)]).rate == 0)
        #expect(ContactRecords(records: []).rate == 0)
    }

    @Test func `reporting's page is read as it is sent`() throws {
        let page = """
            {"items":[{"callID":"c1","direction":"inbound","startedAt":10,"endedAt":null,"totals":{"call":9,"dial":0,\
            "ivr":1,"queue":2,"ring":3,"talk":4,"hold":0,"afterCallWork":0,"addsUp":true}}],"nextCursor":"next"}
            """
        let read = try JSONDecoder().decode(ContactRecords.Page.self, from: Data(page.utf8))
        #expect(read.nextCursor == "next")
        #expect(read.items.first?.totals == .init(queue: 2, ring: 3, talk: 4, addsUp: true))
    }

    @Test func `a process that came later is not counted`() {
        let before = SuiteTimes(seconds: ["cti-1": 1, "gone": 5])
        let after = SuiteTimes(seconds: ["cti-1": 1.5, "new": 7])
        #expect(after.since(before) == ["cti-1": 0.5])
    }
}
