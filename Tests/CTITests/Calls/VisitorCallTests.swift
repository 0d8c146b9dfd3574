import Contracts
import Foundation
import TestSupport
import Testing

@testable import CTI

/// A visitor of a web site calls: what its page said goes with the call.
@Suite struct VisitorCallTests {
    private var shard = ShardState(shard: .of("t"), books: ["t": .example])
    private let came = ["medium": "web", "visitorName": "王小明", "order": "7"]

    private func arrival(_ attributes: [String: String]?) -> LegArrived {
        LegArrived(legID: "c1", from: "anonymous", to: "400", trunkID: nil, attributes: attributes)
    }

    @discardableResult
    private mutating func leg(_ fact: LegFact, _ seconds: Double) -> [ShardAction] {
        shard.handle(.leg(fact, tenant: "t", on: media), at: second(seconds))
    }

    @Test mutating func `flow, line and record know what came with the call`() {
        leg(.arrived(arrival(came)), 1)
        #expect(shard.calls["c1"]?.attributes == came)
        #expect(shard.calls["c1"]?.run?.value(of: "order") == "7")
        #expect(shard.calls["c1"]?.run?.value(of: "caller") == "anonymous")
        let waiting = leg(.answered("c1"), 2).compactMap { if case .enqueue(let call) = $0 { call } else { nil } }
        #expect(waiting.first?.attributes?["visitorName"] == "王小明")
        let ended = leg(.ended("c1", .remote), 3).ended
        #expect(ended.first?.attributes["medium"] == "web")
        #expect(ended.first?.direction == .inbound)
    }

    @Test mutating func `more than a call may carry is left out`() {
        let many = Dictionary(uniqueKeysWithValues: (0..<500).map { ("name\($0)", String(repeating: "x", count: 999)) })
        leg(.arrived(arrival(many)), 1)
        let kept = shard.calls["c1"]?.attributes ?? [:]
        #expect(kept.count == FlowRun.mostAttributes)
        #expect(kept.values.allSatisfy { $0.count == FlowRun.longestValue })
    }

    @Test mutating func `a new owner who finds the leg knows it too`() throws {
        let snapshot = LegSnapshot(
            legID: "c1", tenant: "t", state: .arrived, from: "anonymous", to: "400", trunkID: nil, phoneID: nil,
            bridgedWith: nil, context: Data(), arrivedAt: second(1), answeredAt: nil, attributes: came)
        let read = try JSONDecoder().decode(LegSnapshot.self, from: try JSONEncoder().encode(snapshot))
        _ = shard.adopt(read, on: media, at: second(2))
        #expect(shard.calls["c1"]?.attributes == came)
    }

    @Test func `what a media-server tells that knows of no such thing is read`() throws {
        let old = Data(#"{"legID":"c1","from":"1","to":"400"}"#.utf8)
        #expect(try JSONDecoder().decode(LegArrived.self, from: old).attributes == nil)
    }
}
