import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// `/v1/traces`: SIP and RTP of one call, for who looks for a fault. An administrator traces calls of the own tenant, an operator
/// all; each trace has an end in time and size, and is written down in the log with who asked for it.
struct TraceRoutes {
    let tracer: Tracer
    let switchboard: Switchboard

    var routes: [APIRoute] {
        let one = "/v1/traces/{id}"
        return [
            APIRoute(.get, "/v1/traces", "Traces of this media-server", .admin, use: list),
            APIRoute(
                .post, "/v1/traces", "Trace a call, or the next calls of a number", .admin, status: .created,
                repeats: .harmless, use: begin),
            APIRoute(.get, one, "One trace", .admin, use: find),
            APIRoute(
                .post, one + "/end", "End a trace; what there is can be fetched", .admin, repeats: .harmless, use: end),
            .raw(
                .get, one + "/pcap", "What was traced, for Wireshark", .admin, produces: "application/vnd.tcpdump.pcap",
                use: fetch),
            APIRoute(.delete, one, "End and remove a trace", .admin, use: remove),
        ]
    }

    @Sendable func list(_ call: APICall<Nothing>) async throws -> Page<TraceState> {
        Page(items: tracer.list(try call.tenantOrPlatform))
    }

    @Sendable func begin(_ call: APICall<TraceWish>) async throws -> TraceState {
        let (wish, tenant) = (call.body, try call.tenantOrPlatform)
        try wish.check()
        let tracer = tracer
        let id = try await switchboard.look { desk throws(Failure) in try desk.trace(wish, tenant, with: tracer) }
        call.log.notice(
            "trace begun",
            metadata: [
                "trace.id": "\(id)", "tenant.id": "\(tenant)", "user.id": "\(call.identity.user)",
                "leg.id": "\(wish.legID?.rawValue ?? "")",
            ])
        return try tracer.find(id, tenant)
    }

    @Sendable func find(_ call: APICall<Nothing>) async throws -> TraceState {
        try tracer.find(try call.path("id"), try call.tenantOrPlatform)
    }

    @Sendable func end(_ call: APICall<Nothing>) async throws -> TraceState {
        let trace = try await find(call)
        await tracer.end(trace.id, at: .now())
        return try await find(call)
    }

    @Sendable func fetch(_ call: APICall<Nothing>) async throws -> Response {
        let trace = try await find(call)
        await tracer.write(at: .now())
        let path = tracer.path(trace.id)
        guard let bytes = try? await Disk.run({ try Data(contentsOf: URL(fileURLWithPath: path)) }) else {
            throw Failure(.notFound, "Nothing was traced.")
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/vnd.tcpdump.pcap",
                .contentDisposition: "attachment; filename=\"\(trace.id).pcap\"",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    @Sendable func remove(_ call: APICall<Nothing>) async throws -> Nothing {
        await tracer.remove(try await find(call).id)
        return Nothing()
    }
}
