public import Contracts
import Foundation

/// An event as three frames: topic, header (JSON), body (JSON).
struct EventFrames: Sendable {
    private struct Header: Decodable {
        var type: String
        var version: Int
        var stream: String
        var number: UInt64
        var tenant: TenantID?
        var subject: String
        var time: Timestamp
        var trace: String?

        /// Nil if it is none, or one that only the decoder reads.
        init?(flat json: UnsafeRawBufferPointer) {
            var (type, stream, tenant, subject, trace): (String?, String?, String?, String?, String?)
            var (version, number, time): (Int?, UInt64?, Int64?)
            let isRead = FlatJSONReader.read(json) { name, value in
                func took<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
                    field = value
                    return value != nil
                }
                return switch name {
                case "type": took(&type, value.text())
                case "version": took(&version, value.integer())
                case "stream": took(&stream, value.text())
                case "number": took(&number, value.integer())
                case "tenant": took(&tenant, value.text())
                case "subject": took(&subject, value.text())
                case "time": took(&time, value.integer())
                case "trace": took(&trace, value.text())
                default: value.ignore()
                }
            }
            guard isRead, let type, let version, let stream, let number, let subject, let time else { return nil }
            self.type = type
            self.version = version
            self.stream = stream
            self.number = number
            self.tenant = tenant.map(TenantID.init(rawValue:))
            self.subject = subject
            self.time = Timestamp(microseconds: time)
            self.trace = trace
        }
    }

    /// So that a replayed fact, whose body is base64 within JSON, still fits a frame.
    static let maximumBody = 512 << 10
    /// A peer would close the connection on a header that does not fit a frame, for every subscriber and for ever again.
    static let maximumHeader = 16 << 10

    let header: Data
    let body: Data
    let type: String
    let stream: String
    let number: UInt64

    /// Nil if the event is too large to be sent.
    init?(_ envelope: Envelope) {
        guard envelope.body.count <= Self.maximumBody else { return nil }
        header = Self.header(of: envelope)
        guard header.count <= Self.maximumHeader else { return nil }
        body = envelope.body
        type = envelope.type
        stream = envelope.stream
        number = envelope.number
    }

    /// As JSON.
    private static func header(of envelope: Envelope) -> Data {
        var json = FlatJSON()
        json.add("type", envelope.type)
        json.add("version", envelope.version)
        json.add("stream", envelope.stream)
        json.add("number", envelope.number)
        if let tenant = envelope.tenant { json.add("tenant", tenant.rawValue) }
        json.add("subject", envelope.subject)
        json.add("time", envelope.time.microseconds)
        if let trace = envelope.trace { json.add("trace", trace) }
        return json.data()
    }

    var frames: [Data] { [Data(type.utf8), header, body] }

    /// Nil if the frames are not an event that `service` may publish.
    static func read(_ frames: [Data], from service: ServiceName) -> Envelope? {
        guard frames.count == 3, let envelope = read(header: frames[1], body: frames[2]),
            frames[0].elementsEqual(envelope.type.utf8)
        else { return nil }
        return may(service, publish: envelope) ? envelope : nil
    }

    /// A fact is published by the service whose stream it is of.
    static func may(_ service: ServiceName, publish envelope: Envelope) -> Bool {
        !envelope.isFact || envelope.stream.hasPrefix(service.rawValue + "/")
    }

    /// Nil if the header is none.
    static func read(header: Data, body: Data) -> Envelope? {
        header.withUnsafeBytes { read(header: $0, body: body) }
    }

    /// The same, of bytes that lie among others.
    static func read(header: UnsafeRawBufferPointer, body: Data) -> Envelope? {
        guard let header = Header(flat: header) ?? (try? BusJSON.decoder.decode(Header.self, from: Data(header))),
            header.number <= StreamCursor.maximumNumber, header.stream.utf8.count <= 128
        else { return nil }
        return Envelope(
            type: header.type, version: header.version, stream: header.stream, number: header.number,
            tenant: header.tenant, subject: header.subject, time: header.time, trace: header.trace, body: body)
    }
}

extension Envelope {
    /// Whether it is small enough to be sent and replayed. A fact that is not must not be kept: all would wait for it.
    public var fitsTheBus: Bool { EventFrames(self) != nil }
}
