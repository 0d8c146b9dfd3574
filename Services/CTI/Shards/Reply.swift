import Contracts
import Synchronization

/// Somebody who waits for an answer. He gets one, whatever happens: if this is dropped, that the shard is elsewhere.
final class Reply<Value: Sendable>: Sendable {
    private let asker: Mutex<CheckedContinuation<Value, any Error>?>

    init(_ asker: CheckedContinuation<Value, any Error>) { self.asker = Mutex(asker) }

    deinit { give(.failure(Self.elsewhere)) }

    static var elsewhere: Failure { Failure(.unavailable, "The tenant has just moved to another instance.") }

    func give(_ answer: Result<Value, any Error>) {
        let asker = asker.withLock { asker in
            defer { asker = nil }
            return asker
        }
        asker?.resume(with: answer)
    }
}
