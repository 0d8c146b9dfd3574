import Contracts
import Foundation

/// An event as three frames: topic, header (JSON), body (JSON).
struct EventFrames: Sendable {
    private struct Header: Codable {
        var type: String
        var version: Int
        var stream: String
        var number: UInt64
        var tenant: TenantID?
        var subject: String
        var time: Timestamp
        var trace: String?
    }

    let frames: [Data]
    let type: String
    let stream: String
    let number: UInt64

    /// Nil if the event is too large to be sent.
    init?(_ envelope: Envelope) {
        let header = Header(
            type: envelope.type, version: envelope.version, stream: envelope.stream, number: envelope.number,
            tenant: envelope.tenant, subject: envelope.subject, time: envelope.time, trace: envelope.trace)
        guard envelope.body.count <= ZeroMQSocket.maximumFrame, let bytes = try? BusJSON.encoder.encode(header) else {
            return nil
        }
        frames = [Data(envelope.type.utf8), bytes, envelope.body]
        type = envelope.type
        stream = envelope.stream
        number = envelope.number
    }

    /// Nil if the frames are not an event that `service` may publish.
    static func read(_ frames: [Data], from service: ServiceName) -> Envelope? {
        guard frames.count == 3, let header = try? BusJSON.decoder.decode(Header.self, from: frames[1]),
            Data(header.type.utf8) == frames[0], header.number <= StreamCursor.maximumNumber
        else { return nil }
        if header.number > 0 {
            guard header.stream.hasPrefix(service.rawValue + "/"), header.stream.utf8.count <= 128 else { return nil }
        }
        return Envelope(
            type: header.type, version: header.version, stream: header.stream, number: header.number,
            tenant: header.tenant, subject: header.subject, time: header.time, trace: header.trace, body: frames[2])
    }
}
