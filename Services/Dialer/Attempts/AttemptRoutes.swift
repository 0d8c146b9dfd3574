import Contracts
import HTTPTypes
import Hummingbird
import ServiceKit

/// `/v1/campaigns/{id}/attempts`: what became of each try, newest first, as pages and as CSV.
struct AttemptRoutes: Sendable {
    let campaigns: CampaignStore
    let attempts: AttemptStore

    var routes: [APIRoute] {
        let path = "/v1/campaigns/{id}/attempts"
        let result = APIParameter.choice("result", AttemptResult.self, "Only those with this result.")
        return [
            APIRoute(
                .get, path, "What became of each try, newest first", .campaignManage, parameters: [result] + .page,
                use: list),
            .raw(
                .get, path + ".csv", "The same as CSV (UTF-8)", .campaignManage, parameters: [result],
                produces: "text/csv", use: csv),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<Attempt> {
        let campaign = try await campaigns.find(call.path("id"), of: call.tenant)
        let page = try call.page()
        let rows = try await attempts.list(
            of: campaign.id, of: call.tenant, result: call.query("result", as: AttemptResult.self),
            before: page.attemptKeys(), limit: page.limit + 1)
        return Page(rows: rows, request: page) { ["\($0.startedAt.microseconds)", $0.id.rawValue] }
    }

    @Sendable func csv(_ call: APICall<Nothing>) async throws -> Response {
        let tenant = try call.tenant
        let campaign = try await campaigns.find(call.path("id"), of: tenant)
        let result = try call.query("result", as: AttemptResult.self)
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: AttemptCSV.header))
            var last: Attempt?
            repeat {
                let before = last.map { (startedAt: $0.startedAt, id: $0.id) }
                let rows = try await attempts.list(
                    of: campaign.id, of: tenant, result: result, before: before, limit: 1000)
                try await writer.write(ByteBuffer(string: rows.map(AttemptCSV.line).joined()))
                last = rows.count == 1000 ? rows.last : nil
            } while last != nil
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .contentDisposition: "attachment; filename=\"attempts.csv\"",
            ], body: body)
    }
}

extension PageRequest {
    /// - Throws: `Failure.invalid` if the cursor was made for another list.
    fileprivate func attemptKeys() throws -> (startedAt: Timestamp, id: AttemptID)? {
        guard let time = try key(0), let id = try key(1) else { return nil }
        guard let microseconds = Int64(time), microseconds >= 0 else {
            throw Failure(.invalid, "The cursor is of another list.")
        }
        return (Timestamp(microseconds: microseconds), AttemptID(rawValue: id))
    }
}

/// Attempts as RFC 4180 has it.
enum AttemptCSV {
    static let header =
        "attemptID,campaignID,callID,number,result,startedAt,answeredAt,endedAt,agentID,disposition,note\r\n"

    static func line(_ attempt: Attempt) -> String {
        [
            attempt.id.rawValue, attempt.campaignID.rawValue, attempt.callID.rawValue, attempt.number,
            attempt.result?.rawValue ?? "", attempt.startedAt.description, attempt.answeredAt?.description ?? "",
            attempt.endedAt?.description ?? "", attempt.agentID?.rawValue ?? "", attempt.disposition ?? "",
            attempt.note ?? "",
        ].map(cell).joined(separator: ",") + "\r\n"
    }

    /// Quoted where it must be, and never a formula to whoever opens it in a spreadsheet: an id may begin with anything.
    static func cell(_ text: String) -> String {
        var text = text
        // A telephone number is no formula to anybody; all else that begins like one is defused.
        let isNumber = text.hasPrefix("+") && text.utf8.dropFirst().allSatisfy { (48...57).contains($0) }
        if let first = text.unicodeScalars.first, "=+-@\t\r\n".unicodeScalars.contains(first), !isNumber {
            text = "'" + text
        }
        guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
