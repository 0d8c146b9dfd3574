import Contracts
import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import CTI

@Suite(.timeLimit(.minutes(2))) struct FlowRouteTests {
    private let good = #"""
        {"schema": 1, "name": "Bye", "language": "en", "start": "bye", "nodes": {"bye": {"type": "hangUp"}}}
        """#
    private let circle = #"""
        {"schema": 1, "name": "Round", "language": "en", "start": "a", "nodes": {
            "a": {"type": "set", "values": {"x": "1"}, "next": "a"}}}
        """#

    @Test func `each publishing makes a version, and old ones can be read`() async throws {
        try await Switchboard.serve { _, people in
            for version in 1...2 {
                let summary = try await people.ann.gets(200, .put, "/v1/flows/bye", good).decode(FlowSummary.self)
                #expect(summary.version == version)
            }
            let newest = try await people.ann.gets(200, .get, "/v1/flows/bye").decode(FlowDocument.self)
            #expect(newest.version == 2)
            #expect(newest.publishedBy == "ann")
            let old = try await people.ann.gets(200, .get, "/v1/flows/bye?version=1").decode(FlowDocument.self)
            #expect(old.version == 1)
            try await people.ann.gets(404, .get, "/v1/flows/bye?version=3")
            try await people.ann.gets(400, .get, "/v1/flows/bye?version=0")
            try await people.ann.gets(404, .get, "/v1/flows/none")
        }
    }

    @Test func `flows and access numbers are listed page by page`() async throws {
        try await Switchboard.serve { _, people in
            for flow in ["b", "a"] { try await people.ann.gets(200, .put, "/v1/flows/\(flow)", good) }
            let first = try await people.ann.gets(200, .get, "/v1/flows?limit=2").decode(Page<FlowSummary>.self)
            #expect(first.items.map(\.flowID) == ["a", "b"])
            let cursor = try #require(first.nextCursor)
            let rest = try await people.ann.gets(200, .get, "/v1/flows?cursor=\(cursor)").decode(Page<FlowSummary>.self)
            #expect(rest.items.map(\.flowID) == ["queue"])
            for number in ["7", "600"] {
                try await people.ann.gets(200, .put, "/v1/access-numbers/\(number)", #"{"flow": "a"}"#)
            }
            let numbers = try await people.ann.gets(200, .get, "/v1/access-numbers?limit=2")
                .decode(Page<AccessNumber>.self)
            #expect(numbers.items.map(\.number) == ["400", "600"])
            let more = try await people.ann.gets(
                200, .get, "/v1/access-numbers?cursor=\(try #require(numbers.nextCursor))"
            ).decode(Page<AccessNumber>.self)
            #expect(more.items.map(\.number) == ["7"])
        }
    }

    @Test func `a flow that leads nowhere is not published, and validation says why`() async throws {
        try await Switchboard.serve { _, people in
            try await people.ann.gets(400, "flowInvalid", .put, "/v1/flows/round", circle)
            try await people.ann.gets(400, .put, "/v1/flows/round", #"{"schema": 1}"#)
            try await people.ann.gets(400, .put, "/v1/flows/round", "no json")
            try await people.ann.gets(404, .get, "/v1/flows/round")
            let verdict = try await people.ann.gets(200, .post, "/v1/flows/validate", circle)
                .decode(FlowRoutes.Verdict.self)
            #expect(verdict.problems.contains { $0.node == "a" })
            let praise = try await people.ann.gets(200, .post, "/v1/flows/validate", good)
                .decode(FlowRoutes.Verdict.self)
            #expect(praise.problems.isEmpty)
            let unfinished = try await people.ann.gets(200, .post, "/v1/flows/validate", #"{"schema": 1}"#)
                .decode(FlowRoutes.Verdict.self)
            #expect(unfinished.problems.count == 4)
            let schema = try await people.ann.gets(200, .get, "/v1/flow-schema").decode(JSONValue.self)
            #expect(schema == Flow.documentSchema)
        }
    }

    @Test func `a number is bound to a flow that there is, and the next call goes there`() async throws {
        try await Switchboard.serve { board, people in
            try await people.ann.gets(404, .put, "/v1/access-numbers/500", #"{"flow": "bye"}"#)
            try await people.ann.gets(200, .put, "/v1/flows/bye", good)
            try await people.ann.gets(200, .put, "/v1/access-numbers/500", #"{"flow": "bye"}"#)
            for number in ["abc", "%7Ba%7D"] {
                try await people.ann.gets(
                    400, "numberInvalid", .put, "/v1/access-numbers/\(number)", #"{"flow": "bye"}"#)
            }
            board.media.arrive("c1", to: "500")
            #expect(try await board.ended("c1").reason == .flowEnded)
        }
    }

    @Test func `agents neither read nor write flows`() async throws {
        try await Switchboard.serve { _, people in
            try await people.amy.gets(403, .get, "/v1/flows")
            try await people.amy.gets(403, .put, "/v1/flows/bye", good)
            try await people.amy.gets(403, .put, "/v1/access-numbers/500", #"{"flow": "bye"}"#)
        }
    }
}
