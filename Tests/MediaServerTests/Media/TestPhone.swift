import Codecs
import Foundation
import Glibc
import RTP
import SDP
import Synchronization
import TestSupport

@testable import MediaServer

/// A telephone of flesh and UDP: says a tone and keys in real time, and keeps what it hears.
final class TestPhone: Sendable {
    let socket: UDPSocket
    let port: UInt16
    let codec: AudioCodec
    let rate: SampleRate
    /// Keys go and come as telephone-events; otherwise they sound.
    let hasEvents: Bool
    let packetTime: Int
    let ssrc = UInt32.random(in: 1 ... .max)
    private let encoder: SoundEncoder
    private let position: Mutex<(sequence: UInt16, timestamp: UInt32)>

    private static let ports = Mutex<UInt16>(52_000)

    convenience init(_ law: G711 = .aLaw) throws { try self.init(law == .aLaw ? .pcma : .pcmu) }

    init(_ codec: AudioCodec, at rate: SampleRate = .narrow, hasEvents: Bool = true, packetTime: Int = 20) throws {
        let port = Self.ports.withLock { port in
            port += 2
            return port
        }
        self.port = port
        self.codec = codec
        self.rate = rate
        self.hasEvents = hasEvents
        self.packetTime = packetTime
        encoder = try SoundEncoder(codec, at: rate)
        socket = try UDPSocket(bound: SocketAddress("127.0.0.1", port: port))
        position = Mutex((.random(in: .min ... .max), .random(in: .min ... .max)))
    }

    deinit { socket.close() }

    /// What the engine is told of it.
    var media: RemoteMedia {
        var media = RemoteMedia(
            address: "127.0.0.1", port: port, codec: codec, telephoneEventPayloadType: hasEvents ? 101 : nil)
        media.packetTime = packetTime
        media.telephoneEventClockRate = codec.clockRate
        return media
    }

    /// Talks alone; see ``Conversation``.
    func talk(to port: UInt16, frames: Int, tone: Double? = nil, keys: String = "") async throws -> Heard {
        try await Conversation.hold([Speaker(self, to: port, tone: tone, keys: keys)], frames: frames)[0]
    }

    /// Sends a frame of sound, or a key's packet.
    fileprivate func say(_ samples: [Int16]?, _ sender: inout TelephoneEventSender, to target: SocketAddress) {
        var (sequence, timestamp) = position.withLock { position in
            position.timestamp &+= UInt32(codec.clockRate / 50)
            return position
        }
        var payload: [UInt8] = []
        var type = codec.payloadType
        if sender.isActive, hasEvents {
            guard let frame = sender.next(timestamp: timestamp) else { return }
            payload = [UInt8](repeating: 0, count: TelephoneEvent.size)
            payload.withUnsafeMutableBytes { _ = frame.event.write(into: $0) }
            type = 101
            timestamp = frame.timestamp
        } else if let samples = sender.isActive ? tones(&sender) : samples {
            payload = encode(samples)
        } else {
            return
        }
        sequence &+= 1
        position.withLock { $0.sequence = sequence }
        send(RTPHeader(payloadType: type, sequence: sequence, timestamp: timestamp, ssrc: ssrc), payload, to: target)
    }

    private func encode(_ samples: [Int16]) -> [UInt8] {
        var payload = [UInt8](repeating: 0, count: 1_500)
        let count = samples.withUnsafeBufferPointer { samples in
            payload.withUnsafeMutableBytes { encoder.encode(samples, into: $0) }
        }
        return Array(payload[..<count])
    }

    /// A key as it sounds, at 8 kHz.
    private func tones(_ sender: inout TelephoneEventSender) -> [Int16] {
        guard let frame = sender.next(timestamp: 0), !frame.event.isEnd,
            let tones = Digit.character(of: frame.event.event).flatMap(Digit.tones(of:))
        else { return [Int16](repeating: 0, count: 160) }
        // Each frame goes on where the one before it ended: a tone that begins anew every 20 ms is no key.
        var generator = ToneGenerator(tones, amplitude: 0.2)
        return Array(generator.next(Int(frame.event.duration)).suffix(160))
    }

    func send(_ header: RTPHeader, _ payload: [UInt8], to target: SocketAddress) {
        var datagram = [UInt8](repeating: 0, count: RTPHeader.size) + payload
        datagram.withUnsafeMutableBytes { bytes in
            header.write(into: bytes)
            socket.send(UnsafeRawBufferPointer(bytes), to: target)
        }
    }

    fileprivate func listen(into heard: inout Heard) {
        var buffer = [UInt8](repeating: 0, count: 2_048)
        buffer.withUnsafeMutableBytes { bytes in
            while let (count, source) = socket.receive(into: bytes) {
                heard.take(UnsafeRawBufferPointer(rebasing: bytes[..<count]), from: source)
            }
        }
    }
}

