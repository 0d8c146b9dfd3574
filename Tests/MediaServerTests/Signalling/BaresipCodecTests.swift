import Contracts
import Foundation
import Glibc
import RTP
import SDP
import SIP
import Synchronization
import TestSupport
import Testing

@testable import MediaServer

/// baresip's own G.722 and Opus on the other side of the wire, translated to a caller who speaks A-law.
@Suite(.timeLimit(.minutes(2))) struct BaresipCodecTests {
    @Test(arguments: [
        BaresipCallee(module: "g722", codec: "G722/16000/1", rate: 16_000, channels: 1),
        BaresipCallee(module: "opus", codec: "opus/48000/2", rate: 48_000, channels: 2),
    ])
    func `baresip and a caller of another codec hear each other`(callee: BaresipCallee) async throws {
        try await withSwitch { test in
            let place = test.directory.appending(path: "baresip")
            let (process, port) = try callee.start(in: place)
            // It hangs on while it says goodbye.
            defer { kill(process.processIdentifier, SIGKILL) }
            test.book.change { book in
                book.trunks = [.at(port, id: "baresip"), .at(test.world.port) { $0.isOutbound = false }]
            }
            let anna = try TestPhone()
            let caller = try await test.answeredCaller(anna)
            try await test.originate("out", to: .number(BaresipCallee.number))
            #expect(await test.next(LegAnswered.self)?.legID == "out")
            try await test.command(caller.leg, .bridge(with: "out"))
            let heard = try await anna.talk(to: caller.port, frames: 150, tone: 440)
            #expect(Goertzel.share(of: 880, in: heard.sound.suffix(8_000)) > 0.8)
            try await test.command("out", .hangUp(.local))
            #expect(await test.next(LegMediaEnded.self)?.sound.packetsReceived ?? 0 > 50)
            let sound = callee.heard(in: place)
            // One channel, its last second but one: what came before is the call's beginning.
            let end = sound.dropLast(callee.rate / 2).suffix(callee.rate)
            #expect(Goertzel.share(of: 440, in: end, sampleRate: Double(callee.rate)) > 0.8)
        }
    }
}

/// A telephone that answers at once and plays 880 Hz.
struct BaresipCallee: Sendable {
    static let number = "13900139000"
    private static let ports = Mutex<Int>(15_900)

    let module: String
    let codec: String
    let rate: Int
    let channels: Int

    func start(in place: URL) throws -> (Process, port: Int) {
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let port = Self.ports.withLock { port in
            port += 2
            return port
        }
        let tone = place.appending(path: "tone.wav")
        let file = try WAVWriter(path: tone.path, format: WAVFormat(.pcm16, channels: channels, sampleRate: rate))
        var generator = ToneGenerator([880], sampleRate: Double(rate))
        let bytes = generator.next(rate * 20).flatMap { sample in
            (0..<channels).flatMap { _ in withUnsafeBytes(of: sample.littleEndian) { Array($0) } }
        }
        try file.append(bytes)
        try file.close()
        let configuration = """
            sip_listen 127.0.0.1:\(port)
            audio_source aufile,\(tone.path)
            rtp_ports 17000-17999
            module_path /usr/lib/baresip/modules
            module \(module).so
            module aufile.so
            module sndfile.so
            snd_path \(place.path)
            module_tmp account.so
            module_app menu.so
            """
        let account = "<sip:\(Self.number)@127.0.0.1>;regint=0;answermode=auto;audio_codecs=\(codec)"
        for (name, text) in [("config", configuration), ("accounts", account), ("contacts", "")] {
            try (text + "\n").write(to: place.appending(path: name), atomically: true, encoding: .utf8)
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["baresip", "-f", place.path]
        let log = place.appending(path: "baresip.log")
        try Data().write(to: log)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = process.standardOutput
        try process.run()
        return (process, port)
    }

    /// What it heard, the first channel only. Its file may lack its lengths.
    func heard(in place: URL) -> [Int16] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: place.path),
            let name = names.first(where: { $0.hasSuffix("-dec.wav") }),
            let data = try? Data(contentsOf: place.appending(path: name))
        else { return [] }
        let bytes = [UInt8](data.dropFirst(44))
        return stride(from: 0, to: bytes.count - 1, by: 2 * channels).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }
}
