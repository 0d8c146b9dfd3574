import COpenSSL
import Contracts
import Foundation
import RTP
import SDP
import Synchronization

@testable import MediaServer
@testable import WebRTC

/// A browser of flesh and UDP: finds its way by ICE, agrees on keys as a DTLS client, says a tone over SRTP and keeps what it
/// hears. Its functions block; it is for one thread at a time.
final class TestBrowser: @unchecked Sendable {
    let names = ICECredentials.make()
    let identity: DTLSIdentity
    private var socket: UDPSocket
    private var server = ICECredentials.make()
    private var target = SocketAddress(host: 0, port: 0)
    private var ssl: OpaquePointer?
    private var input: OpaquePointer?
    private var output: OpaquePointer?
    private var context: OpaquePointer?
    private var srtp: SRTPSession?
    private var position: (sequence: UInt16, timestamp: UInt32) = (1, 1)

    private static let ports = Mutex<UInt16>(53_000)

    init() throws {
        identity = try DTLSIdentity()
        socket = try Self.freshSocket()
    }

    deinit {
        socket.close()
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    private static func freshSocket() throws -> UDPSocket {
        let port = ports.withLock { port in
            port += 1
            return port
        }
        return try UDPSocket(bound: SocketAddress("127.0.0.1", port: port))
    }

    /// How the engine reaches it.
    var transport: BrowserTransport { BrowserTransport(credentials: names, fingerprint: identity.fingerprint) }

    /// Its description.
    var offer: String {
        """
        v=0
        o=- 1 1 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0
        m=audio 9 UDP/TLS/RTP/SAVPF 8 126
        c=IN IP4 0.0.0.0
        a=ice-ufrag:\(names.fragment)
        a=ice-pwd:\(names.password)
        a=fingerprint:\(identity.fingerprint)
        a=setup:actpass
        a=mid:0
        a=sendrecv
        a=rtcp-mux
        a=rtpmap:8 PCMA/8000
        a=rtpmap:126 telephone-event/8000

        """
    }

    /// Another address of the same browser, as after a change of network.
    func changeNetwork() throws {
        socket.close()
        socket = try Self.freshSocket()
    }

    /// Nominates its way until it is answered, at most 20 s.
    func findWay(to port: UInt16, server: ICECredentials) throws -> Bool {
        self.server = server
        target = try SocketAddress("127.0.0.1", port: port)
        return repeatedly {
            check()
        } until: {
            STUNMessage($0)?.kind == .bindingSuccess
        }
    }

    /// Agrees on keys, at most 20 s.
    func handshake() -> Bool {
        begin()
        flush()
        return repeatedly {
            SSL_ctrl(ssl, 74, 0, nil)
            flush()
        } until: { datagram in
            guard let first = datagram.first, (20...63).contains(first) else { return false }
            BIO_write(input, datagram, Int32(datagram.count))
            let isDone = SSL_do_handshake(ssl) == 1
            flush()
            if isDone { takeKeys() }
            return isDone
        }
    }

    /// Says so many frames, one every 20 ms, and what it has heard meanwhile; keys by their numbers, each an event of 60 ms.
    func talk(frames: Int, tone: Double, keys: String = "") -> Heard {
        var heard = Heard(law: .aLaw)
        var generator = ToneGenerator([tone])
        var sender = TelephoneEventSender(pressFrames: 3, pauseFrames: 2)
        sender.send(keys)
        var next = MediaClock.now()
        for frame in 0..<frames {
            if frame % 100 == 99 { check() }
            position.timestamp &+= 160
            if let key = sender.isActive ? sender.next(timestamp: position.timestamp) : nil {
                var payload = [UInt8](repeating: 0, count: TelephoneEvent.size)
                payload.withUnsafeMutableBytes { _ = key.event.write(into: $0) }
                say(payload, type: 126, timestamp: key.timestamp)
            } else if !sender.isActive {
                say(G711.aLaw.encode(generator.next(160)), type: 8, timestamp: position.timestamp)
            }
            next = max(next, MediaClock.now() - 10_000) + 20_000
            repeat {
                for datagram in received(milliseconds: max(0, (next - MediaClock.now()) / 1_000)) {
                    if let plain = unprotect(datagram) { plain.withUnsafeBytes { heard.take($0, from: target) } }
                }
            } while MediaClock.now() < next - 1_000
        }
        return heard
    }

    func send(_ datagram: [UInt8]) { datagram.withUnsafeBytes { socket.send($0, to: target) } }

    func goodbye() {
        SSL_shutdown(ssl)
        flush()
    }

    // MARK: ICE

    private func check() {
        var writer = STUNWriter(.bindingRequest, transaction: (0..<12).map { _ in UInt8.random(in: 0...255) })
        writer.add(.username, Array("\(server.fragment):\(names.fragment)".utf8))
        writer.add(.iceControlling, [0, 0, 0, 0, 0, 0, 0, 1])
        writer.add(.priority, [0x6E, 0, 1, 0xFF])
        writer.add(.useCandidate, [])
        writer.addIntegrity(password: server.password)
        writer.addFingerprint()
        send(writer.bytes)
    }

    // MARK: DTLS

    private func begin() {
        SSL_free(ssl)
        SSL_CTX_free(context)
        context = SSL_CTX_new(DTLS_client_method())
        SSL_CTX_use_certificate(context, SSL_CTX_get0_certificate(identity.context))
        SSL_CTX_use_PrivateKey(context, SSL_CTX_get0_privatekey(identity.context))
        SSL_CTX_set_tlsext_use_srtp(context, "SRTP_AEAD_AES_128_GCM")
        ssl = SSL_new(context)
        input = BIO_new(BIO_s_mem())
        output = BIO_new(BIO_s_mem())
        SSL_set_bio(ssl, input, output)
        SSL_set_connect_state(ssl)
        SSL_do_handshake(ssl)
    }

    private func flush() {
        var bytes = [UInt8](repeating: 0, count: 8_192)
        let count = Int(BIO_read(output, &bytes, Int32(bytes.count)))
        if count > 0 { send(Array(bytes[..<count])) }
    }

    private func takeKeys() {
        guard let ssl, let keys = SRTPKeys(exportedBy: ssl) else { return }
        let size = keys.profile.keySize
        // Seen from the other side.
        let material = keys.local[..<size] + keys.remote[..<size] + keys.local[size...] + keys.remote[size...]
        srtp = SRTPKeys(keys.profile, material: Array(material)).flatMap { try? SRTPSession($0) }
    }

    // MARK: Packets

    private func say(_ payload: [UInt8], type: UInt8, timestamp: UInt32) {
        position.sequence &+= 1
        let header = RTPHeader(payloadType: type, sequence: position.sequence, timestamp: timestamp, ssrc: 77)
        var memory = [UInt8](repeating: 0, count: RTPHeader.size) + payload
        let count = memory.count
        memory += [UInt8](repeating: 0, count: SRTPSession.trailer)
        let sealed = memory.withUnsafeMutableBytes { bytes -> Int? in
            header.write(into: bytes)
            return srtp?.protect(bytes, count: count, isControl: false)
        }
        if let sealed { send(Array(memory[..<sealed])) }
    }

    /// With the number of keys that ``Heard`` knows.
    private func unprotect(_ datagram: [UInt8]) -> [UInt8]? {
        var bytes = datagram
        guard bytes.withUnsafeBytes({ PacketKind($0) }) == .rtp,
            let count = bytes.withUnsafeMutableBytes({ srtp?.unprotect($0, isControl: false) })
        else { return nil }
        if bytes[1] & 127 == 126 { bytes[1] = bytes[1] & 128 | 101 }
        return Array(bytes[..<count])
    }

    private func repeatedly(_ act: () -> Void, until isDone: ([UInt8]) -> Bool) -> Bool {
        for _ in 0..<200 {
            act()
            for datagram in received(milliseconds: 100) where isDone(datagram) { return true }
        }
        return false
    }

    private func received(milliseconds: Int64) -> [[UInt8]] {
        var ready = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, Int32(clamping: milliseconds)) > 0 else { return [] }
        var datagrams: [[UInt8]] = []
        var buffer = [UInt8](repeating: 0, count: 2_048)
        buffer.withUnsafeMutableBytes { bytes in
            while let (count, _) = socket.receive(into: bytes) { datagrams.append(Array(bytes[..<count])) }
        }
        return datagrams
    }
}

/// Does what blocks on a thread of its own.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}
