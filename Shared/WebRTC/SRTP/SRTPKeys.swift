import COpenSSL

/// What both sides of a DTLS association encrypt media with (RFC 5764 §4.2), seen from the server.
struct SRTPKeys: Equatable, Sendable {
    enum Profile: UInt, Sendable {
        case aes128CMSHA1Tag80 = 0x0001
        case aeadAES128GCM = 0x0007

        var keySize: Int { 16 }
        var saltSize: Int { self == .aeadAES128GCM ? 12 : 14 }
    }

    let profile: Profile
    /// Key and salt of what we send.
    let local: [UInt8]
    /// Key and salt of what the browser sends.
    let remote: [UInt8]

    /// - Parameter material: client's key, server's key, client's salt, server's salt.
    init?(_ profile: Profile, material: [UInt8]) {
        let (key, salt) = (profile.keySize, profile.saltSize)
        guard material.count == 2 * (key + salt) else { return nil }
        self.profile = profile
        remote = Array(material[..<key] + material[(2 * key)..<(2 * key + salt)])
        local = Array(material[key..<(2 * key)] + material[(2 * key + salt)...])
    }

    /// Nil if the handshake chose no profile.
    init?(exportedBy ssl: OpaquePointer) {
        guard let chosen = SSL_get_selected_srtp_profile(ssl), let profile = Profile(rawValue: chosen.pointee.id) else {
            return nil
        }
        let label = "EXTRACTOR-dtls_srtp"
        var material = [UInt8](repeating: 0, count: 2 * (profile.keySize + profile.saltSize))
        guard
            SSL_export_keying_material(ssl, &material, material.count, label, label.utf8.count, nil, 0, 0) == 1
        else { return nil }
        self.init(profile, material: material)
    }
}
