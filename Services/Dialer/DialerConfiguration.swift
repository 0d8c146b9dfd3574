import ServiceKit

/// What an operator can set for the dialer, besides what every service has.
///
/// - `pace.seconds` (0.1 to 10, default 0.5): how often a queue's figures are asked for.
struct DialerConfiguration: Sendable {
    let pace: Duration

    init(_ settings: Settings) throws {
        pace = try settings.seconds("pace.seconds", default: 0.5, in: 0.1...10)
    }
}
