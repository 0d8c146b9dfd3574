import COpenSSL

/// Our side of one DTLS association (RFC 5764), always the server: datagrams in, datagrams out, and at its end the keys
/// of SRTP. Not thread-safe; whoever holds it feeds it.
///
/// A handshake that goes wrong is forgotten without a word, and the next hello begins a new one: whoever could send one bad
/// datagram must not be able to end a call with it.
final class DTLSServer {
    enum State: Equatable {
        case handshaking
        case established(SRTPKeys)
        /// The browser has said goodbye.
        case closed
    }

    /// Small enough for every path, with room for headers of tunnels.
    private static let maximumDatagram = 1_200
    private static let recordHeader = 13
    /// SSL_CTRL_SET_MTU, DTLS_CTRL_HANDLE_TIMEOUT and BIO_CTRL_PENDING are used by macros only.
    private static let setMTU: Int32 = 17
    private static let handleTimeout: Int32 = 74
    private static let pending: Int32 = 10

    private let identity: DTLSIdentity
    private let expected: Fingerprint
    private(set) var state = State.handshaking
    /// Handshakes that went wrong and datagrams that were none.
    private(set) var failures: UInt64 = 0
    private var session: Session

    /// What OpenSSL keeps of one handshake.
    private struct Session {
        let ssl: OpaquePointer
        /// Belong to `ssl`.
        let input: OpaquePointer
        let output: OpaquePointer

        init(_ identity: DTLSIdentity) throws {
            guard let ssl = SSL_new(identity.context) else { throw SecurityError("no DTLS session") }
            guard let input = BIO_new(BIO_s_mem()), let output = BIO_new(BIO_s_mem()) else {
                SSL_free(ssl)
                throw SecurityError("no DTLS buffers")
            }
            SSL_set_bio(ssl, input, output)
            SSL_ctrl(ssl, DTLSServer.setMTU, DTLSServer.maximumDatagram, nil)
            SSL_set_accept_state(ssl)
            (self.ssl, self.input, self.output) = (ssl, input, output)
        }
    }

    /// - Parameter expected: of the browser's certificate, from its description.
    /// - Throws: `SecurityError`
    init(_ identity: DTLSIdentity, expecting expected: Fingerprint) throws {
        self.identity = identity
        self.expected = expected
        session = try Session(identity)
    }

    deinit { SSL_free(session.ssl) }

    /// Takes one datagram and hands out those that answer it.
    func receive(_ datagram: UnsafeRawBufferPointer, send: (UnsafeRawBufferPointer) -> Void) {
        guard state != .closed else { return }
        ERR_clear_error()
        BIO_write(session.input, datagram.baseAddress, Int32(clamping: datagram.count))
        switch state {
        case .handshaking: handshake(send)
        case .established: listen(send)
        case .closed: break
        }
    }

    /// To be called now and then: sends again what seems to have been lost.
    func tick(send: (UnsafeRawBufferPointer) -> Void) {
        guard state == .handshaking else { return }
        ERR_clear_error()
        guard SSL_ctrl(session.ssl, Self.handleTimeout, 0, nil) >= 0 else { return beginAnew() }
        flush(send)
    }

    private func handshake(_ send: (UnsafeRawBufferPointer) -> Void) {
        let result = SSL_do_handshake(session.ssl)
        guard result == 1 else {
            guard SSL_get_error(session.ssl, result) == SSL_ERROR_WANT_READ else { return beginAnew() }
            return flush(send)
        }
        guard isExpectedPeer, let keys = SRTPKeys(exportedBy: session.ssl) else { return beginAnew() }
        state = .established(keys)
        flush(send)
    }

    /// Nothing is said over an association that stands but a goodbye; a Finished that comes again is answered again.
    private func listen(_ send: (UnsafeRawBufferPointer) -> Void) {
        var scratch: (UInt64, UInt64) = (0, 0)
        var result: Int32 = 1
        while result > 0 { result = SSL_read(session.ssl, &scratch, 16) }
        if SSL_get_error(session.ssl, result) == SSL_ERROR_ZERO_RETURN { state = .closed }
        flush(send)
    }

    private func beginAnew() {
        failures &+= 1
        // Without memory for a new one the old one stays; it answers nothing.
        guard let fresh = try? Session(identity) else { return }
        SSL_free(session.ssl)
        session = fresh
    }

    private var isExpectedPeer: Bool {
        guard let certificate = SSL_get1_peer_certificate(session.ssl) else { return false }
        defer { X509_free(certificate) }
        return Fingerprint(of: certificate) == expected
    }

    /// The buffer knows no datagrams: records are put together as they fit into one.
    private func flush(_ send: (UnsafeRawBufferPointer) -> Void) {
        let count = BIO_ctrl(session.output, Self.pending, 0, nil)
        guard count > 0, count < 1 << 20 else { return }
        var bytes = [UInt8](repeating: 0, count: count)
        let got = Int(BIO_read(session.output, &bytes, Int32(clamping: count)))
        guard got > 0, got <= count else { return }
        var (start, end) = (0, 0)
        bytes.withUnsafeBytes { bytes in
            while end + Self.recordHeader <= got {
                let next = end + Self.recordHeader + (Int(bytes[end + 11]) << 8 | Int(bytes[end + 12]))
                guard next <= got else { break }
                if next - start > Self.maximumDatagram, end > start {
                    send(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                    start = end
                }
                end = next
            }
            if end > start { send(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) }
        }
    }
}
