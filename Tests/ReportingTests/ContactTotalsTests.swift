import Contracts
import TestSupport
import Testing

@testable import Reporting

@Suite struct ContactTotalsTests {
    @Test func `segments without a gap add up to the call`() {
        let totals = ContactTotals(
            of: [segment(.ivr, 0, 4), segment(.queue, 4, 9), segment(.ring, 9, 12), segment(.talk, 12, 50)],
            from: at(0), to: at(50))
        #expect(totals.addsUp)
        #expect(totals.call == 50_000_000)
        #expect(totals.ivr + totals.queue + totals.ring + totals.talk == totals.call)
    }

    @Test func `after-call work comes behind the end and is counted apart`() {
        let totals = ContactTotals(
            of: [segment(.talk, 0, 10), segment(.afterCallWork, 10, 25)], from: at(0), to: at(10))
        #expect(totals.addsUp)
        #expect(totals.call == 10_000_000)
        #expect(totals.afterCallWork == 15_000_000)
    }

    @Test(arguments: [
        [segment(.ivr, 0, 4), segment(.talk, 5, 10)], [segment(.ivr, 0, 6), segment(.talk, 5, 10)],
        [segment(.ivr, 0, 4)], [segment(.ivr, 1, 10)],
    ])
    func `a gap, an overlap or a missing end is told`(_ segments: [CallSegment]) {
        #expect(!ContactTotals(of: segments, from: at(0), to: at(10)).addsUp)
    }
}

@Suite struct ContactCSVTests {
    @Test func `a field that a spreadsheet would run is defused, a number is not`() {
        #expect(ContactCSV.field("=SUM(A1)") == "'=SUM(A1)")
        #expect(ContactCSV.field("@x") == "'@x")
        #expect(ContactCSV.field("=\u{301}1+1") == "'=\u{301}1+1")
        #expect(ContactCSV.field("＝1+1") == "'＝1+1")
        #expect(ContactCSV.field("+1+1") == "'+1+1")
        #expect(ContactCSV.field("+8613800138000") == "+8613800138000")
        #expect(ContactCSV.field("a,\"b\"") == "\"a,\"\"b\"\"\"")
    }

    @Test func `a line has as many fields as the header`() {
        let contact = ContactRecord(
            callID: "c1", direction: .inbound, customerNumber: "13800138000", accessNumber: "4001", flowID: nil,
            campaignID: nil, attemptID: nil, queueID: "sales", agentID: "amy", startedAt: at(0), endedAt: at(50),
            reason: .customerHungUp, disposition: nil, attributes: [:])
        let line = ContactCSV.line(contact)
        #expect(line.hasSuffix("\r\n"))
        #expect(line.split(separator: ",", omittingEmptySubsequences: false).count == ContactCSV.columns.count)
    }
}
