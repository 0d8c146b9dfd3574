import Hummingbird
import HummingbirdTesting
import ServiceKit
import TestSupport
import Testing

@Suite struct OwnRoutesTests {
    @Test func `every service says that it lives, what it is and how it is`() async throws {
        let shop = try await Shop([])
        try await shop.run { client async throws in
            #expect(try await client.execute(uri: "/livez", method: .get).status == .ok)
            let info = try await client.execute(uri: "/info", method: .get)
            #expect(try info.json(ServiceInfo.self).service == "bells")
            let metrics = try await client.execute(uri: "/metrics", method: .get)
            #expect(metrics.text.contains(#"http_requests_total{method="GET",route="/livez",status="200"} 1"#))
            #expect(metrics.text.contains("http_request_seconds_bucket"))
        }
    }

    @Test func `a service is ready when each of its checks is content`() async throws {
        var server = try await Shop([]).server
        server.readiness["database"] = { nil }
        try await server.application().test(.router) { client async throws in
            #expect(try await client.execute(uri: "/readyz", method: .get).status == .ok)
        }
        server.readiness["bus"] = { "Nobody is there." }
        try await server.application().test(.router) { client async throws in
            let response = try await client.execute(uri: "/readyz", method: .get)
            #expect(response.status == .serviceUnavailable)
            #expect(try response.json([String: String].self) == ["database": "ok", "bus": "Nobody is there."])
        }
    }
}
