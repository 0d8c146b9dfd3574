import Contracts
import CoreMetrics
import Foundation
import HTTPTypes
public import Hummingbird
public import Logging

/// A service's HTTP side: its routes, and what every service answers besides.
///
/// Tests make one directly and drive it with `app.test(.router)`; services get theirs from
/// ``ServiceContext/application(_:)``.
public struct APIServer: Sendable {
    public var service: String
    public var routes: [APIRoute]
    public var tokens: TokenVerifier
    public var repeats: (any RepeatStore)?
    public var metrics = MetricRegistry()
    /// Each says in a sentence what is not ready; nil if all is well.
    public var readiness: [String: @Sendable () async -> String?] = [:]
    public var info: @Sendable () -> ServiceInfo
    public var log: Logger

    public init(
        service: String, routes: [APIRoute], tokens: TokenVerifier, repeats: (any RepeatStore)? = nil,
        log: Logger = Logger(label: "test")
    ) {
        self.service = service
        self.routes = routes
        self.tokens = tokens
        self.repeats = repeats
        self.log = log
        info = { ServiceInfo(service: service, instance: "", version: CarillonVersion.current, settings: [:]) }
    }

    public func application(
        host: String = "127.0.0.1", port: Int = 0, onRunning: @escaping @Sendable () async -> Void = {}
    ) -> Application<RouterResponder<APIContext>> {
        Application(
            responder: router().buildResponder(),
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(75),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 * 1024, maxHeaderListSize: 16 * 1024, maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { _ in await onRunning() }, logger: log)
    }

    func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.add(middleware: RequestEdge(metrics: metrics))
        for route in routes + ownRoutes {
            router.on(RouterPath(route.routerPath), method: route.method) { request, context in
                try await answer(route, request, context)
            }
        }
        refuseOtherMethods(router)
        return router
    }

    /// 405 with `Allow`, where the path is right and the method is not.
    private func refuseOtherMethods(_ router: Router<APIContext>) {
        let methods: [HTTPRequest.Method] = [.get, .put, .post, .delete, .patch, .head, .options]
        for (path, routes) in Dictionary(grouping: routes + ownRoutes, by: \.routerPath) {
            let allowed = routes.map(\.method)
            let refusal = HTTPFailure(
                Failure(.invalid, "This address does not do that.", code: "method_not_allowed"),
                status: .methodNotAllowed,
                headers: [.allow: allowed.map(\.rawValue).sorted().joined(separator: ", ")])
            for method in methods where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in throw refusal }
            }
        }
    }

    private func answer(_ route: APIRoute, _ request: Request, _ context: APIContext) async throws -> Response {
        guard route.access != .open else { return try await route.respond(request, context, .nobody) }
        let identity = try await identity(of: request)
        guard route.access.admits(identity) else {
            throw Failure(.forbidden, "Your role does not allow this.")
        }
        var context = context
        context.logger[metadataKey: "tenant.id"] = "\(identity.tenant)"
        context.logger[metadataKey: "user.id"] = "\(identity.user)"
        guard let repeats, route.method == .post, case .stored = route.repeats,
            let key = request.headers[.idempotencyKey]
        else { return try await route.respond(request, context, identity) }
        return try await once(key, in: repeats, route, request, context, identity)
    }

    /// From `Authorization: Bearer` only: a token in an address would be kept in the logs of everything on the way.
    private func identity(of request: Request) async throws -> Identity {
        guard let header = request.headers[.authorization] else {
            throw Failure(.unauthorized, "Sign in first: the request has no bearer token.")
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Failure(.unauthorized, "The header Authorization is not a bearer token.")
        }
        return try await tokens.verify(String(parts[1]))
    }

    private var ownRoutes: [APIRoute] {
        [
            .raw(.get, "/livez", "Is the process alive?", .open, produces: "text/plain") { _ in
                Response(
                    status: .ok, headers: [.contentType: "text/plain"],
                    body: .init(byteBuffer: ByteBuffer(string: "alive\n")))
            },
            .raw(.get, "/readyz", "Can it work?", .open, produces: "application/json") { _ in await ready() },
            APIRoute(.get, "/info", "What is running here.", .open) { (_: APICall<Nothing>) in info() },
            .raw(.get, "/metrics", "Figures for Prometheus.", .open, produces: "text/plain; version=0.0.4") { _ in
                Response(
                    status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
                    body: .init(byteBuffer: ByteBuffer(string: metrics.text())))
            },
            .raw(.get, "/openapi.json", "This document.", .open, produces: "application/json") { _ in
                let document = OpenAPIDocument(title: service, routes: routes + self.ownRoutes)
                return Response(
                    status: .ok, headers: [.contentType: "application/json"],
                    body: .init(byteBuffer: ByteBuffer(string: document.text)))
            },
        ]
    }

    /// 200 if every check is content, else 503 with the sentences.
    private func ready() async -> Response {
        var answers: [String: String] = [:]
        await withTaskGroup(of: (String, String?).self) { group in
            for (name, check) in readiness { group.addTask { (name, await check()) } }
            for await (name, complaint) in group { answers[name] = complaint ?? "ok" }
        }
        let data = (try? JSONEncoder.api.encode(answers)) ?? Data()
        return Response(
            status: answers.values.allSatisfy { $0 == "ok" } ? .ok : .serviceUnavailable,
            headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }
}

/// What `/info` answers.
public struct ServiceInfo: Codable, Sendable, Equatable {
    public let service: String
    public let instance: String
    public let version: String
    /// What the operator set, without secrets.
    public let settings: [String: String]
    /// The shards of tenants that are this instance's own just now.
    public var shards: [Int] = []
}

/// The suite's version.
public enum CarillonVersion {
    public static let current = "0.1.0"
}
