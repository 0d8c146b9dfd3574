import Contracts
import Foundation
import TestSupport
import Testing

@testable import Bus

@Suite(.timeLimit(.minutes(1))) struct ZeroMQBusTests {
    @Test func `an event reaches the other instance over tcp with keys`() async throws {
        let rig = try ZeroMQRig()
        let cti = try rig.bus(.cti1)
        let acd = try rig.bus(.acd1)
        let stream = acd.subscribe(["thing."])
        try await running([cti, acd]) {
            let hearing = Task { await stream.first { _ in true } }
            let heard = await eventually {
                cti.signal(ThingTicked(name: "a"), tenant: acme)
                return acd.statistics.received > 2
            }
            #expect(heard)
            let envelope = try #require(await hearing.value)
            let ticked = try envelope.decode(ThingTicked.self)
            #expect(ticked == ThingTicked(name: "a"))
            #expect(envelope.tenant == acme)
        }
    }

    @Test func `a request is answered, with a value or a failure`() async throws {
        let rig = try ZeroMQRig()
        let cti = try rig.bus(.cti1)
        let acd = try rig.bus(.acd1)
        acd.serve(Echo.self) { request, context in
            if request.text == "no" { throw Failure(.conflict, "No.", code: "busy") }
            return Echo(text: "\(request.text) \(context.from)")
        }
        try await running([cti, acd]) {
            let reply = try await cti.request(Echo(text: "hi"), to: .instance(.acd1), deadline: .seconds(10))
            #expect(reply.text == "hi cti/1")
            let thrown = await failure { _ = try await cti.request(Echo(text: "no"), to: .any(.acd)) }
            #expect(thrown == Failure(.conflict, "No.", code: "busy"))
            // And itself, without a socket.
            let own = try await acd.request(Echo(text: "me"), to: .shard(.acd, acme), tenant: acme)
            #expect(own.text == "me acd/1")
        }
    }

    @Test func `many requests at once each get their own answer`() async throws {
        let rig = try ZeroMQRig()
        let cti = try rig.bus(.cti1)
        let acd = try rig.bus(.acd1)
        acd.serve(Echo.self) { request, _ in request }
        try await running([cti, acd]) {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<2000 {
                    group.addTask {
                        try await cti.request(Echo(text: "\(number)"), to: .instance(.acd1), deadline: .seconds(20))
                            .text
                            == "\(number)"
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func `two requests with one key are carried out once`() async throws {
        let rig = try ZeroMQRig()
        let cti = try rig.bus(.cti1)
        let acd = try rig.bus(.acd1)
        let tally = Tally()
        acd.serve(Echo.self) { request, _ in
            await tally.add()
            return request
        }
        try await running([cti, acd]) {
            for _ in 1...3 {
                _ = try await cti.request(
                    Echo(text: ""), to: .instance(.acd1), tenant: acme, deadline: .seconds(10), idempotencyKey: "k")
            }
        }
        #expect(await tally.count == 1)
    }

    @Test func `a stranger's key is refused`() async throws {
        let rig = try ZeroMQRig()
        let acd = try rig.bus(.acd1)
        acd.serve(Echo.self) { request, _ in request }
        let stranger = try rig.bus(.reporting1, keys: try rig.strangersKeys("reporting"))
        try await running([acd, stranger]) {
            let thrown = await failure {
                _ = try await stranger.request(Echo(text: "hi"), to: .instance(.acd1), deadline: .milliseconds(500))
            }
            #expect(thrown?.kind == .unavailable)
            #expect(await eventually { acd.statistics.strangers > 0 })
            #expect(stranger.statistics.received == 0)
        }
    }

    @Test func `nobody speaks under another service's name`() async throws {
        let rig = try ZeroMQRig()
        let acd = try rig.bus(.acd1)
        acd.serve(Echo.self) { request, _ in request }
        // Says that it is cti/1, with the key of reporting.
        let disguise = KeyDirectory(path: rig.path + "/disguise")
        try FileManager.default.copyItem(atPath: rig.keys.path, toPath: disguise.path)
        for kind in ["key", "pub"] {
            try FileManager.default.removeItem(atPath: "\(disguise.path)/cti.\(kind)")
            try FileManager.default.copyItem(
                atPath: "\(disguise.path)/reporting.\(kind)", toPath: "\(disguise.path)/cti.\(kind)")
        }
        let liar = try rig.bus(.cti1, keys: disguise)
        try await running([acd, liar]) {
            let thrown = await failure {
                _ = try await liar.request(Echo(text: "hi"), to: .instance(.acd1), deadline: .seconds(10))
            }
            #expect(thrown?.kind == .forbidden)
        }
    }

    @Test func `on one host ipc needs no keys`() async throws {
        let rig = try ZeroMQRig()
        let cti = try rig.bus(.cti1, address: "ipc://\(rig.path)/cti")
        let acd = try rig.bus(.acd1, address: "ipc://\(rig.path)/acd")
        acd.serve(Echo.self) { request, _ in request }
        try await running([cti, acd]) {
            let reply = try await cti.request(Echo(text: "hi"), to: .instance(.acd1), deadline: .seconds(10))
            #expect(reply.text == "hi")
        }
    }

    @Test func `who does not answer before the deadline is given up`() async throws {
        let rig = try ZeroMQRig()
        let cti = try rig.bus(.cti1)
        let acd = try rig.bus(.acd1)
        acd.serve(Echo.self) { request, _ in
            if request.text == "late" { try await Task.sleep(for: .seconds(60)) }
            return request
        }
        try await running([cti, acd]) {
            _ = try await cti.request(Echo(text: "first"), to: .instance(.acd1), deadline: .seconds(10))
            let thrown = await failure {
                _ = try await cti.request(Echo(text: "late"), to: .instance(.acd1), deadline: .milliseconds(50))
            }
            #expect(thrown?.kind == .timeout)
        }
    }

    @Test func `a request to a shard follows it from a dead owner to the next`() async throws {
        let rig = try ZeroMQRig()
        let acd = try rig.bus(.acd1)
        let second = try rig.bus(.cti2)
        second.serve(Echo.self) { _, _ in Echo(text: "cti/2") }
        // The first owner is in the directory, but its process is gone.
        rig.directory.set(.cti1, InstanceEndpoints(publish: "tcp://127.0.0.1:9", requests: "tcp://127.0.0.1:9"))
        rig.directory.setOwner(of: .of(acme), service: .cti, .cti1, epoch: 1)
        try await running([acd, second]) {
            async let reply = acd.request(Echo(text: ""), to: .shard(.cti, acme), tenant: acme, deadline: .seconds(20))
            _ = await eventually { acd.statistics.requestsSent > 0 }
            rig.directory.setOwner(of: .of(acme), service: .cti, .cti2, epoch: 2)
            let text = try await reply.text
            #expect(text == "cti/2")
        }
    }

    @Test func `when an instance comes back at the same address, events and requests flow again`() async throws {
        let rig = try ZeroMQRig()
        let acd = try rig.bus(.acd1)
        let first = try rig.bus(.cti1)
        let endpoints = first.endpoints
        try await running([acd]) {
            try await running([first]) {
                #expect(await eventually { acd.statistics.received > 0 })
            }
            // Its sockets are closed when it has stopped, so the address is free.
            let again = try ZeroMQBus(
                instance: .cti1,
                configuration: BusConfiguration(
                    publish: endpoints.publish, requests: endpoints.requests, keys: rig.keys),
                directory: rig.directory, log: quiet)
            again.serve(Echo.self) { request, _ in request }
            try await running([again]) {
                let before = acd.statistics.received
                let reply = try await acd.request(Echo(text: "hi"), to: .instance(.cti1), deadline: .seconds(20))
                #expect(reply.text == "hi")
                #expect(await eventually { acd.statistics.received > before })
            }
        }
    }

    @Test func `requests beyond what can be in hand are refused at once`() async throws {
        let shared = try BusShared(instance: .cti1, directory: StaticDirectory(), log: quiet, time: Timestamp.now)
        let header = RequestHeader(id: 1, name: Echo.name, from: .acd1, milliseconds: 60_000)
        let request = IncomingRequest(
            header: header, body: Data(), connection: Data([1]), deadline: .now + .seconds(60))
        var taken = shared.incoming.makeAsyncIterator()
        for _ in 0..<BusShared.incomingCapacity {
            shared.accept(request)
            _ = await taken.next()
        }
        #expect(shared.link.take().isEmpty)
        shared.accept(request)
        #expect(shared.link.take().count == 1, "the refusal")
        shared.finished()
        shared.accept(request)
        #expect(shared.link.take().isEmpty)
    }

    @Test func `a header says what the envelope says, whatever characters it holds`() throws {
        for text in ["", "plain", "\"quoted\\", "line\nbreak\u{0}\u{1f}", "客户 👩‍👩‍👧", "\u{2028}/"] {
            let envelope = Envelope(
                type: "thing.happened", version: 2, stream: "cti/1@a", number: 7, tenant: TenantID(rawValue: text),
                subject: text, time: Timestamp(microseconds: -5), trace: text, body: Data("{}".utf8))
            let frames = try #require(EventFrames(envelope)).frames
            #expect(EventFrames.read(frames, from: .cti) == envelope)
            #expect(EventFrames.read(frames, from: .acd) == nil)
        }
    }

    @Test func `without keys nothing listens at tcp, and the reason is a sentence`() throws {
        let thrown = #expect(throws: BusError.self) {
            try ZeroMQBus(
                instance: .cti1,
                configuration: BusConfiguration(publish: "tcp://127.0.0.1:*", requests: "tcp://127.0.0.1:*"),
                directory: StaticDirectory(), log: quiet)
        }
        #expect(
            thrown?.description
                == "The bus listens at tcp://127.0.0.1:*, which needs a directory of keys; ipc:// does not.")
    }

    @Test func `a key that others may read is not used`() throws {
        let rig = try ZeroMQRig()
        chmod("\(rig.keys.path)/cti.key", 0o644)
        #expect(throws: BusError.self) { try rig.bus(.cti1) }
    }

    @Test func `keys are made once, for their owner's eyes only`() throws {
        let rig = try ZeroMQRig(["crm"])
        let before = try rig.keys.pair(for: InstanceID(.crm, 1))
        try rig.keys.create(["crm", "crm-1"])
        #expect(try rig.keys.pair(for: InstanceID(.crm, 2)).publicKey == before.publicKey)
        #expect(try rig.keys.pair(for: InstanceID(.crm, 1)).publicKey != before.publicKey)
        var status = stat()
        #expect(stat("\(rig.keys.path)/crm.key", &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
}
