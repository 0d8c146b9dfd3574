import Bus
import Dispatch
import Foundation
import ServiceLifecycle

/// SIGUSR1: take no new calls; SIGUSR2: take them again. For whoever stops a machine without the API at hand.
struct DrainSignals: Service {
    let drain: @Sendable (Bool) async -> Void

    func run() async throws {
        let (wishes, told) = AsyncStream.makeStream(of: Bool.self)
        let sources = [(SIGUSR1, true), (SIGUSR2, false)].map { number, isDraining in
            // Else the process would die of it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { told.yield(isDraining) }
            source.resume()
            return source
        }
        await wishes.untilShutdown { await drain($0) }
        for source in sources { source.cancel() }
    }
}
