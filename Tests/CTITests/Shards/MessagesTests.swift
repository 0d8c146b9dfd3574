import Bus
import Contracts
import Synchronization
import TestSupport
import Testing

@testable import CTI

/// In how many messages a decision is told: each costs every process that it passes more than what it says.
@Suite struct MessagesTests {
    var shard = ShardState(shard: .of("t"), books: ["t": .example])
    let amy = AgentKey(tenant: "t", agentID: "amy")

    init() {
        _ = shard.handle(.agent(amy, .signIn("201")), at: second(0))
        _ = shard.handle(.agent(amy, .makeReady), at: second(0))
    }

    private mutating func tell(_ input: ShardInput, _ time: Double) -> [ShardAction] {
        shard.handle(input, at: second(time))
    }

    private mutating func leg(_ fact: LegFact, _ time: Double) -> [ShardAction] {
        tell(.leg(fact, tenant: "t", on: media), time)
    }

    private mutating func talk() -> [ShardAction] {
        leg(.arrived(.example), 1) + leg(.answered("c1"), 2) + tell(.offer(.to("amy"), tenant: "t"), 3)
            + leg(.answered("c1-1"), 4)
    }

    @Test mutating func `a queued call is five requests to media-server, two to acd and one to crm`() {
        let actions = talk() + leg(.ended("c1", .remote), 9)
        let requests = actions.compactMap { action -> String? in
            switch action {
            case .command(_, let leg, _): "command \(leg)"
            case .originate(_, let leg, _, _, _, _): "originate \(leg)"
            case .enqueue, .dequeue, .offerEnded, .askQueue: "acd"
            case .findCustomer: "crm"
            default: nil
            }
        }
        #expect(
            requests == [
                "command c1", "acd", "crm", "command c1", "originate c1-1", "command c1", "acd", "command c1-1",
            ])
    }

    @Test mutating func `the recording and the bridge of a talk are one request, and what may fail stands last`() {
        let said = talk().commands.last
        #expect(said?.leg == "c1")
        #expect(said?.commands.count == 3)
        #expect(said?.commands.first == .record("c1-r1", of: "c1", customer: "c1", agent: "c1-1"))
        #expect(said?.commands.last == .bridge(with: "c1-1"))
    }

    @Test mutating func `commands to two legs, and two that may fail, stay two requests`() {
        _ = talk()
        let call =
            shard.calls["c1"] ?? .inbound("c1", tenant: "t", from: "", to: "", on: media, flow: nil, at: second(0))
        let apart: [ShardAction] = [
            .command(call, "c1", [.bridge(with: "x")]), .command(call, "c1", [.askToAnswer]),
            .command(call, "c1-1", [.stopRecording("r")]), .command(call, "c1", [.stopRecording("r")]),
        ]
        #expect(apart.inFewerMessages.commands.map(\.leg) == ["c1", "c1", "c1-1", "c1"])
    }

    @Test mutating func `nothing overtakes what another leg is told`() {
        _ = talk()
        guard let call = shard.calls["c1"] else { return #expect(Bool(false), "there is no call") }
        let record = LegCommand.record("r", of: "c1", customer: nil, agent: nil)
        let actions: [ShardAction] = [
            .command(call, "c1", [record]),
            .originate(call, "c1-2", .phone("202"), from: "", displayName: nil, ringSeconds: 1),
            .command(call, "c1", [.stopPlaying]),
        ]
        #expect(actions.inFewerMessages.commands.map(\.commands.count) == [1, 1])
    }

    @Test func `a lane is to be run when it is given something to do, and is idle when that is done`() async {
        let lane = Lane()
        let done = Mutex<[Int]>([])
        #expect(lane.isIdle)
        #expect(lane.add { done.withLock { $0.append(1) } })
        #expect(!lane.isIdle)
        #expect(!lane.add { done.withLock { $0.append(2) } }, "who runs it comes to that as well")
        await lane.run()
        #expect(done.withLock { $0 } == [1, 2])
        #expect(lane.isIdle)
        #expect(lane.add { done.withLock { $0.append(3) } })
        lane.finish()
        #expect(!lane.add { done.withLock { $0.append(4) } }, "nothing more comes")
        await lane.run()
        #expect(done.withLock { $0 } == [1, 2, 3])
    }

    @Test func `what waits in a lane that is cancelled is dropped`() async {
        let (lane, begun, latch) = (Lane(), Latch(), Latch())
        let done = Mutex<[Int]>([])
        _ = lane.add {
            begun.open()
            await latch.wait()
            done.withLock { $0.append(1) }
        }
        _ = lane.add { done.withLock { $0.append(2) } }
        let run = Task { await lane.run() }
        await begun.wait()
        run.cancel()
        latch.open()
        await run.value
        #expect(done.withLock { $0 } == [1])
        #expect(lane.isIdle)
    }
}
