import COpenSSL

/// Why a secure line cannot be set up: OpenSSL or libsrtp refuses something of our own.
public struct SecurityError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

/// Our self-made certificate and the rules that every handshake follows. One a process: browsers trust its fingerprint,
/// which they get over HTTPS, and nothing else.
///
/// `@unchecked Sendable`: an `SSL_CTX` that is no longer changed may be used by all threads (SSL_CTX_new(3)).
public final class DTLSIdentity: @unchecked Sendable {
    /// TLS 1.2 suites with forward secrecy and authenticated encryption only: none of NULL, none without an ECDSA signature.
    private static let ciphers =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305"
    /// Best first (RFC 7714, RFC 5764).
    private static let profiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"

    // Macros that Swift does not see (ssl.h).
    private static let options: UInt64 =
        1 << 30 /* no renegotiation */ | 1 << 12 /* no MTU query */ | 1 << 14 /* no tickets */
        | 1 << 22 /* our order of ciphers */

    public let fingerprint: Fingerprint
    let context: OpaquePointer

    /// Makes a P-256 key and a certificate of it.
    /// - Throws: `SecurityError`
    public init() throws {
        guard let key = Self.makeKey() else { throw SecurityError("no key can be made") }
        defer { EVP_PKEY_free(key) }
        guard let certificate = Self.makeCertificate(key) else { throw SecurityError("no certificate can be made") }
        defer { X509_free(certificate) }
        guard let fingerprint = Fingerprint(of: certificate) else { throw SecurityError("no fingerprint can be made") }
        guard let context = SSL_CTX_new(DTLS_server_method()) else { throw SecurityError("no DTLS context") }
        self.fingerprint = fingerprint
        self.context = context
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(DTLS1_2_VERSION), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_SESS_CACHE_MODE, Int(SSL_SESS_CACHE_OFF), nil)
        SSL_CTX_set_options(context, Self.options)
        SSL_CTX_set_security_level(context, 2)
        // Any certificate will do for the handshake; what it is worth, its fingerprint says after it.
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT) { _, _ in 1 }
        // Answers 0 when it was done, other than its neighbours.
        guard SSL_CTX_use_certificate(context, certificate) == 1, SSL_CTX_use_PrivateKey(context, key) == 1,
            SSL_CTX_set_cipher_list(context, Self.ciphers) == 1,
            SSL_CTX_set_tlsext_use_srtp(context, Self.profiles) == 0
        else { throw SecurityError("OpenSSL refuses our certificate, ciphers or SRTP profiles") }
    }

    deinit { SSL_CTX_free(context) }

    private static func makeKey() -> OpaquePointer? {
        guard let maker = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(maker) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(maker) == 1,
            EVP_PKEY_CTX_set_ec_paramgen_curve_nid(maker, NID_X9_62_prime256v1) == 1,
            EVP_PKEY_keygen(maker, &key) == 1
        else { return nil }
        return key
    }

    /// For a month from yesterday, whose clock may differ; the process lives shorter, and browsers do not look.
    private static func makeCertificate(_ key: OpaquePointer) -> OpaquePointer? {
        guard let certificate = X509_new() else { return nil }
        let name = X509_get_subject_name(certificate)
        guard X509_set_version(certificate, 2) == 1,
            ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), .random(in: 1...UInt64.max >> 1)) == 1,
            X509_gmtime_adj(X509_getm_notBefore(certificate), -86_400) != nil,
            X509_gmtime_adj(X509_getm_notAfter(certificate), 30 * 86_400) != nil,
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_FLAG | 1, "carillon", -1, -1, 0) == 1,
            X509_set_issuer_name(certificate, name) == 1, X509_set_pubkey(certificate, key) == 1,
            X509_sign(certificate, key, EVP_sha256()) > 0
        else {
            X509_free(certificate)
            return nil
        }
        return certificate
    }
}

extension Fingerprint {
    init?(of certificate: OpaquePointer) {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        var length: UInt32 = 0
        guard X509_digest(certificate, EVP_sha256(), &bytes, &length) == 1, Int(length) == Self.size else { return nil }
        self.init(bytes: bytes)
    }
}
