import ServiceKit

/// What an operator can set for reporting beside what every service has: nothing yet.
struct ReportingConfiguration: Sendable {
    init(_ settings: Settings) {}
}
