import CSRTP

/// Encrypts what goes to one browser and decrypts what comes from it (RFC 3711, RFC 7714), in place. Not thread-safe.
final class SRTPSession {
    /// The most that encryption adds to a packet.
    static let trailer = Int(SRTP_MAX_TRAILER_LEN)
    /// A browser sends one stream of sound, and another after each change of its source.
    private static let maximumStreams = 16

    private static let isReady = srtp_init() == srtp_err_status_ok

    private let inbound: srtp_t
    private let outbound: srtp_t
    /// Whose packets were taken; libsrtp keeps something for each.
    private var streams: [UInt32] = []

    /// - Throws: `SecurityError`
    init(_ keys: SRTPKeys) throws {
        guard Self.isReady else { throw SecurityError("libsrtp does not start") }
        inbound = try Self.make(keys.profile, keys.remote, ssrc_any_inbound)
        do {
            outbound = try Self.make(keys.profile, keys.local, ssrc_any_outbound)
        } catch {
            srtp_dealloc(inbound)
            throw error
        }
        streams.reserveCapacity(Self.maximumStreams)
    }

    deinit {
        srtp_dealloc(inbound)
        srtp_dealloc(outbound)
    }

    private static func make(
        _ profile: SRTPKeys.Profile, _ key: [UInt8], _ direction: srtp_ssrc_type_t
    ) throws -> srtp_t {
        var policy = srtp_policy_t()
        switch profile {
        case .aeadAES128GCM:
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp)
        case .aes128CMSHA1Tag80:
            srtp_crypto_policy_set_rtp_default(&policy.rtp)
            srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
        }
        policy.ssrc.type = direction
        policy.window_size = 1_024
        var session: srtp_t?
        var key = key
        let status = key.withUnsafeMutableBufferPointer { key in
            policy.key = key.baseAddress
            return srtp_create(&session, &policy)
        }
        guard status == srtp_err_status_ok, let session else {
            throw SecurityError("libsrtp refuses the keys (\(status))")
        }
        return session
    }

    /// - Parameter memory: begins with the packet of `count` bytes, and has room for ``trailer`` more.
    /// - Returns: the length of the encrypted packet; nil if it must not be sent.
    func protect(_ memory: UnsafeMutableRawBufferPointer, count: Int, isControl: Bool) -> Int? {
        guard let base = memory.baseAddress, count >= 8, count + Self.trailer <= memory.count else { return nil }
        var length = Int32(clamping: count)
        let status = isControl ? srtp_protect_rtcp(outbound, base, &length) : srtp_protect(outbound, base, &length)
        return status == srtp_err_status_ok ? Int(length) : nil
    }

    /// - Returns: the length of the plain packet; nil if it is not authentic, or came before.
    func unprotect(_ packet: UnsafeMutableRawBufferPointer, isControl: Bool) -> Int? {
        // libsrtp believes that a packet has a header, and a tag.
        guard let base = packet.baseAddress, packet.count >= 22 else { return nil }
        let source = ssrc(packet, isControl: isControl)
        guard streams.contains(source) || streams.count < Self.maximumStreams else { return nil }
        var length = Int32(clamping: packet.count)
        let status = isControl ? srtp_unprotect_rtcp(inbound, base, &length) : srtp_unprotect(inbound, base, &length)
        guard status == srtp_err_status_ok, length >= 0, Int(length) <= packet.count else { return nil }
        if !streams.contains(source) { streams.append(source) }
        return Int(length)
    }

    private func ssrc(_ packet: UnsafeMutableRawBufferPointer, isControl: Bool) -> UInt32 {
        UInt32(bigEndian: packet.loadUnaligned(fromByteOffset: isControl ? 4 : 8, as: UInt32.self))
    }
}
