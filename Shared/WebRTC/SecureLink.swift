/// One browser's line to us over one UDP socket: ICE-lite finds the way, DTLS agrees on keys, SRTP carries the sound.
///
///     joined ──check with USE-CANDIDATE──▶ path known ──DTLS──▶ connected ──no check for 10 s, or goodbye──▶ lost
///                                                                   ▲                                        │
///                                                                   └──────────── check ─────────────────────┘
///
/// DTLS and SRTP are taken from sources that ICE has validated only. Whatever is malformed, forged or out of place is
/// dropped and counted; it never ends anything.
///
/// `@unchecked Sendable`: it belongs to one media thread at a time, and moves with its leg.
public final class SecureLink: @unchecked Sendable {
    /// What a datagram was.
    public enum Arrival: Equatable, Sendable {
        /// RTP, now plain, of so many bytes.
        case sound(Int)
        /// RTCP, now plain, of so many bytes.
        case report(Int)
        /// The line's own business.
        case control
        /// Not the browser's; dropped.
        case foreign
        /// The browser's, but of no use; dropped.
        case unusable
    }

    public enum State: Equatable, Sendable { case joining, connected, lost }

    /// What was dropped, and why.
    public struct Dropped: Equatable, Sendable {
        /// STUN that is malformed or made with another password.
        public var checks: UInt64 = 0
        /// DTLS from a source that ICE has not validated.
        public var strangeHellos: UInt64 = 0
        /// Handshakes that went wrong.
        public var handshakes: UInt64 = 0
        /// SRTP and SRTCP that is not authentic, repeated, or from a source that ICE has not validated.
        public var media: UInt64 = 0
    }

    /// Room to be left behind a packet that is to be encrypted.
    public static let trailer = SRTPSession.trailer

    private var ice: ICEResponder
    private let dtls: DTLSServer
    private var srtp: SRTPSession?
    private var counted = Dropped()
    public private(set) var state = State.joining

    /// - Throws: `SecurityError`
    public init(_ identity: DTLSIdentity, local: ICECredentials, remote: BrowserTransport) throws {
        ice = ICEResponder(local: local, remoteFragment: remote.credentials.fragment)
        dtls = try DTLSServer(identity, expecting: remote.fingerprint)
    }

    /// Where to send; nil until it is known, and once the browser is gone.
    public var path: ICEAddress? { state == .connected ? ice.nominated : nil }

    public var dropped: Dropped {
        var dropped = counted
        dropped.handshakes = dtls.failures
        return dropped
    }

    /// The browser has restarted ICE, with the same keys: it looks for a new way.
    public func restart(local: ICECredentials, remote: ICECredentials) {
        ice.restart(local: local, remoteFragment: remote.fragment)
    }

    /// Takes one datagram; sound and reports are decrypted in place.
    public func receive(
        _ datagram: UnsafeMutableRawBufferPointer, from source: ICEAddress, at now: Int64,
        send: (UnsafeRawBufferPointer, ICEAddress) -> Void
    ) -> Arrival {
        switch PacketKind(UnsafeRawBufferPointer(datagram)) {
        case .rtp: takeMedia(datagram, source, isControl: false)
        case .rtcp: takeMedia(datagram, source, isControl: true)
        case .stun: takeCheck(datagram, source, now, send)
        case .dtls: takeHandshake(datagram, source, send)
        case nil: ice.isValid(source) ? .unusable : .foreign
        }
    }

    /// To be called ten times a second.
    public func tick(at now: Int64, send: (UnsafeRawBufferPointer, ICEAddress) -> Void) {
        ice.expire(at: now)
        if let nominated = ice.nominated { dtls.tick { send($0, nominated) } }
        settle()
    }

    /// Encrypts a packet in place.
    /// - Parameter memory: begins with the packet, and has room for ``trailer`` more.
    /// - Returns: its length now; nil if it cannot be sent.
    public func protect(_ memory: UnsafeMutableRawBufferPointer, count: Int, isControl: Bool) -> Int? {
        srtp?.protect(memory, count: count, isControl: isControl)
    }

    private func takeMedia(
        _ datagram: UnsafeMutableRawBufferPointer, _ source: ICEAddress, isControl: Bool
    ) -> Arrival {
        guard ice.isValid(source), let srtp else {
            counted.media &+= 1
            return .foreign
        }
        guard let count = srtp.unprotect(datagram, isControl: isControl) else {
            counted.media &+= 1
            return .unusable
        }
        return isControl ? .report(count) : .sound(count)
    }

    private func takeCheck(
        _ datagram: UnsafeMutableRawBufferPointer, _ source: ICEAddress, _ now: Int64,
        _ send: (UnsafeRawBufferPointer, ICEAddress) -> Void
    ) -> Arrival {
        guard datagram.count <= STUNMessage.maximumBytes,
            case .answer(let answer) = ice.handle(Array(datagram), from: source, at: now)
        else {
            counted.checks &+= 1
            return .foreign
        }
        answer.withUnsafeBytes { send($0, source) }
        settle()
        return .control
    }

    private func takeHandshake(
        _ datagram: UnsafeMutableRawBufferPointer, _ source: ICEAddress,
        _ send: (UnsafeRawBufferPointer, ICEAddress) -> Void
    ) -> Arrival {
        guard ice.isValid(source) else {
            counted.strangeHellos &+= 1
            return .foreign
        }
        dtls.receive(UnsafeRawBufferPointer(datagram)) { send($0, source) }
        if srtp == nil, case .established(let keys) = dtls.state { srtp = try? SRTPSession(keys) }
        settle()
        return .control
    }

    private func settle() {
        let isThere = srtp != nil && ice.nominated != nil && dtls.state != .closed
        switch (state, isThere) {
        case (.joining, true), (.lost, true): state = .connected
        case (.connected, false): state = .lost
        default: break
        }
    }
}
