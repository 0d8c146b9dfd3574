import Hummingbird
import HummingbirdTesting
import ServiceKit
import TestSupport
import Testing

@Suite struct EventFeedTests {
    let feed = EventFeed(capacity: 3, incarnation: "f")

    @Test func `a listener hears what is sent after it came`() async {
        feed.send("ring", data: "1")
        let events = feed.events(after: nil)
        feed.send("ring", data: "2")
        feed.finish()
        #expect(await collect(events) == ["ring 2"])
    }

    @Test func `who comes back is told what he missed`() async {
        for number in 1...4 { feed.send("ring", data: "\(number)") }
        let events = feed.events(after: "f-2")
        feed.finish()
        #expect(await collect(events) == ["ring 3", "ring 4"])
    }

    @Test(arguments: ["f-0", "g-3", "f-9", "nonsense", "f-x"])
    func `who missed more than is kept is told to read anew`(id: String) async {
        for number in 1...4 { feed.send("ring", data: "\(number)") }
        let events = feed.events(after: id)
        feed.send("ring", data: "5")
        feed.finish()
        #expect(await collect(events) == ["reset {}", "ring 5"])
    }

    @Test func `a listener who does not listen is cut off, and nobody else`() async {
        let slow = feed.events(after: nil)
        for number in 1...20 { feed.send("ring", data: "\(number)") }
        #expect(feed.listenerCount == 0)
        #expect(await collect(slow).count <= 7)
        let next = feed.events(after: nil)
        feed.send("ring", data: "21")
        feed.finish()
        #expect(await collect(next) == ["ring 21"])
    }

    @Test func `a listener who goes is forgotten`() async {
        do {
            let events = feed.events(after: nil)
            #expect(feed.listenerCount == 1)
            _ = events
        }
        #expect(feed.listenerCount == 0)
    }

    @Test func `events go over the wire as the browser reads them`() async throws {
        let feed = feed
        feed.send("ring", data: "1")
        let route = APIRoute.events("/v1/events", "Rings", .open) { call in
            let events = feed.events(after: call.lastEventID)
            feed.send("note", data: "a\nevent: forged\r\nb")
            feed.finish()
            return events
        }
        try await Shop([route]).run { client async throws in
            let response = try await client.execute(uri: "/v1/events?after=f-0", method: .get)
            #expect(response.headers[.contentType] == "text/event-stream")
            let expected = """
                : welcome

                id: f-1
                event: ring
                data: 1

                id: f-2
                event: note
                data: a
                data: event: forged
                data: b


                """
            #expect(response.text == expected)
        }
    }

    private func collect(_ events: AsyncStream<ServerEvent>) async -> [String] {
        var found: [String] = []
        for await event in events { found.append("\(event.name) \(event.data)") }
        return found
    }
}
