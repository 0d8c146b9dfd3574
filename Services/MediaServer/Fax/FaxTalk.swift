import Contracts

/// Whether a fax on a leg goes in sound or by T.38, decided as it goes: pure.
///
///     sound ──we offer──▶ offering ──accepted──▶ image
///       ▲                    │
///       └──────refused───────┘   (for good: a far end that knows no T.38 will not learn it in this call)
struct FaxTalk: Sendable, Equatable {
    enum Stage: Sendable, Equatable { case sound, offering, image }

    enum Input: Sendable, Equatable {
        /// - Parameter isPlain: the sound is G.711, which a modem can be heard through.
        case began(isPlain: Bool)
        /// A fax machine is heard at the other end.
        case machineHeard
        /// T.38 was agreed on, by our offer or by the far end's.
        case agreed
        case refused
        /// The far end offers T.38.
        case peerOffers
    }

    enum Action: Sendable, Equatable {
        case offer
        case accept
        case refuse
        /// The worker goes over to T.38.
        case change
    }

    let transport: FaxTransport
    let sends: Bool
    private(set) var stage = Stage.sound
    private var hasOffered = false

    init(_ transport: FaxTransport, sends: Bool) {
        self.transport = transport
        self.sends = sends
    }

    mutating func handle(_ input: Input) -> [Action] {
        switch input {
        case .began(let isPlain): return transport == .t38 || (transport == .automatic && !isPlain) ? offer() : []
        // Who is called offers, so that both do not at once.
        case .machineHeard: return transport != .sound && !sends ? offer() : []
        case .agreed:
            guard stage != .image else { return [] }
            stage = .image
            return [.change]
        case .refused:
            if stage == .offering { stage = .sound }
            return []
        case .peerOffers: return transport == .sound ? [.refuse] : [.accept]
        }
    }

    private mutating func offer() -> [Action] {
        guard stage == .sound, !hasOffered else { return [] }
        hasOffered = true
        stage = .offering
        return [.offer]
    }
}
