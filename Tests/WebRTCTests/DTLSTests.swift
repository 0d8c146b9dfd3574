import Foundation
import Testing

@testable import WebRTC

/// Handshakes with OpenSSL's own client, over loopback.
@Suite(.serialized) struct DTLSTests {
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("SRTP_AEAD_AES_128_GCM", SRTPKeys.Profile.aeadAES128GCM, 56),
            ("SRTP_AES128_CM_SHA1_80", .aes128CMSHA1Tag80, 60),
        ])
    func `openssl and we come to the same keys`(name: String, profile: SRTPKeys.Profile, length: Int) throws {
        let client = try OpenSSLClient()
        let peer = try LoopbackPeer(expecting: client.fingerprint)
        let words = try client.connect(
            to: peer.port, ["-use_srtp", name, "-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", "\(length)"]
        ) { peer.serve(until: { $0.contains("Keying material:") }, $0) }
        let line = words.split(separator: "\n").first { $0.contains("Keying material:") }
        let hex = try #require(line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces))
        let material = stride(from: 0, to: hex.count - 1, by: 2).compactMap { offset in
            UInt8(hex.dropFirst(offset).prefix(2), radix: 16)
        }
        #expect(peer.server.state == .established(try #require(SRTPKeys(profile, material: material))))
    }

    @Test(.timeLimit(.minutes(1)))
    func `a stranger's certificate, a NULL cipher and no SRTP at all come to nothing, and the right client still can`()
        throws
    {
        let client = try OpenSSLClient()
        let stranger = try OpenSSLClient()
        let peer = try LoopbackPeer(expecting: client.fingerprint)
        let srtp = ["-use_srtp", "SRTP_AEAD_AES_128_GCM"]
        for (who, options) in [(stranger, srtp), (client, srtp + ["-cipher", "NULL:@SECLEVEL=0"]), (client, [])] {
            let before = peer.server.failures
            _ = try who.connect(to: peer.port, options) { words in
                peer.serve(until: { _ in peer.server.failures > before }, words)
            }
            #expect(peer.server.state == .handshaking)
        }
        _ = try client.connect(to: peer.port, srtp) { words in
            peer.serve(until: { _ in peer.server.state != .handshaking }, words)
        }
        #expect(peer.server.state != .handshaking)
    }

    @Test(.timeLimit(.minutes(1))) func `a hundred thousand mutated hellos never trap and never connect`() throws {
        let client = try OpenSSLClient()
        let peer = try LoopbackPeer(expecting: client.fingerprint)
        var hello: [UInt8] = []
        _ = try client.connect(to: peer.port, ["-use_srtp", "SRTP_AEAD_AES_128_GCM"]) { words in
            peer.serve(until: { _ in !hello.isEmpty }, words, instead: { hello = $0 })
        }
        var dice = Dice(seed: 6_347)
        for _ in 0..<100_000 {
            var bytes = hello
            for _ in 0...dice.next(below: 4) { bytes[dice.next(below: bytes.count)] = UInt8(dice.next(below: 256)) }
            if dice.next(below: 4) == 0 { bytes.removeLast(dice.next(below: bytes.count)) }
            bytes.withUnsafeBytes { peer.server.receive($0) { _ in } }
        }
        #expect(peer.server.state == .handshaking)
    }
}

/// A server behind a socket of its own.
final class LoopbackPeer {
    let server: DTLSServer
    let port: UInt16
    private let descriptor: Int32

    init(expecting fingerprint: Fingerprint) throws {
        server = try DTLSServer(try DTLSIdentity(), expecting: fingerprint)
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (descriptor, size) = (descriptor, length)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, size)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    /// Answers what comes until the condition holds of what the client has said, at most 30 s.
    func serve(
        until isDone: (String) -> Bool, _ words: () -> String, instead: (([UInt8]) -> Void)? = nil
    ) {
        var buffer = [UInt8](repeating: 0, count: 2_048)
        let end = Date().addingTimeInterval(30)
        while !isDone(words()), Date() < end {
            var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&ready, 1, 50) > 0 else {
                server.tick { _ in }
                continue
            }
            var source = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let count = withUnsafeMutablePointer(to: &source) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(descriptor, &buffer, buffer.count, 0, $0, &length)
                }
            }
            guard count > 0 else { continue }
            if let instead {
                instead(Array(buffer[..<count]))
                continue
            }
            buffer[..<count].withUnsafeBytes { bytes in
                server.receive(bytes) { answer in
                    _ = withUnsafeMutablePointer(to: &source) { pointer in
                        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                            sendto(descriptor, answer.baseAddress, answer.count, 0, $0, length)
                        }
                    }
                }
            }
        }
    }
}

/// `openssl s_client` with a certificate of its own.
struct OpenSSLClient {
    let fingerprint: Fingerprint
    private let place: URL

    init() throws {
        place = FileManager.default.temporaryDirectory.appendingPathComponent("dtls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        _ = try Self.run(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                "/CN=browser",
                "-keyout", place.path + "/key.pem", "-out", place.path + "/certificate.pem",
            ])
        let words = try Self.run(["x509", "-noout", "-fingerprint", "-sha256", "-in", place.path + "/certificate.pem"])
        let text = words.split(separator: "=").last?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        fingerprint = try #require(Fingerprint("sha-256 \(text)"))
    }

    /// Runs the client until `serve` returns; `serve` is given what it has said so far.
    /// - Returns: all that it said.
    func connect(to port: UInt16, _ options: [String], _ serve: (() -> String) -> Void) throws -> String {
        let log = place.appendingPathComponent("client-\(UUID().uuidString).log")
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let output = try FileHandle(forWritingTo: log)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments =
            [
                "s_client", "-dtls1_2", "-connect", "127.0.0.1:\(port)", "-cert", place.path + "/certificate.pem",
                "-key",
                place.path + "/key.pem",
            ] + options
        process.standardInput = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        serve { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }
        // Threads that Foundation starts programs from block all other signals, and a program inherits that.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    }

    private static func run(_ arguments: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
