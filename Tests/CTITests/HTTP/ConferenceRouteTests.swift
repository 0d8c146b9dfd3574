import Contracts
import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import CTI

@Suite(.timeLimit(.minutes(2))) struct ConferenceRouteTests {
    @Test func `conferences are made, changed, listed and removed by those who manage flows; who is in one is read`()
        async throws
    {
        try await Switchboard.serve { board, people in
            let path = "/v1/conferences/100"
            try await people.ann.gets(400, "pinInvalid", .put, path, #"{"name": "Board", "pin": "12"}"#)
            try await people.ann.gets(400, "membersInvalid", .put, path, #"{"name": "Board", "mostMembers": 33}"#)
            try await people.ann.gets(400, "conferenceInvalid", .put, "/v1/conferences/a", #"{"name": "Board"}"#)
            let made = try await people.ann.gets(200, .put, path, #"{"name": "Board", "pin": "1234"}"#)
                .decode(ConferenceListing.self)
            #expect(made.number == "100" && made.pin == "1234")
            let list = try await people.ann.gets(200, .get, "/v1/conferences").decode(Page<ConferenceListing>.self)
            #expect(list.items == [made])
            try await people.amy.gets(403, .get, "/v1/conferences")
            let members = try await people.sue.gets(200, .get, "\(path)/members").decode([ConferenceMember].self)
            #expect(members.isEmpty)
            await #expect(throws: Failure.self) { try await board.gate.dismiss("c9", from: "100", tenant: "t") }
            try await people.ann.gets(204, .delete, path)
            let left = try await people.ann.gets(200, .get, "/v1/conferences").decode(Page<ConferenceListing>.self)
            #expect(left.items.isEmpty)
        }
    }

    @Test func `a flow that another one leads to is not withdrawn`() async throws {
        try await Switchboard.serve { _, people in
            let inner =
                #"{"schema": 1, "name": "In", "language": "en", "start": "a", "nodes": {"a": {"type": "return"}}}"#
            let outer = #"""
                {"schema": 1, "name": "Out", "language": "en", "start": "a", "nodes": {
                    "a": {"type": "subFlow", "flow": "inner", "next": "b"}, "b": {"type": "hangUp"}}}
                """#
            try await people.ann.gets(200, .put, "/v1/flows/inner", inner)
            try await people.ann.gets(200, .put, "/v1/flows/outer", outer)
            try await people.ann.gets(409, "flowInUse", .delete, "/v1/flows/inner")
            try await people.ann.gets(409, "flowInUse", .delete, "/v1/flows/queue")
            try await people.ann.gets(204, .delete, "/v1/flows/outer")
            try await people.ann.gets(204, .delete, "/v1/flows/inner")
            try await people.ann.gets(404, .get, "/v1/flows/inner")
            try await people.ann.gets(200, .get, "/v1/flows/inner?version=1")
        }
    }
}
