public import Foundation

/// What every message on the bus carries around its body.
public struct Envelope: Codable, Sendable, Equatable {
    /// The event's topic.
    public var type: String
    public var version: Int
    /// Who numbered it: `crm/1`, or `cti/1@<incarnation>` for a real-time service. Empty for a signal.
    public var stream: String
    /// 1 and up without gaps in its stream; 0 for a signal.
    public var number: UInt64
    public var tenant: TenantID?
    public var subject: String
    public var time: Timestamp
    /// W3C trace parent, if there is one.
    public var trace: String?
    /// The event as JSON.
    public var body: Data

    public init(
        type: String, version: Int, stream: String, number: UInt64, tenant: TenantID?, subject: String, time: Timestamp,
        trace: String? = nil, body: Data
    ) {
        self.type = type
        self.version = version
        self.stream = stream
        self.number = number
        self.tenant = tenant
        self.subject = subject
        self.time = time
        self.trace = trace
        self.body = body
    }

    /// - Throws: `EncodingError` if the event holds what JSON cannot, such as a number that is not finite.
    public init<Event: BusEvent>(
        _ event: Event, stream: String = "", number: UInt64 = 0, tenant: TenantID?, time: Timestamp,
        trace: String? = nil
    ) throws {
        self.init(
            type: Event.topic, version: Event.version, stream: stream, number: number, tenant: tenant,
            subject: event.subject, time: time, trace: trace, body: try WireJSON.encode(event))
    }

    /// - Throws: `DecodingError` if the body is not such an event.
    public func decode<Event: BusEvent>(_ event: Event.Type) throws -> Event {
        try WireJSON.decode(event, from: body)
    }

    public var isFact: Bool { number > 0 }
}
