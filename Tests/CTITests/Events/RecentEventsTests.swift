import Contracts
import ServiceKit
import TestSupport
import Testing

@testable import CTI

@Suite struct RecentEventsTests {
    var recent = RecentEvents(capacity: 4)
    let amy = AgentKey(tenant: "t", agentID: "amy")
    let bob = AgentKey(tenant: "t", agentID: "bob")

    private mutating func tell(_ numbers: ClosedRange<UInt64>, of key: AgentKey, stream: String = "s") throws {
        for number in numbers {
            let fact = CallAnswered(callID: "c1", agentID: key.agentID, queueID: nil, answeredAt: second(0))
            var envelope = try Envelope(fact, stream: stream, tenant: key.tenant, time: second(0), trace: nil)
            envelope.number = number
            recent.hear(envelope)
            recent.keep(envelope, of: key)
        }
    }

    /// The numbers of the facts missed, 0 for a signal; nil if they are not known.
    private func missed(_ key: AgentKey, after number: UInt64, of stream: String = "s") -> [UInt64]? {
        recent.missed(by: key, after: EventPlace(stream: stream, number: number))?.map { kind in
            if case .fact(let envelope) = kind { envelope.number } else { 0 }
        }
    }

    @Test mutating func `an agent gets what came after his place, and nothing of others`() throws {
        try tell(5...6, of: amy)
        try tell(7...7, of: bob)
        try tell(8...8, of: amy)
        #expect(missed(amy, after: 5) == [6, 8])
        #expect(missed(amy, after: 4) == [5, 6, 8])
        #expect(missed(amy, after: 8) == [])
        #expect(missed(bob, after: 6) == [7])
    }

    @Test mutating func `what was before it began to listen is not known`() throws {
        try tell(5...6, of: amy)
        #expect(missed(amy, after: 3) == nil)
        #expect(missed(amy, after: 7) == nil)
        #expect(missed(amy, after: 5, of: "other") == nil)
        #expect(missed(amy, after: .max) == nil)
    }

    @Test mutating func `after a hole nothing before it is known`() throws {
        try tell(5...6, of: amy)
        try tell(8...8, of: amy)
        #expect(missed(amy, after: 6) == nil)
        #expect(missed(amy, after: 7) == [8])
    }

    @Test mutating func `only so many are kept, and what is forgotten is not known any more`() throws {
        try tell(1...9, of: amy)
        #expect(missed(amy, after: 3) == nil)
        #expect(missed(amy, after: 4) == [5, 6, 7, 8, 9])
        try tell(1...9, of: bob, stream: "s2")
        #expect(missed(amy, after: 9) == nil)
        #expect(missed(bob, after: 5, of: "s2") == [6, 7, 8, 9])
    }

    @Test mutating func `a customer shown after the place is shown again`() throws {
        recent.keep(ServerEvent(name: "early", data: ""), of: amy)
        try tell(5...5, of: amy)
        recent.keep(ServerEvent(name: "late", data: ""), of: amy)
        recent.keep(ServerEvent(name: "late", data: ""), of: bob)
        #expect(missed(amy, after: 5) == [0])
    }

    @Test(arguments: [
        "", "#", "s#", "s#-1", "s#99999999999999999999", "s", "\u{0}", String(repeating: "x", count: 300) + "#1",
    ])
    func `what is no place is none`(text: String) {
        #expect(EventPlace(text) == nil)
    }

    @Test func `a place is read as it was written`() {
        let place = EventPlace(stream: "cti/1@5f#3a", number: 42)
        #expect(EventPlace(place.text) == place)
    }
}
