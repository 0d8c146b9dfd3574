import Contracts
import Foundation
import SIP
import Synchronization
import TestSupport
import Testing

@testable import MediaServer

/// What a trace holds, as other programs read it.
@Suite(.serialized, .timeLimit(.minutes(1))) struct TracingTests {
    static let tshark: String? = ["/usr/bin/tshark", "/usr/local/bin/tshark"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(.enabled(if: tshark != nil, "tshark is not installed: apt-get install tshark"))
    func `tshark reads the signalling and the sound of a call that was awaited by its number`() async throws {
        let homer = try HomerCollector()
        try await withSwitch(collector: homer.address) { test in
            let tracer = test.tracer
            let wish = TraceWish(legID: nil, number: "8000", seconds: nil, megabytes: nil, withSound: nil)
            let id = try await test.board.look { desk throws(Failure) in try desk.trace(wish, "demo", with: tracer) }
            let anna = try TestPhone()
            let caller = try await test.answeredCaller(anna)
            try await test.command(caller.leg, .play(playID: 1, prompts: [.music], loop: true, stopsOnDigit: false))
            _ = try await anna.talk(to: caller.port, frames: 30, tone: 440)
            try await test.command(caller.leg, .hangUp(.local))
            _ = await caller.events.first { if case .ended(let end) = $0 { end } else { nil } }
            // The answer to BYE is told to nobody.
            var read: [String] = []
            while !read.contains("BYE 200") {
                await tracer.write(at: .now())
                read = try Self.read(tracer.path(id))
            }
            await tracer.end(id, at: .now())
            let state = try tracer.find(id, "demo")
            #expect(!state.isRunning && state.legs == [caller.leg] && state.dropped == 0)
            #expect(read.contains("INVITE "))
            #expect(read.contains("INVITE 200"))
            #expect(read.contains("ACK ") && read.contains("BYE "))
            let sound = try Self.tshark(
                tracer.path(id),
                ["-d", "udp.port==\(caller.port),rtp", "-Y", "rtp", "-T", "fields", "-e", "udp.srcport"])
            #expect(sound.filter { $0 == "\(caller.port)" }.count > 10)
            #expect(sound.filter { $0 != "\(caller.port)" }.count > 10)
            #expect(throws: Failure.self) { try tracer.find(id, "other") }
            await tracer.remove(id)
            #expect(!FileManager.default.fileExists(atPath: tracer.path(id)))
        }
        let parcels = try homer.read()
        #expect(parcels.contains { $0.hasPrefix("1 INVITE sip:4001@") })
        #expect(parcels.contains { $0.hasPrefix("1 SIP/2.0 200") })
    }

    @Test func `a trace ends in time and in size`() {
        let wish = TraceWish(legID: nil, number: "8000", seconds: 10, megabytes: 1, withSound: nil)
        var trace = CallTrace("t", "demo", wish, at: Timestamp(microseconds: 0))
        let place = TracedPacket.Place(address: 1, port: 2)
        let packet = TracedPacket(
            kind: .rtp, time: Timestamp(microseconds: 5_000_000), source: place, destination: place,
            bytes: Array(repeating: 0, count: 60_000))
        for _ in 0..<100 { trace.take(packet) }
        #expect(!trace.isRunning && trace.bytes <= 1 << 20 && trace.packets == 17)
        var other = CallTrace("u", "demo", wish, at: Timestamp(microseconds: 0))
        other.look(at: Timestamp(microseconds: 9_999_999))
        #expect(other.isRunning)
        other.look(at: Timestamp(microseconds: 10_000_000))
        #expect(!other.isRunning)
    }

    @Test func `a trace follows the calls of its number and of its tenant`() {
        let wish = TraceWish(legID: nil, number: "8000", seconds: nil, megabytes: nil, withSound: nil)
        let own = CallTrace("t", "demo", wish, at: Timestamp(microseconds: 0))
        #expect(own.wants("demo", from: "13800138000", to: "4001"))
        #expect(own.wants("demo", from: "4001", to: "+8613800138000"))
        #expect(!own.wants("demo", from: "13800138001", to: "4001"))
        #expect(!own.wants("other", from: "13800138000", to: "4001"))
        #expect(CallTrace("t", .all, wish, at: Timestamp(microseconds: 0)).wants("other", from: "13800138000", to: ""))
    }

    @Test(arguments: [
        TraceWish(legID: nil, number: nil, seconds: nil, megabytes: nil, withSound: nil),
        TraceWish(legID: "a", number: "8000", seconds: nil, megabytes: nil, withSound: nil),
        TraceWish(legID: nil, number: "800", seconds: nil, megabytes: nil, withSound: nil),
        TraceWish(legID: "a", number: nil, seconds: 3_601, megabytes: nil, withSound: nil),
        TraceWish(legID: "a", number: nil, seconds: nil, megabytes: 51, withSound: nil),
    ])
    func `a trace without an end or an aim is refused`(wish: TraceWish) {
        #expect(throws: Failure.self) { try wish.check() }
    }

    @Test func `a message's Call-ID is found in whatever comes`() {
        let found = { (text: String) in Tracer.callID(in: Array(text.utf8)) }
        #expect(found("OPTIONS sip:a SIP/2.0\r\nVia: x\r\nCall-ID: abc@d\r\n\r\n") == "abc@d")
        #expect(found("OPTIONS sip:a SIP/2.0\r\ni:abc\r\n\r\n") == "abc")
        #expect(found("OPTIONS sip:a SIP/2.0\r\n\r\nCall-ID: abc\r\n") == nil)
        #expect(found("") == nil)
    }

    @Test func `a full tap drops what is new and counts it`() {
        let tap = PacketTap()
        let bytes = [UInt8](repeating: 7, count: 500)
        let put = { bytes.withUnsafeBytes { tap.put($0, SocketAddress(host: 1, port: 2), isOutgoing: true) } }
        put()
        #expect(tap.next() == nil)
        tap.begin()
        var taken = 0
        for _ in 0..<5 {
            for _ in 0..<1_000 { put() }
            while let packet = tap.next() {
                #expect(packet.bytes == bytes && packet.isOutgoing && packet.peer.port == 2)
                taken += 1
            }
        }
        #expect(taken + tap.takeDropped() == 5_000)
        tap.end()
        put()
        #expect(tap.next() == nil)
    }

    // MARK: Words

    /// Method and status of each SIP message.
    static func read(_ path: String) throws -> [String] {
        try tshark(
            path, ["-Y", "sip", "-T", "fields", "-E", "separator= ", "-e", "sip.CSeq.method", "-e", "sip.Status-Code"])
    }

    static func tshark(_ path: String, _ arguments: [String]) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tshark ?? "")
        process.arguments = ["-n", "-r", path, "-d", "udp.port==15000-15999,sip"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").map(String.init)
    }
}

