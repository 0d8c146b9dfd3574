/// In which bundles a follower hears facts. Every fact is sent in both; one subscribes to the one or the other.
enum FactLane: CaseIterable {
    /// At the end of the turn in which they were published.
    case now
    /// Some times a second, for who need not know at once: hardly anything is paid for them.
    case soon

    /// Of the message that carries a bundle. It is a signal, so that who knows no bundles drops it.
    var topic: String {
        switch self {
        case .now: "bus.facts_now"
        case .soon: "bus.facts_soon"
        }
    }

    static let soonEvery = Duration.milliseconds(50)

    init?(topic: some StringProtocol) {
        guard let lane = Self.allCases.first(where: { topic == $0.topic }) else { return nil }
        self = lane
    }

    /// For one who lets facts lie for so long.
    init(patience: Duration) { self = patience >= Self.soonEvery ? .soon : .now }
}
