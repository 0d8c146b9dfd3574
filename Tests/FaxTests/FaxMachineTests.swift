import Fax
import Foundation
import RTP
import SDP
import TestSupport
import Testing

@testable import FaxWorker

/// Two machines and the line between them, as fast as the processor goes.
private final class Exchange {
    let directory: URL
    let sent: String
    let received: String
    private(set) var events: [Bool: [FaxEvent]] = [:]
    private var machines: [Bool: FaxMachine] = [:]
    /// On their way: who is to hear it, what.
    private var underway: [(toSender: Bool, kind: FaxMessage.Kind, bytes: [UInt8])] = []
    private var sequence: [Bool: UInt16] = [true: 0, false: 0]
    /// Every datagram, with who said it.
    private(set) var datagrams: [(bySender: Bool, bytes: [UInt8])] = []
    /// Which datagrams, and which packets of sound, are lost.
    var loses: (Int) -> Bool = { _ in false }
    private var passed = 0

    init(_ pages: [[[UInt8]]], usesErrorCorrection: Bool = true, mostPages: Int = 200) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "fax-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        sent = directory.appending(path: "sent.tif").path
        received = directory.appending(path: "received.tif").path
        try Data(Sheets.tiff(pages)).write(to: URL(fileURLWithPath: sent))
        for isSender in [true, false] {
            let job = FaxJob(
                sends: isSender, file: isSender ? sent : received, station: isSender ? "+86 10 1" : "+86 21 2",
                usesErrorCorrection: usesErrorCorrection, mostPages: mostPages)
            machines[isSender] = FaxMachine(job, tell: { [unowned self] in events[isSender, default: []].append($0) }) {
                [unowned self] kind, bytes in
                underway.append((!isSender, kind, Array(bytes)))
            }
        }
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func change(to terms: T38Terms) { for machine in machines.values { machine.change(to: terms) } }

    /// - Returns: how both say it went, the sender first.
    func run(seconds: Int = 300) -> [FaxResult] {
        for _ in 0..<(seconds * 50) where !machines.values.allSatisfy(\.isDone) {
            for machine in machines.values where !machine.isDone { machine.tick() }
            deliver()
        }
        return [true, false].compactMap { machines[$0]?.result }
    }

    private func deliver() {
        let due = underway
        underway = []
        for message in due {
            if message.kind == .datagram { datagrams.append((!message.toSender, message.bytes)) }
            let number = sequence[message.toSender, default: 0]
            sequence[message.toSender] = number &+ 1
            passed += 1
            guard !loses(passed) else { continue }
            switch message.kind {
            case .datagram: message.bytes.withUnsafeBytes { machines[message.toSender]?.take(datagram: $0) }
            case .sound where message.bytes.count == 320:
                let samples = stride(from: 0, to: 320, by: 2).map {
                    Int16(bitPattern: UInt16(message.bytes[$0]) | UInt16(message.bytes[$0 + 1]) << 8)
                }
                let head = FaxSound(isALaw: true, sequence: number, timestamp: UInt32(number) * 160)
                G711.aLaw.encode(samples).withUnsafeBytes { machines[message.toSender]?.hear(head, $0) }
            default: break
            }
        }
    }

    func samePixels() throws -> Bool {
        let (first, second) = (try Sheets.pixels(of: sent), try Sheets.pixels(of: received))
        return !first.isEmpty && first == second
    }
}

/// Faxes between two machines of spandsp's: the pixels that come are those that were sent.
@Suite(.serialized) struct FaxMachineTests {
    private let pages = [Sheets.rows(0, count: 400), Sheets.rows(1, count: 300)]

    @Test(arguments: [true, false])
    func `a fax in sound is whole, with and without error correction`(usesErrorCorrection: Bool) throws {
        let exchange = try Exchange(pages, usesErrorCorrection: usesErrorCorrection)
        let results = exchange.run()
        #expect(results.map(\.code) == [0, 0])
        #expect(results.map(\.pages) == [2, 2])
        #expect(results.allSatisfy { $0.usedErrorCorrection == usesErrorCorrection && !$0.usedT38 })
        #expect(results[0].rate == 14_400)
        #expect(results[0].remoteStation?.filter { $0 != " " } == "+86212")
        #expect(try exchange.samePixels())
    }

    @Test func `who is called hears a machine that calls, and who calls one that answers`() throws {
        let exchange = try Exchange([pages[0]])
        _ = exchange.run()
        #expect(exchange.events[false]?.first == .calling)
        #expect(exchange.events[true]?.contains(.answering) == true)
        #expect(exchange.events[false]?.contains(.page(1)) == true)
    }

    @Test func `a fax by T.38 is whole`() throws {
        let exchange = try Exchange(pages)
        exchange.change(to: T38Terms())
        let results = exchange.run()
        #expect(results.map(\.code) == [0, 0])
        #expect(results.allSatisfy { $0.usedT38 && $0.lost == 0 })
        #expect(try exchange.samePixels())
    }