/// Takes HEP and says what was in it: a few lines of Python, which know the format from its specification.
final class HomerCollector {
    let address: String
    private let process: Process
    private let output = Pipe()

    init() throws {
        let port = Int.random(in: 25_000..<27_000)
        address = "127.0.0.1:\(port)"
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", Self.program, "\(port)"]
        process.standardOutput = output
        try process.run()
        // It listens once it has said so.
        _ = output.fileHandleForReading.availableData
    }

    /// Protocol and first line of each.
    func read() throws -> [String] {
        // Children of ours are deaf to other signals.
        kill(process.processIdentifier, SIGKILL)
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").map(String.init)
    }

    private static let program = """
        import socket, struct, sys
        taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        taker.bind(("127.0.0.1", int(sys.argv[1])))
        print("ready", flush=True)
        while True:
            data = taker.recv(65535)
            magic, length = struct.unpack("!4sH", data[:6])
            assert magic == b"HEP3" and length == len(data)
            place, chunks = 6, {}
            while place < length:
                vendor, kind, size = struct.unpack("!HHH", data[place:place + 6])
                assert vendor == 0 and size >= 6
                chunks[kind] = data[place + 6:place + size]
                place += size
            assert chunks[1] == b"\\x02" and chunks[2] == b"\\x11" and len(chunks[3]) == len(chunks[4]) == 4
            assert socket.inet_ntoa(chunks[3]) == "127.0.0.1" and len(chunks[7]) == len(chunks[8]) == 2
            assert struct.unpack("!I", chunks[9])[0] > 1700000000 and struct.unpack("!I", chunks[10])[0] < 1000000
            assert len(chunks[17]) > 8
            print(chunks[11][0], chunks[15].split(b"\\r\\n")[0].decode("utf-8", "replace"), flush=True)
        """
}

extension TraceID: ExpressibleByStringLiteral {}
