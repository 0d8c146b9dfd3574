import Foundation
import Testing

/// The matrix of docs/interop.md: foreign telephones by every transport, each for calls in and out, keys, hold, transfer and
/// the refreshing of the session.
@Suite(.serialized) struct InteropTests {
    @Test(.timeLimit(.minutes(5)), arguments: InteropRoad.all)
    func `a call comes in, its keys are understood, it holds, refreshes its session and is transferred`(
        road: InteropRoad
    ) async throws {
        let scene = try await InteropScene.shared()
        let agent = scene.agents[0]
        try await agent.insist("POST", "/cti/v1/agents/me/ready", within: 30)
        let peer = try InteropPeer.start(road, as: nil, number: "+8613900009901", scene)
        try await peer.says("ready")
        peer.program.tell("call \(scene.crowd.number)")
        try await peer.says("answered")
        peer.program.tell("keys \(InteropScene.keys)")
        let call = try await scene.talking(agent)
        try await peer.holdsAndRefreshes(asCaller: true)
        try await agent.ask("POST", "/cti/v1/calls/\(call)/transfer", ["number": InteropScene.outside])
        try await scene.sees(call, "outside")
        try await peer.does("hang-up", says: "ended")
        _ = try await eventually("the call's end", within: 20) { () -> Bool? in
            (try? await scene.crowd.admin.ask("GET", "/cti/v1/calls/\(call)")) == nil ? true : nil
        }
        await peer.program.stop()
        try await agent.insist("POST", "/cti/v1/agents/me/pause", ["reason": "rest"])
    }

    @Test(.timeLimit(.minutes(5)), arguments: InteropRoad.all)
    func `a telephone is called, holds, refreshes its session and transfers by its own key`(road: InteropRoad)
        async throws
    {
        let scene = try await InteropScene.shared()
        let agent = scene.agents[1]
        let peer = try InteropPeer.start(road, as: "1002", number: "1002", scene)
        try await peer.says("registered 200")
        try await agent.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": "1002"], within: 20)
        try await agent.insist("POST", "/cti/v1/agents/me/ready", within: 20)
        let customer = try scene.customer(road.name)
        try await peer.says("answered")
        let call = try await scene.talking(agent)
        try await peer.holdsAndRefreshes(asCaller: false)
        try await peer.does("transfer \(InteropScene.outside)", says: "got 202 REFER")
        try await scene.sees(call, "outside")
        try await peer.says("ended")
        customer.interrupt()
        _ = await customer.status()
        await peer.program.stop()
        try await agent.insist("POST", "/cti/v1/agents/me/sign-out", within: 20)
    }

    @Test(.timeLimit(.minutes(5)), arguments: InteropRoad.all.filter { $0.peer == .pjsua && !$0.isBehindKamailio })
    func `a telephone asks somebody on its second line, and hands its customer over to him`(road: InteropRoad)
        async throws
    {
        let scene = try await InteropScene.shared()
        let agent = scene.agents[1]
        let peer = try InteropPeer.start(road, as: "1002", number: "1002", scene)
        try await peer.says("registered 200")
        try await agent.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": "1002"], within: 20)
        try await agent.insist("POST", "/cti/v1/agents/me/ready", within: 20)
        let customer = try scene.customer("ask-\(road.name)")
        try await peer.says("answered")
        let call = try await scene.talking(agent)
        try await peer.does("ask \(InteropScene.outside)", says: "answered")
        try await scene.sees(call, "held")
        _ = try await eventually("whom he asks having answered", within: 25) { () -> Bool? in
            let parties = try await scene.crowd.admin.ask("GET", "/cti/v1/calls/\(call)")["parties"] as? [[String: Any]]
            return parties?.first?["isUp"] as? Bool == true ? true : nil
        }
        try await peer.does("transfer-asked", says: "got 202 REFER")
        try await scene.sees(call, "outside")
        _ = try await eventually("both lines being free", within: 20) { peer.count("ended") == 2 ? true : nil }
        #expect(peer.count("transfer 200") == 1, "\(peer.program.words)")
        customer.interrupt()
        _ = await customer.status()
        await peer.program.stop()
        try await agent.insist("POST", "/cti/v1/agents/me/sign-out", within: 20)
    }

    @Test(.timeLimit(.minutes(5)), arguments: ["udp", "tcp"])
    func `sipp calls, presses keys by INFO, holds, refreshes its session and is transferred`(transport: String)
        async throws
    {
        let scene = try await InteropScene.shared()
        let suite = scene.crowd.suite
        let agent = scene.agents[0]
        try await agent.insist("POST", "/cti/v1/agents/me/ready", within: 30)
        let scenario = SippScenario.customer(
            number: scene.crowd.number, from: "+8613900009902", keys: InteropScene.keys)
        let place = try suite.scratch("interop-sipp-\(transport)")
        let sipp = try Sipp.start(
            scenario.text, "customer", transport: transport, calls: scene.crowd.number, suite, place)
        let call = try await scene.talking(agent)
        try await agent.ask("POST", "/cti/v1/calls/\(call)/transfer", ["number": InteropScene.hangsUp])
        let status = await sipp.status()
        #expect(status == 0, "\(Sipp.errors(place))")
        try await agent.insist("POST", "/cti/v1/agents/me/pause", ["reason": "rest"])
    }

    @Test(.timeLimit(.minutes(5))) func `sipp is called as a telephone, holds, refreshes and transfers`() async throws {
        let scene = try await InteropScene.shared()
        let suite = scene.crowd.suite
        let agent = scene.agents[1]
        let place = try suite.scratch("interop-sipp-telephone")
        let port = 6_130 + suite.places.sipPort - 5_060
        let registration = try Sipp.start(
            SippScenario.registration("1002", tenant: scene.crowd.tenant, password: suite.password), "registration",
            port: port, suite, place)
        let registered = await registration.status()
        try #require(registered == 0, "\(registration.words.suffix(1500))")
        let scenario = SippScenario.telephone(transferringTo: InteropScene.outside)
        let sipp = try Sipp.start(scenario.text, "telephone", port: port, suite, place)
        try await agent.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": "1002"], within: 20)
        try await agent.insist("POST", "/cti/v1/agents/me/ready", within: 20)
        let customer = try scene.customer("sipp")
        let call = try await scene.talking(agent)
        try await scene.sees(call, "outside")
        let status = await sipp.status()
        #expect(status == 0, "\(Sipp.errors(place))")
        customer.interrupt()
        _ = await customer.status()
        try await agent.insist("POST", "/cti/v1/agents/me/sign-out", within: 20)
    }

    @Test(.timeLimit(.minutes(5)), arguments: InteropRoad.dialling)
    func `a telephone dials, and the agent who is signed in at it talks`(road: InteropRoad) async throws {
        let scene = try await InteropScene.shared()
        let agent = scene.agents[1]
        let peer = try InteropPeer.start(road, as: "1002", number: "1002", scene)
        try await peer.says("registered 200")
        try await agent.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": "1002"], within: 20)
        peer.program.tell("call \(InteropScene.outside)")
        try await peer.says("answered")
        let call = try await scene.talking(agent)
        let view = try await scene.crowd.admin.ask("GET", "/cti/v1/calls/\(call)")
        #expect(view["direction"] as? String == "outbound")
        #expect(view["customerNumber"] as? String == InteropScene.outside)
        try await peer.does("hang-up", says: "ended")
        await peer.program.stop()
        try await agent.insist("POST", "/cti/v1/agents/me/sign-out", within: 20)
    }
}
