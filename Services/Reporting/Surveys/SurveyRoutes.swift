import Contracts
import HTTPTypes
import ServiceKit

/// `/v1/satisfaction`: what customers answered about how they were served.
struct SurveyRoutes {
    let surveys: SurveyStore

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/satisfaction",
                "Answers to surveys by agent and question: how many, their average, who is "
                    + "satisfied", .reportView,
                parameters: [
                    .text("from", "Answered at or after, microseconds since 1970."),
                    .text("to", "Answered before, likewise."), .text("queue", "Only calls through this queue."),
                    .number("satisfied", in: 0...100, "The score that counts as satisfied, or more. Default 4."),
                ], use: totals)
        ]
    }

    @Sendable func totals(_ call: APICall<Nothing>) async throws -> [SurveyTotals] {
        try await surveys.totals(
            from: time(call, "from"), to: time(call, "to"), queue: call.query("queue", as: QueueID.self),
            least: call.query("satisfied", in: 0...100) ?? 4, tenant: call.tenant)
    }

    private func time(_ call: APICall<Nothing>, _ name: String) throws -> Timestamp? {
        try call.query(name, in: 0...Int.max).map { Timestamp(microseconds: Int64($0)) }
    }
}
