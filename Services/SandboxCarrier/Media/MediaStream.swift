import Glibc
import RTP
import SDP

/// Where a stream goes and how it is written.
struct StreamTarget: Sendable {
    var address: sockaddr_in
    var law: G711
    var payloadType: UInt8
    var eventPayloadType: UInt8?
    /// False while the other side holds us.
    var sends: Bool

    /// - Returns: nil if the other side's address is not a numeric IPv4 address.
    init?(_ agreed: AgreedAudio) {
        guard let address = sockaddr_in(agreed.remoteAddress, agreed.remotePort) else { return nil }
        self.address = address
        law = agreed.codec == .pcma ? .aLaw : .muLaw
        payloadType = agreed.payloadType
        eventPayloadType = agreed.telephoneEventPayloadType
        sends = agreed.direction.sends
    }
}

/// What a stream has sent and heard by its end.
struct StreamReport: Sendable, Equatable {
    var sent = 0
    var received = 0
    var lost = 0
    /// Keys the other side has pressed.
    var keys = ""
    /// What was heard, if it was to be kept.
    var heard: [UInt8] = []
    var law = G711.aLaw
    /// How long stamped packets took.
    var delays = DelayHistogram()
}

/// One call's sound, both ways. It belongs to the media thread.
struct MediaStream {
    /// Five minutes of sound are kept at most.
    private static let keptLimit = 8_000 * 300

    let socket: RTPSocket
    let keepsSound: Bool
    /// Packets say when they were sent, and what such packets took is counted.
    let isStamped: Bool
    private(set) var report = StreamReport()
    var target: StreamTarget?
    var sound = Sound.silence { didSet { frame = 0 } }
    var ear: ToneEar?
    var onHeard: (@Sendable () -> Void)?
    var watch: ToneWatch?
    var onTones: (@Sendable (ToneWatch.News) -> Void)?
    var keys = TelephoneEventSender()
    private var keyReceiver = TelephoneEventReceiver()
    private var statistics = ReceptionStatistics()
    private var frame = 0
    private var sequence = UInt16.random(in: .min ... .max)
    private var timestamp = UInt32.random(in: .min ... .max)
    private let source = UInt32.random(in: .min ... .max)

    init(_ socket: RTPSocket, keepsSound: Bool, isStamped: Bool) {
        self.socket = socket
        self.keepsSound = keepsSound
        self.isStamped = isStamped
        if isStamped { socket.timeArrivals() }
    }

    /// Writes and sends what is due for these 20 ms.
    mutating func send(_ sounds: inout SoundLibrary, _ buffer: UnsafeMutableRawBufferPointer) {
        guard let target else { return }
        timestamp &+= UInt32(SoundFrames.bytesPerFrame)
        guard target.sends else { return }
        let length: Int
        if let type = target.eventPayloadType, keys.isActive, let press = keys.next(timestamp: timestamp) {
            header(type, press.timestamp, press.marker).write(into: buffer)
            press.event.write(into: UnsafeMutableRawBufferPointer(rebasing: buffer[RTPHeader.size...]))
            length = RTPHeader.size + TelephoneEvent.size
        } else {
            guard let payload = sounds.frames(sound, target.law).frame(frame) else { return }
            header(target.payloadType, timestamp, false).write(into: buffer)
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer[RTPHeader.size...])
            room.copyBytes(from: payload)
            length = RTPHeader.size + payload.count
            if isStamped { SentStamp.write(into: UnsafeMutableRawBufferPointer(rebasing: room[..<payload.count])) }
            frame += 1
        }
        sequence &+= 1
        if socket.send(UnsafeRawBufferPointer(rebasing: buffer[..<length]), to: target.address) { report.sent += 1 }
    }

    private func header(_ type: UInt8, _ timestamp: UInt32, _ marker: Bool) -> RTPHeader {
        RTPHeader(marker: marker, payloadType: type, sequence: sequence, timestamp: timestamp, ssrc: source)
    }

    /// Takes everything that has come; a flood waits for the next round.
    mutating func receive(_ buffer: UnsafeMutableRawBufferPointer, at microseconds: Int64) {
        for _ in 0..<16 {
            if isStamped {
                guard let (count, arrival) = socket.receiveTimed(into: buffer) else { return }
                measure(UnsafeRawBufferPointer(rebasing: buffer[..<count]), arrival)
                take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: microseconds)
            } else {
                guard let count = socket.receive(into: buffer) else { return }
                take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: microseconds)
            }
        }
    }

    private mutating func measure(_ bytes: UnsafeRawBufferPointer, _ arrival: Int64?) {
        guard let arrival, let packet = RTPPacket(bytes),
            let sent = SentStamp.read(UnsafeRawBufferPointer(rebasing: bytes[packet.payload]))
        else { return }
        report.delays.take(nanoseconds: arrival &- sent)
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer, at microseconds: Int64) {
        guard let packet = RTPPacket(bytes) else { return }
        let payload = UnsafeRawBufferPointer(rebasing: bytes[packet.payload])
        let arrival = UInt32(truncatingIfNeeded: microseconds / 125)
        guard statistics.take(packet.header, octets: payload.count, arrival: arrival) != .stray else { return }
        if packet.header.payloadType == target?.eventPayloadType {
            guard let event = TelephoneEvent(payload) else { return }
            let news = keyReceiver.take(event, timestamp: packet.header.timestamp, at: microseconds)
            if let key = news.began.flatMap(Digit.character(of:)), report.keys.count < 128 { report.keys.append(key) }
        } else if let law = G711(rawValue: packet.header.payloadType) {
            hear(payload, law)
        }
    }

    private mutating func hear(_ payload: UnsafeRawBufferPointer, _ law: G711) {
        report.law = law
        if keepsSound, report.heard.count + payload.count <= Self.keptLimit { report.heard.append(contentsOf: payload) }
        if let news = watch?.take(payload, law, at: ToneWatch.now()) { onTones?(news) }
        if ear?.take(payload, law) == true {
            ear = nil
            onHeard?()
        }
    }

    /// The last word on the stream.
    var finalReport: StreamReport {
        var report = report
        report.received = Int(clamping: statistics.received)
        report.lost = Int(clamping: max(0, statistics.lost))
        return report
    }
}

/// Every sound in use, encoded once.
struct SoundLibrary {
    private struct Key: Hashable {
        let sound: Sound
        let law: G711
    }

    private static let limit = 256
    private var known: [Key: SoundFrames] = [:]

    mutating func frames(_ sound: Sound, _ law: G711) -> SoundFrames {
        let key = Key(sound: sound, law: law)
        if let frames = known[key] { return frames }
        if known.count >= Self.limit { known = [:] }
        let frames = SoundFrames(sound, law)
        known[key] = frames
        return frames
    }
}
