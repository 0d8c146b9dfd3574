import Contracts
import Database
import Foundation
import SIP
import ServiceKit
import TestSupport
import Testing

@testable import MediaServer

/// Faxes by HTTP, in PostgreSQL, and over the line.
@Suite(.serialized, .timeLimit(.minutes(3))) struct FaxOfficeTests {
    private typealias Visitor = RecordingRouteTests.Visitor

    private func withOffice(
        permissions: Set<String> = ["fax.send", "fax.view", "fax.manage"],
        _ body: (TestSwitch, Visitor, Database) async throws -> Void
    ) async throws {
        try await withDatabase("media", MediaServer.schema) { database in
            try await withSwitch(database) { test in
                let signer = try await TokenSigner(keyID: "test")
                let identity = Identity(tenant: "demo", user: "amy", roles: ["agent"], permissions: permissions)
                let token = try await signer.sign(identity, id: "1", at: Date(), validFor: .seconds(300))
                let plan = try MediaServerConfiguration(Settings([:])).numberPlan
                let server = APIServer(
                    service: "media-server", routes: FaxRoutes(office: test.faxes, normal: plan.normal).routes,
                    tokens: TokenVerifier(signer))
                try await open(test.faxes) {
                    try await withServer(server) { port in
                        try await body(test, Visitor(port: port, token: token), database)
                    }
                }
            }
        }
    }

    /// An office at work for as long as the body lasts.
    private func open(_ office: FaxOffice, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await office.run() }
            try await body()
            group.cancelAll()
        }
        await office.notes.write()
    }

    private func document() throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "fax-\(UUID().uuidString).tif").path
        try Data(Sheets.tiff([Sheets.rows(2, count: 150)])).write(to: URL(fileURLWithPath: file))
        return file
    }

    private func fax(_ answer: (status: Int, head: String, body: [UInt8])) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
    }

    @Test func `a fax sent by HTTP arrives at another switch, and both keep its document`() async throws {
        try await withDatabase("media", MediaServer.schema) { there in
            try await withSwitch(there) { receiver in
                try await open(receiver.faxes) {
                    try await withOffice { sender, visitor, _ in
                        sender.book.change { $0.trunks = [.at(receiver.port)] }
                        receiver.book.change {
                            $0.trunks = [.at(sender.port)]
                            $0.tenantOfNumber["13900139000"] = "demo"
                        }
                        let source = try document()
                        defer { unlink(source) }
                        let answer = try visitor.curl(
                            "/v1/faxes?to=13900139000&from=4001&header=Carillon", "--data-binary", "@\(source)", "-H",
                            "Content-Type: image/tiff", "-H", "Idempotency-Key: k")
                        #expect(answer.status == 202, "\(String(decoding: answer.body, as: UTF8.self))")
                        let id = try #require(try fax(answer)["id"] as? String)
                        let leg = try #require(await receiver.next(LegArrived.self)?.legID)
                        try await receiver.command(leg, .answer)
                        _ = await receiver.next(LegAnswered.self)
                        try await receiver.command(leg, .receiveFax("in", of: "call", FaxOptions()))
                        let sent = try #require(await sender.next(FaxEnded.self))
                        #expect(sent.outcome == .complete, "\(sent.reason)")
                        #expect(sent.attempts == 1)
                        let received = try #require(await receiver.next(FaxEnded.self))
                        #expect(received.outcome == .complete, "\(received.reason)")
                        #expect(received.callID == "call")
                        await receiver.faxes.notes.write()
                        await sender.faxes.notes.write()
                        let row = try await receiver.faxes.store.find("in", tenant: "demo")
                        #expect(row.fax.state == .received)
                        #expect(row.fax.pages == 1)
                        #expect(try !receiver.faxes.place.document(of: row).isEmpty)
                        let shown = try fax(visitor.curl("/v1/faxes/\(id)"))
                        #expect(shown["state"] as? String == "sent")
                        let pdf = try visitor.curl("/v1/faxes/\(id)/document")
                        #expect(pdf.status == 200)
                        #expect(pdf.body.starts(with: Array("%PDF".utf8)))
                        let again = try visitor.curl(
                            "/v1/faxes?to=13900139000&from=4001&header=Carillon", "--data-binary", "@\(source)", "-H",
                            "Content-Type: image/tiff", "-H", "Idempotency-Key: k")
                        #expect(try fax(again)["id"] as? String == id)
                        let other = try visitor.curl(
                            "/v1/faxes?to=4002", "--data-binary", "@\(source)", "-H", "Idempotency-Key: k")
                        #expect(other.status == 422)
                        let tiff = try visitor.curl("/v1/faxes/\(id)/document?format=tiff")
                        #expect(tiff.body == [UInt8](try Data(contentsOf: URL(fileURLWithPath: source))))
                        #expect(try visitor.curl("/v1/faxes/\(id)", "-X", "DELETE").status == 204)
                        #expect(try visitor.curl("/v1/faxes/\(id)/document").status == 404)
                    }
                }
            }
        }
    }

    @Test func `a busy number is tried as often as was asked, and then told of`() async throws {
        try await withOffice { test, visitor, _ in
            let source = try document()
            defer { unlink(source) }
            let answer = try visitor.curl(
                "/v1/faxes", "-F", "document=@\(source)", "-F", "to=13900139000", "-F", "from=4001", "-F", "attempts=2",
                "-F", "pause=1")
            #expect(answer.status == 202, "\(String(decoding: answer.body, as: UTF8.self))")
            for _ in 0..<2 {
                let (call, _) = try #require(await test.world.nextCall())
                call.call.reject(486)
            }
            let ended = try #require(await test.next(FaxEnded.self))
            #expect(ended.outcome == .busy)
            #expect(ended.attempts == 2)
            await test.faxes.notes.write()
            let list = try #require(
                try JSONSerialization.jsonObject(
                    with: Data(visitor.curl("/v1/faxes?state=failed&direction=sent&number=13900139000").body))
                    as? [String: Any])
            #expect((list["items"] as? [Any])?.count == 1)
            for (number, count) in [("1390013*", 1), ("1391*", 0), ("1390013900", 0)] {
                let page = try await test.faxes.store.search(FaxFilter(number: number), PageRequest(), tenant: "demo")
                #expect(page.items.count == count, "\(number)")
            }
        }
    }

    @Test func `what cannot be sent is refused at once`() async throws {
        try await withOffice { _, visitor, _ in
            let source = try document()
            defer { unlink(source) }
            #expect(try visitor.curl("/v1/faxes", "--data-binary", "@\(source)").status == 400)
            #expect(try visitor.curl("/v1/faxes?to=1;2", "--data-binary", "@\(source)").status == 400)
            #expect(try visitor.curl("/v1/faxes?to=4001", "--data-binary", "GIF89a").status == 400)
            #expect(try visitor.curl("/v1/faxes?to=4001&attempts=99", "--data-binary", "@\(source)").status == 400)
            #expect(try visitor.curl("/v1/faxes?to=4001&transport=x", "--data-binary", "@\(source)").status == 400)
            #expect(try visitor.curl("/v1/faxes/none").status == 404)
        }
    }

    @Test func `who may not is refused, and nobody sees another tenant's`() async throws {
        try await withOffice(permissions: ["fax.view"]) { test, visitor, _ in
            let source = try document()
            defer { unlink(source) }
            #expect(try visitor.curl("/v1/faxes?to=4001", "--data-binary", "@\(source)").status == 403)
            let theirs = OwnedFax(
                tenant: "other", instance: "media-server/1",
                fax: Fax(
                    id: "theirs", direction: .received, state: .received, number: "1", line: "2", pages: 1,
                    attempts: 1, mostAttempts: 1, createdAt: .now()),
                options: FaxOptions(), pauseSeconds: 1)
            try await test.faxes.store.put([theirs])
            #expect(try visitor.curl("/v1/faxes/theirs").status == 404)
            let found = try await test.faxes.store.find("theirs", tenant: "other")
            #expect(found.fax == theirs.fax)
            let unsent = try await test.faxes.store.unsent(of: TestSwitch.instance)
            #expect(unsent.isEmpty)
        }
    }
}
