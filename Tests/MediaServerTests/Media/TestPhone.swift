import Foundation
import Glibc
import RTP
import Synchronization
import TestSupport

@testable import MediaServer

/// A telephone of flesh and UDP: says a tone and keys in real time, and keeps what it hears.
final class TestPhone: Sendable {
    let socket: UDPSocket
    let port: UInt16
    let law: G711
    let ssrc = UInt32.random(in: 1 ... .max)
    private let position: Mutex<(sequence: UInt16, timestamp: UInt32)>

    private static let ports = Mutex<UInt16>(52_000)

    init(_ law: G711 = .aLaw) throws {
        let port = Self.ports.withLock { port in
            port += 2
            return port
        }
        self.port = port
        self.law = law
        socket = try UDPSocket(bound: SocketAddress("127.0.0.1", port: port))
        position = Mutex((.random(in: .min ... .max), .random(in: .min ... .max)))
    }

    deinit { socket.close() }

    /// What the engine is told of it.
    var media: RemoteMedia {
        RemoteMedia(address: "127.0.0.1", port: port, law: law, telephoneEventPayloadType: 101)
    }

    /// Talks alone; see ``Conversation``.
    func talk(to port: UInt16, frames: Int, tone: Double? = nil, keys: String = "") async throws -> Heard {
        try await Conversation.hold([Speaker(self, to: port, tone: tone, keys: keys)], frames: frames)[0]
    }

    /// Sends a frame of sound, or a key's packet.
    fileprivate func say(_ samples: [Int16]?, _ sender: inout TelephoneEventSender, to target: SocketAddress) {
        var (sequence, timestamp) = position.withLock { position in
            position.timestamp &+= 160
            return position
        }
        var payload: [UInt8] = []
        var type = law.rawValue
        if sender.isActive {
            guard let frame = sender.next(timestamp: timestamp) else { return }
            payload = [UInt8](repeating: 0, count: TelephoneEvent.size)
            payload.withUnsafeMutableBytes { _ = frame.event.write(into: $0) }
            type = 101
            timestamp = frame.timestamp
        } else if let samples {
            payload = law.encode(samples)
        } else {
            return
        }
        sequence &+= 1
        position.withLock { $0.sequence = sequence }
        send(RTPHeader(payloadType: type, sequence: sequence, timestamp: timestamp, ssrc: ssrc), payload, to: target)
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
        var heard = speakers.map { Heard(law: $0.phone.law) }
        var tones = speakers.map { speaker in speaker.tone.map { ToneGenerator([$0]) } }
        var senders = speakers.map { speaker in
            var sender = TelephoneEventSender(pressFrames: 3, pauseFrames: 2)
            sender.send(speaker.keys)
            return sender
        }
        var next = MediaClock.now()
        for _ in 0..<frames {
            for (index, speaker) in speakers.enumerated() {
                speaker.phone.say(tones[index]?.next(160), &senders[index], to: speaker.target)
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
    let law: G711
    var headers: [RTPHeader] = []
    var sources: Set<SocketAddress> = []
    var sound: [UInt8] = []
    var keys = ""
    private var receiver = TelephoneEventReceiver()

    init(law: G711) { self.law = law }

    mutating func take(_ bytes: UnsafeRawBufferPointer, from source: SocketAddress) {
        guard let packet = RTPPacket(bytes) else { return }
        sources.insert(source)
        headers.append(packet.header)
        let payload = UnsafeRawBufferPointer(rebasing: bytes[packet.payload])
        if packet.header.payloadType == 101 {
            guard let event = TelephoneEvent(payload) else { return }
            let news = receiver.take(event, timestamp: packet.header.timestamp, at: 0)
            if let press = news.ended, let key = Digit.character(of: press.event) { keys.append(key) }
        } else if packet.header.payloadType == law.rawValue {
            sound += payload
        }
    }

    /// The share of the sound that is a tone.
    func share(of tone: Double) -> Double { Goertzel.share(of: tone, in: law.decode(sound)) }

    /// Numbers without a gap, one source, time never going back.
    var isSmooth: Bool {
        zip(headers, headers.dropFirst()).allSatisfy { first, second in
            second.sequence == first.sequence &+ 1 && second.ssrc == first.ssrc
                && Wrapping.distance(from: first.timestamp, to: second.timestamp) >= 0
        }
    }
}
