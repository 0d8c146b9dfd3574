import Contracts
import Fax
import Foundation
import SDP
import SIP
import TestSupport
import Testing

@testable import MediaServer

/// Faxes over SIP on loopback, through whole switches, at the speed of paper.
@Suite(.serialized, .timeLimit(.minutes(3))) struct FaxCallTests {
    private static let page = Sheets.rows(0, count: 200)

    /// One switch calls the other.
    private func withTwo(_ body: (TestSwitch, TestSwitch) async throws -> Void) async throws {
        try await withSwitch { first in
            try await withSwitch { second in
                first.book.change { $0.trunks = [.at(second.port)] }
                second.book.change { $0.trunks = [.at(first.port)] }
                try await body(first, second)
            }
        }
    }

    /// - Returns: the leg at the other switch, answered.
    private func call(_ leg: LegID, from: TestSwitch, to: TestSwitch) async throws -> LegID {
        to.book.change { $0.tenantOfNumber["13900139000"] = "demo" }
        try await from.originate(leg, to: .number("13900139000"))
        let arrived = try #require(await to.next(LegArrived.self)?.legID)
        try await to.command(arrived, .answer)
        _ = await from.next(LegAnswered.self)
        _ = await to.next(LegAnswered.self)
        return arrived
    }

    /// Lays out a document for the sender.
    private func layOut(_ id: FaxID, at test: TestSwitch) throws -> String {
        let file = test.directory.appending(path: "\(id).source.tif").path
        try Data(Sheets.tiff([Self.page])).write(to: URL(fileURLWithPath: file))
        var owned = OwnedFax(
            tenant: "demo", instance: TestSwitch.instance.description,
            fax: Fax(
                id: id, direction: .sent, state: .sending, number: "4001", line: "4001", pages: 0, attempts: 1,
                mostAttempts: 1, createdAt: Timestamp(microseconds: 0)),
            options: FaxOptions(), pauseSeconds: 1)
        try test.faxes.place.keep([UInt8](try Data(contentsOf: URL(fileURLWithPath: file))), of: &owned)
        test.faxes.notes.note(id, owned)
        return file
    }

    private func samePixels(_ sent: String, _ test: TestSwitch, _ received: FaxID) throws -> Bool {
        let first = try Sheets.pixels(of: sent)
        let second = try Sheets.pixels(of: test.faxes.place.spoolFile("\(received).tif"))
        return !first.isEmpty && first == second
    }

    @Test(arguments: [(FaxTransport.automatic, true), (.sound, false)])
    func `a fax goes from leg to leg, by T.38 or, where that is refused, in sound`(
        transport: FaxTransport, usesT38: Bool
    ) async throws {
        try await withTwo { sender, receiver in
            let source = try layOut("f1", at: sender)
            let there = try await call("out", from: sender, to: receiver)
            try await receiver.command(there, .receiveFax("in", of: "call", FaxOptions()))
            try await sender.command("out", .sendFax("f1", FaxOptions(station: "+86 10 1", transport: transport)))
            let received = try #require(await receiver.next(LegFaxEnded.self))
            let sent = try #require(await sender.next(LegFaxEnded.self))
            #expect(sent.outcome == .complete, "\(sent.reason)")
            #expect(received.outcome == .complete, "\(received.reason)")
            #expect(sent.usedT38 == usesT38)
            #expect(received.usedT38 == usesT38)
            #expect(received.pages == 1)
            #expect(received.remoteStation?.contains("10 1") == true)
            #expect(try samePixels(source, receiver, "in"))
            try await sender.command("out", .hangUp(.local))
            #expect(await receiver.next(LegEnded.self)?.legID == there)
        }
    }

    @Test func `a fax by T.38 passes through a bridge`() async throws {
        try await withSwitch { bridge in
            try await withTwo { sender, receiver in
                sender.book.change { $0.trunks = [.at(bridge.port)] }
                receiver.book.change { $0.trunks = [.at(bridge.port)] }
                bridge.book.change { $0.trunks = [.at(receiver.port, id: "b"), .at(sender.port, id: "a")] }
                let source = try layOut("f1", at: sender)
                let inner = try await call("out", from: sender, to: bridge)
                bridge.book.change { $0.trunks = [.at(receiver.port, id: "b")] }
                let there = try await call("on", from: bridge, to: receiver)
                try await bridge.command(inner, .bridge(with: "on"))
                try await receiver.command(there, .receiveFax("in", of: nil, FaxOptions()))
                try await sender.command("out", .sendFax("f1", FaxOptions()))
                let received = try #require(await receiver.next(LegFaxEnded.self))
                let sent = try #require(await sender.next(LegFaxEnded.self))
                #expect(sent.outcome == .complete, "\(sent.reason)")
                #expect(sent.usedT38 && received.usedT38)
                #expect(try samePixels(source, receiver, "in"))
            }
        }
    }

    @Test func `a worker that is killed loses its fax and nothing else`() async throws {
        try await withTwo { sender, receiver in
            let there = try await call("out", from: sender, to: receiver)
            try await receiver.command(there, .receiveFax("in", of: nil, FaxOptions()))
            await #expect(throws: Failure.self) { try await receiver.command(there, .sendDigits("1")) }
            var pid: pid_t?
            while pid == nil {
                pid = try await receiver.board.look { $0.faxes["in"]?.process?.pid }
                await Task.yield()
            }
            kill(try #require(pid), SIGKILL)
            let ended = try #require(await receiver.next(LegFaxEnded.self))
            #expect(ended.outcome == .failed)
            #expect(ended.reason.contains("signal 9"))
            try await receiver.command(there, .sendDigits("1"))
            try await receiver.command(there, .hangUp(.local))
            #expect(await receiver.next(LegEnded.self)?.legID == there)
        }
    }

    @Test func `a caller who wants T.38 of nobody is refused, and his call goes on`() async throws {
        try await withSwitch { test in
            let caller = try await test.answeredCaller(try TestPhone())
            var session = AudioSession(address: "127.0.0.1", port: 9, sessionID: 1)
            caller.call.offer(.sdp(session.offerImage().description))
            let status = await caller.events.first {
                if case .offerRefused(let response) = $0 { response.status.code } else { nil }
            }
            #expect(status == 488)
            try await test.command(caller.leg, .hangUp(.local))
        }
    }
}
