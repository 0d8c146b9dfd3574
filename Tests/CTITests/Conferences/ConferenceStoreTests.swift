import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import CTI

/// Conferences in PostgreSQL, by HTTP, and in the books.
@Suite struct ConferenceStoreTests {
    @Test func `a conference is kept, changed, listed by pages, read into the book, and removed`() async throws {
        try await withDatabase("cti", CTI.schema) { database in
            let store = FlowStore(database: database)
            let board = ConferenceSettings(name: "Board", pin: "1234", moderatorPIN: "9999", mostMembers: 5)
            try await store.keepConference("100", ConferenceSettings(name: "Old"), tenant: "t")
            try await store.keepConference("100", board, tenant: "t")
            try await store.keepConference("200", ConferenceSettings(name: "Open"), tenant: "t")
            try await store.keepConference("100", ConferenceSettings(name: "Another's"), tenant: "u")
            let page = try await store.conferences(.init(limit: 1), tenant: "t")
            #expect(page.items == [ConferenceListing(number: "100", settings: board)])
            #expect(page.nextCursor != nil)
            let (revision, books) = try await store.books(changedAfter: 0)
            #expect(books["t"]?.conferences.keys.sorted() == ["100", "200"])
            #expect(books["t"]?.conferences["100"] == board)
            try await store.removeConference("100", tenant: "t")
            let news = try await store.books(changedAfter: revision).books
            #expect(news["t"]?.conferences.keys.sorted() == ["200"])
            #expect(news["u"] == nil)
        }
    }
}
