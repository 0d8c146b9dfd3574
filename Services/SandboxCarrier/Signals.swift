import Dispatch
import Foundation

/// SIGINT and SIGTERM as something to wait for.
enum Signals {
    /// - Returns: nil on a signal or when cancelled.
    static func wait() async -> Int32? {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self)
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        for await _ in signals { break }
        for source in sources { source.cancel() }
        return nil
    }
}
