import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Metrics

/// Gives each request its id, logs what went wrong, counts what was answered, and turns errors into problem+json.
///
/// Hummingbird logs an unexpected error at debug only; here it is an error line with the request's id.
struct RequestEdge: RouterMiddleware {
    let metrics: any MetricsFactory

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = Self.requestID(of: request)
        context.logger[metadataKey: "request.id"] = "\(context.requestID)"
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = problem(error, request, context)
        }
        response.headers[.requestID] = context.requestID
        count(request, context, response.status, ContinuousClock.now - start)
        return response
    }

    private func problem(_ error: any Error, _ request: Request, _ context: APIContext) -> Response {
        let language = request.headers[.acceptLanguage]
        if let known = HTTPFailure(answering: error) {
            context.logger.log(
                level: known.status.code >= 500 ? .warning : .info, "request refused",
                metadata: [
                    "http.method": "\(request.method)", "http.path": "\(request.uri.path)",
                    "http.status": "\(known.status.code)", "failure": "\(known.failure.code)",
                    "reason": "\(known.failure.message)",
                ])
            return known.response(requestID: context.requestID, language: language)
        }
        context.logger.error(
            "request failed",
            metadata: [
                "http.method": "\(request.method)", "http.path": "\(request.uri.path)", "error": "\(error)",
            ])
        let hidden = HTTPFailure(Failure(.unknown, "Something went wrong here; it has been logged."))
        return hidden.response(requestID: context.requestID, language: language)
    }

    private func count(_ request: Request, _ context: APIContext, _ status: HTTPResponse.Status, _ took: Duration) {
        // The route's pattern, never the path: labels must be few.
        let labels = [("method", request.method.rawValue), ("route", context.endpointPath ?? "none")]
        Counter(label: "http_requests", dimensions: labels + [("status", "\(status.code)")], factory: metrics)
            .increment()
        Metrics.Timer(label: "http_request", dimensions: labels, factory: metrics).record(duration: took)
    }

    /// The client's id if it is short and plain, else a new one.
    static func requestID(of request: Request) -> String {
        if let given = request.headers[.requestID], UserID.isAcceptable(given) { return given }
        return CallID.make(at: .now()).rawValue
    }
}