/// A telephone, the port it talks to, and what it says.
struct Speaker: Sendable {
    let phone: TestPhone
    let target: SocketAddress
    let tone: Double?
    let keys: String

    init(_ phone: TestPhone, to port: UInt16, tone: Double? = nil, keys: String = "") throws {
        self.phone = phone
        target = try SocketAddress("127.0.0.1", port: port)
        self.tone = tone
        self.keys = keys
    }
}

/// Several telephones that talk at once, a frame every 20 ms, on one thread: however busy the machine is, they stay in step.
enum Conversation {
    static func hold(_ speakers: [Speaker], frames: Int) async throws -> [Heard] {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: run(speakers, frames)) }
        }
    }

    private static func run(_ speakers: [Speaker], _ frames: Int) -> [Heard] {
        var heard = speakers.map { Heard($0.phone) }
        var tones = speakers.map { speaker in
            speaker.tone.map { ToneGenerator([$0], sampleRate: Double(speaker.phone.rate.rawValue)) }
        }
        var senders = speakers.map { speaker in
            var sender = TelephoneEventSender(
                pressFrames: 3, pauseFrames: 2, samplesPerFrame: speaker.phone.codec.clockRate / 50)
            sender.send(speaker.keys)
            return sender
        }
        var next = MediaClock.now()
        for _ in 0..<frames {
            for (index, speaker) in speakers.enumerated() {
                speaker.phone.say(
                    tones[index]?.next(speaker.phone.rate.frameSamples), &senders[index], to: speaker.target)
            }
            // Never two frames at once: a late one moves those after it.
            next = max(next, MediaClock.now() - 10_000) + 20_000
            wait(until: next)
            for (index, speaker) in speakers.enumerated() { speaker.phone.listen(into: &heard[index]) }
        }
        return heard
    }

    private static func wait(until deadline: Int64) {
        while case let rest = deadline - MediaClock.now(), rest > 0 { _ = poll(nil, 0, Int32((rest + 999) / 1_000)) }
    }
}

/// What a telephone heard.
struct Heard: Sendable {
    private let payloadType: UInt8
    private let decoder: SoundDecoder?
    private let detector: KeyDetector?
    let rate: SampleRate
    var headers: [RTPHeader] = []
    var sources: Set<SocketAddress> = []
    /// How long each packet was.
    var packets: [Int] = []
    var sound: [Int16] = []
    var keys = ""
    private var receiver = TelephoneEventReceiver()

    /// What is heard in G.711, with keys as telephone-events.
    init(law: G711) {
        payloadType = law.rawValue
        rate = .narrow
        decoder = .g711(law)
        detector = nil
    }

    init(_ phone: TestPhone) {
        payloadType = phone.codec.payloadType
        rate = phone.rate
        decoder = try? SoundDecoder(phone.codec, at: phone.rate)
        detector = phone.hasEvents ? nil : try? KeyDetector()
    }

    mutating func take(_ bytes: UnsafeRawBufferPointer, from source: SocketAddress) {
        guard let packet = RTPPacket(bytes) else { return }
        sources.insert(source)
        headers.append(packet.header)
        let payload = UnsafeRawBufferPointer(rebasing: bytes[packet.payload])
        if packet.header.payloadType == 101 {
            guard let event = TelephoneEvent(payload) else { return }
            let news = receiver.take(event, timestamp: packet.header.timestamp, at: 0)
            if let press = news.ended, let key = Digit.character(of: press.event) { keys.append(key) }
        } else if packet.header.payloadType == payloadType {
            take(payload)
        }
    }

    private mutating func take(_ payload: UnsafeRawBufferPointer) {
        var samples = [Int16](repeating: 0, count: maximumPacketSamples)
        let count = samples.withUnsafeMutableBufferPointer { decoder?.decode(payload, into: $0) ?? 0 }
        packets.append(count)
        sound += samples[..<count]
        if let press = samples[..<count].withUnsafeBufferPointer({ detector?.take($0) }) { keys.append(press.key) }
    }

    /// The share of the sound that is a tone.
    func share(of tone: Double) -> Double { Goertzel.share(of: tone, in: sound, sampleRate: Double(rate.rawValue)) }

    /// Numbers without a gap, one source, time never going back.
    var isSmooth: Bool {
        zip(headers, headers.dropFirst()).allSatisfy { first, second in
            second.sequence == first.sequence &+ 1 && second.ssrc == first.ssrc
                && Wrapping.distance(from: first.timestamp, to: second.timestamp) >= 0
        }
    }
}
