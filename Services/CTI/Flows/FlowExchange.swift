import Contracts
import Foundation
import FoundationNetworking
import Synchronization

/// One request over HTTP and its answer: no redirection is followed, and the answer may not be longer than it may be.
final class FlowExchange: NSObject, URLSessionDataDelegate, Sendable {
    private struct State {
        var asker: CheckedContinuation<(status: Int, body: Data), any Error>?
        var status = 0
        var body = Data()
    }

    private let state = Mutex(State())

    static func run(_ request: URLRequest, within patience: Duration) async throws -> (status: Int, body: Data) {
        let exchange = FlowExchange()
        let session = URLSession(configuration: .ephemeral, delegate: exchange, delegateQueue: nil)
        defer { session.invalidateAndCancel() }
        return try await withThrowingTaskGroup(of: (status: Int, body: Data).self) { race in
            race.addTask { try await exchange.answer(of: session.dataTask(with: request)) }
            race.addTask {
                try await Task.sleep(for: patience)
                exchange.end(.failure(Failure(.timeout, "There was no answer in time.")))
                throw Failure(.timeout, "There was no answer in time.")
            }
            defer { race.cancelAll() }
            guard let first = try await race.next() else { throw Failure(.unknown, "Nothing was asked.") }
            return first
        }
    }

    private func answer(of task: URLSessionDataTask) async throws -> (status: Int, body: Data) {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { asker in
                state.withLock { $0.asker = asker }
                task.resume()
            }
        } onCancel: {
            end(.failure(CancellationError()))
        }
    }

    private func end(_ result: Result<(status: Int, body: Data), any Error>) {
        let asker = state.withLock { state in
            defer { state.asker = nil }
            return state.asker
        }
        asker?.resume(with: result)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
        end(.success((response.statusCode, Data())))
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        state.withLock { $0.status = (response as? HTTPURLResponse)?.statusCode ?? 0 }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let length = state.withLock { state in
            if state.body.count <= FlowRequests.longestAnswer { state.body += data }
            return state.body.count
        }
        guard length > FlowRequests.longestAnswer else { return }
        dataTask.cancel()
        end(.failure(Failure(.invalid, "The answer is longer than \(FlowRequests.longestAnswer) bytes.")))
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if let error { return end(.failure(error)) }
        let (status, body) = state.withLock { ($0.status, $0.body) }
        end(.success((status, body)))
    }
}
