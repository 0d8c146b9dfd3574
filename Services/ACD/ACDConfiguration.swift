import ServiceKit

/// What an operator can set for the ACD, besides what every service has.
///
/// - `decisions.keep.days` (int 1 to 3650, default 30): how long it can be asked why a call went to an agent.
struct ACDConfiguration: Sendable {
    let decisionsKept: Duration

    init(_ settings: Settings) throws {
        decisionsKept = .seconds(86_400 * (try settings.int("decisions.keep.days", default: 30, in: 1...3650)))
    }
}
