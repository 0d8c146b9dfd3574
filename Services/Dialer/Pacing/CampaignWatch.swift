import Logging
import ServiceLifecycle

/// Tells the dialler once a second which campaigns run.
struct CampaignWatch: Service {
    let campaigns: CampaignStore
    let dialler: CampaignDialler
    let log: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                do {
                    try await look()
                } catch is CancellationError {
                    return
                } catch {
                    log.warning("campaigns not read", metadata: ["error": "\(error)"])
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// One turn of the loop.
    func look() async throws { dialler.send(.campaignsRead(try await campaigns.running())) }
}
