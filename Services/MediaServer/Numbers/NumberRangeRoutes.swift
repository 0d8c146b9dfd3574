import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// `/v1/number-ranges`: which carrier a number belongs to, and which region (号段).
struct NumberRangeRoutes {
    let ranges: NumberRangeStore
    let keeper: SwitchBookKeeper
    let plan: NumberPlan

    /// What became of an import.
    struct Report: Codable, Sendable, Equatable {
        let taken: Int
        let refused: Int
        /// At most a thousand.
        let refusals: [NumberRangeImport.Refusal]
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, "/v1/number-ranges", "Number ranges, by prefix", .operator,
                parameters: .page + [.text("prefix", "Only those that begin so, as dialled.")], use: list),
            .raw(
                .post, "/v1/number-ranges/import",
                "Import lines of prefix,carrier,region; wrong lines are told and left out. Answers how many were taken and "
                    + "which were refused, as JSON", .operator,
                parameters: [.text("replace", "`true`: what is not in the file goes.")], accepts: "text/csv",
                produces: "application/json", use: take),
            APIRoute(.delete, "/v1/number-ranges/{prefix}", "Remove a number range", .operator, use: remove),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<NumberRange> {
        let wanted = call.query("prefix")
        let beginning = try wanted.map(Self.prefix(plan)) ?? ""
        return try await ranges.list(call.page(), beginning: beginning)
    }

    @Sendable func take(_ call: APICall<Nothing>) async throws -> Response {
        let body = try await call.bytes(upTo: 64 << 20)
        let plan = plan
        let read = await Task.detached { NumberRangeImport(csv: body.readableBytesView, plan) }.value
        guard !read.rows.isEmpty || read.refused > 0 else {
            throw Failure(.invalid, "There is no line of prefix,carrier,region.")
        }
        // A file of nothing but mistakes must not take away what is there.
        let replaces = call.query("replace") == "true" && !read.rows.isEmpty
        if !read.rows.isEmpty { try await ranges.put(read.rows, replacesAll: replaces) }
        await keeper.refreshNow()
        call.log.info(
            "number ranges imported", metadata: ["taken": "\(read.rows.count)", "refused": "\(read.refused)"])
        let report = Report(taken: read.rows.count, refused: read.refused, refusals: read.refusals)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(report))))
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        try await ranges.remove(try Self.prefix(plan)(try call.path("prefix")))
        await keeper.refreshNow()
        return Nothing()
    }

    private static func prefix(_ plan: NumberPlan) -> (String) throws -> String {
        { text in
            guard let prefix = plan.prefix(text) else { throw Failure(.invalid, "That is no prefix of numbers.") }
            return prefix
        }
    }
}
