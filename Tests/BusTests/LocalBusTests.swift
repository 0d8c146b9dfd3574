import Bus
import Contracts
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct LocalBusTests {
    let network = LocalBus.Network(log: quiet)

    @Test func `a signal reaches those who subscribed to the beginning of its topic, its sender too`() async throws {
        let cti = network.bus(.cti1)
        let acd = network.bus(.acd1)
        let other = acd.subscribe(["call."])
        let streams = [cti.subscribe(["thing."]), acd.subscribe(["thing.", "call."])]
        cti.signal(ThingTicked(name: "a"), tenant: acme)
        for stream in streams {
            var iterator = stream.makeAsyncIterator()
            let envelope = try #require(await iterator.next())
            #expect(try envelope.decode(ThingTicked.self) == ThingTicked(name: "a"))
            #expect(envelope.tenant == acme && !envelope.isFact)
        }
        network.remove(.acd1)
        #expect(await other.first { _ in true } == nil)
    }

    @Test func `a request is answered by the instance it names`() async throws {
        let cti = network.bus(.cti1)
        let acd = network.bus(.acd1)
        acd.serve(Echo.self) { request, context in
            Echo(text: "\(request.text) \(context.from) \(context.tenant?.rawValue ?? "")")
        }
        let reply = try await cti.request(Echo(text: "hi"), to: .instance(.acd1), tenant: acme)
        #expect(reply.text == "hi cti/1 acme")
    }

    @Test func `an instance may ask itself`() async throws {
        let cti = network.bus(.cti1)
        cti.serve(Echo.self) { request, _ in request }
        #expect(try await cti.request(Echo(text: "me"), to: .instance(.cti1)).text == "me")
    }

    @Test func `a failure goes to the asker as it is`() async throws {
        let cti = network.bus(.cti1)
        cti.serve(Echo.self) { _, _ in throw Failure(.conflict, "No.", code: "busy") }
        let thrown = await failure { _ = try await cti.request(Echo(text: ""), to: .any(.cti)) }
        #expect(thrown == Failure(.conflict, "No.", code: "busy"))
    }

    @Test func `a request that nobody serves is not found, an instance that is not there is unavailable`() async {
        let cti = network.bus(.cti1)
        #expect(await failure { _ = try await cti.request(Echo(text: ""), to: .instance(.cti1)) }?.kind == .notFound)
        #expect(await failure { _ = try await cti.request(Echo(text: ""), to: .instance(.acd1)) }?.kind == .unavailable)
    }

    @Test func `who does not answer before the deadline is given up`() async {
        let cti = network.bus(.cti1)
        cti.serve(Echo.self) { request, _ in
            try await Task.sleep(for: .seconds(60))
            return request
        }
        let thrown = await failure {
            _ = try await cti.request(Echo(text: ""), to: .instance(.cti1), deadline: .milliseconds(30))
        }
        #expect(thrown?.kind == .timeout)
    }

    @Test func `two requests with one key are carried out once`() async throws {
        let cti = network.bus(.cti1)
        let acd = network.bus(.acd1)
        let tally = Tally()
        acd.serve(Echo.self) { request, _ in
            await tally.add()
            return Echo(text: "\(await tally.count)")
        }
        for _ in 1...3 {
            let reply = try await cti.request(
                Echo(text: ""), to: .instance(.acd1), tenant: acme, deadline: .seconds(2), idempotencyKey: "k")
            #expect(reply.text == "1")
        }
        _ = try await cti.request(
            Echo(text: ""), to: .instance(.acd1), tenant: acme, deadline: .seconds(2), idempotencyKey: "other")
        #expect(await tally.count == 2)
    }

    @Test func `a request to a shard goes to its owner, and to the next owner when it has moved`() async throws {
        let acd = network.bus(.acd1)
        for instance in [InstanceID.cti1, .cti2] {
            network.bus(instance).serve(Echo.self) { _, context in
                #expect(context.shard == .of(acme))
                return Echo(text: "\(instance)")
            }
        }
        network.directory.setOwner(of: .of(acme), service: .cti, .cti2, epoch: 4)
        #expect(try await acd.request(Echo(text: ""), to: .shard(.cti, acme), tenant: acme).text == "cti/2")
        network.directory.setOwner(of: .of(acme), service: .cti, .cti1, epoch: 5)
        #expect(try await acd.request(Echo(text: ""), to: .shard(.cti, acme), tenant: acme).text == "cti/1")
    }

    @Test func `a request to a shard without its owner waits for the next owner`() async throws {
        let acd = network.bus(.acd1)
        network.directory.setOwner(of: .of(acme), service: .cti, .cti1, epoch: 4)
        async let reply = acd.request(Echo(text: ""), to: .shard(.cti, acme), tenant: acme, deadline: .seconds(20))
        network.bus(.cti2).serve(Echo.self) { _, _ in Echo(text: "cti/2") }
        network.directory.setOwner(of: .of(acme), service: .cti, .cti2, epoch: 5)
        #expect(try await reply.text == "cti/2")
    }

    @Test func `a sender whose shard has a newer owner is refused`() async throws {
        let acd = network.bus(.acd1)
        let old = network.bus(.cti1)
        let new = network.bus(.cti2)
        acd.serve(Echo.self) { request, context in Echo(text: "\(context.epoch ?? 0)") }
        let shard = Shard.of(acme)
        network.directory.setOwner(of: shard, service: .cti, .cti2, epoch: 5)
        #expect(try await new.request(Echo(text: ""), to: .instance(.acd1), tenant: acme).text == "5")
        // The old owner has been away and still believes.
        network.directory.setOwner(of: shard, service: .cti, .cti1, epoch: 4)
        let thrown = await failure { _ = try await old.request(Echo(text: ""), to: .instance(.acd1), tenant: acme) }
        #expect(thrown?.kind == .staleEpoch)
    }

    @Test func `what was begun for a shard is sent under its epoch, though the shard was given away`() async throws {
        let (acd, old, new) = (network.bus(.acd1), network.bus(.cti1), network.bus(.cti2))
        acd.serve(Echo.self) { request, context in Echo(text: "\(context.epoch ?? 0)") }
        network.directory.setOwner(of: .of(acme), service: .cti, .cti2, epoch: 5)
        let send = { try await old.request(Echo(text: ""), to: .instance(.acd1), tenant: acme).text }
        #expect(try await BusFence.$epoch.withValue(4, operation: send) == "4")
        #expect(try await new.request(Echo(text: ""), to: .instance(.acd1), tenant: acme).text == "5")
        let thrown = await failure { _ = try await BusFence.$epoch.withValue(4, operation: send) }
        #expect(thrown?.kind == .staleEpoch)
    }
}
