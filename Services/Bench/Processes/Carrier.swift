import Foundation

/// sandbox-carrier as a benchmark uses it.
struct Carrier: Sendable {
    /// What it prints about its calls, as far as it is looked at.
    struct Summary: Decodable, Equatable, Sendable {
        let attempted: Int
        let answered: Int
        let failed: Int
        /// What the calls that nobody answered ended with, and how many of them.
        let refusals: [String: Int]
        let setupMillisecondsP99: Double
        let packetsSent: Int
        let packetsReceived: Int
        let packetsLost: Int
        /// From one call of the carrier through the switch to another, if it stamps its packets.
        let packetMicrosecondsP50: Double?
        let packetMicrosecondsP99: Double?
    }

    let child: Child

    static func start(_ workplace: Workplace, _ options: [String], output: String) async throws -> Carrier {
        Carrier(child: try await Child.start(["\(workplace.binaries)/sandbox-carrier"] + options, output: output))
    }

    /// Waits for the summary that comes at the end of a load.
    func summary(within seconds: Double) async throws -> Summary {
        try await eventually("the end of the calls", within: seconds) { child.told(Summary.self) }
    }

    /// Ends it, and says what its calls were, if it was asked to tell.
    func stop() async -> Summary? {
        await child.stop()
        return child.told(Summary.self)
    }
}