    @Test func `one datagram of T.38 in twenty lost is made good`() throws {
        let exchange = try Exchange(pages)
        exchange.change(to: T38Terms())
        exchange.loses = { $0 % 20 == 0 }
        let results = exchange.run()
        #expect(results.map(\.code) == [0, 0])
        #expect(results.allSatisfy { $0.lost == 0 })
        #expect(results.contains { $0.repaired > 0 })
        #expect(try exchange.samePixels())
    }

    @Test func `with error correction a fax in sound outlives a packet lost now and then`() throws {
        let exchange = try Exchange([pages[0]])
        exchange.loses = { $0 % 700 == 0 }
        #expect(exchange.run().map(\.code) == [0, 0])
        #expect(try exchange.samePixels())
    }

    @Test func `a fax with more pages than may come is ended`() throws {
        let exchange = try Exchange(pages + pages, mostPages: 1)
        let received = try #require(exchange.run().last)
        #expect(received.code != 0)
        #expect(received.pages <= 2)
    }

    @Test func `a line that is silent for ever ends by T.30's own clock`() throws {
        let exchange = try Exchange([pages[0]])
        exchange.loses = { _ in true }
        let results = exchange.run()
        #expect(results.allSatisfy { $0.code != 0 && $0.pages == 0 })
        #expect(results.map(\.code) == [2, 48], "no initial communication; disconnected after retries")
    }

    @Test func `hostile datagrams do a machine no harm`() throws {
        let job = FaxJob(sends: false, file: "/nonexistent/out.tif", station: "1")
        let machine = try #require(FaxMachine(job, tell: { _ in }, send: { _, _ in }))
        machine.change(to: T38Terms(maximumDatagram: 1))
        var random = SystemRandomNumberGenerator()
        for round in 0..<20_000 {
            let length = Int(random.next() % 60)
            var ifp = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if round % 3 == 0 { ifp.insert(0xC0, at: 0) }
            let datagram =
                round % 2 == 0 ? ifp : UDPTLPacket(sequence: UInt16(truncatingIfNeeded: round), primary: ifp).bytes
            datagram.withUnsafeBytes { machine.take(datagram: $0) }
            if round % 10 == 0 { machine.tick() }
        }
        #expect(!machine.result.reason.isEmpty)
    }

    @Test func `tshark reads every datagram of T.38 that we write`() throws {
        let exchange = try Exchange([pages[0]])
        exchange.change(to: T38Terms())
        _ = exchange.run()
        // What is said again for safety, to the byte, tshark would put together again.
        let datagrams = exchange.datagrams.enumerated().filter { number, datagram in
            number == 0
                || exchange.datagrams[..<number].last { $0.bySender == datagram.bySender }?.bytes != datagram.bytes
        }.map(\.element)
        #expect(datagrams.count > 100)
        let file = exchange.directory.appending(path: "fax.pcap").path
        try Data(Pcap.file(datagrams)).write(to: URL(fileURLWithPath: file))
        let fields = try Pcap.tshark([
            "-r", file, "-d", "udp.port==4000,t38", "-T", "fields", "-e", "frame.protocols", "-e", "t38.seq_number",
            "-e", "_ws.malformed", "-e", "_ws.expert.message", "-E", "separator=|",
        ])
        let lines = fields.split(separator: "\n")
        #expect(lines.count == datagrams.count)
        #expect(lines.allSatisfy { $0.contains("udp:t38") })
        #expect(!fields.lowercased().contains("malformed"))
        let indicators = try Pcap.tshark(["-r", file, "-d", "udp.port==4000,t38", "-V"])
        #expect(indicators.contains("v21-preamble"))
        #expect(indicators.contains("v17-14400-long-training"))
        #expect(!indicators.contains("Malformed"))
    }
}

/// A file of packets that tshark reads.
private enum Pcap {
    static func file(_ datagrams: [(bySender: Bool, bytes: [UInt8])]) -> [UInt8] {
        func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 0xFF) } }
        // Raw IP.
        var file = little(0xA1B2_C3D4) + [2, 0, 4, 0] + little(0) + little(0) + little(65_535) + little(101)
        for (number, datagram) in datagrams.enumerated() {
            let ports: [UInt8] = datagram.bySender ? [0x0F, 0xA0, 0x13, 0x88] : [0x13, 0x88, 0x0F, 0xA0]
            func big(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
            let udp = ports + big(datagram.bytes.count + 8) + [0, 0] + datagram.bytes
            let ip: [UInt8] =
                [0x45, 0] + big(udp.count + 20) + [0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2]
            file += little(number / 50) + little(number % 50 * 20_000) + little(ip.count + udp.count)
            file += little(ip.count + udp.count) + ip + udp
        }
        return file
    }

    static func tshark(_ arguments: [String]) throws -> String {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/tshark")
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }
}
