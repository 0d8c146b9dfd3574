import NIOSSL

/// How an endpoint shows who it is, and whom it believes (RFC 3261 §26.3).
public struct SIPTLS: Sendable {
    let server: NIOSSLContext
    let client: NIOSSLContext

    /// Reads the files once, when it is made: a renewed certificate is in force after the next start.
    /// - Parameters:
    ///   - certificate: a PEM file with our chain, our own first.
    ///   - key: a PEM file with its private key.
    ///   - authorities: a PEM file with those we believe when we call out; nil for the system's.
    /// - Throws: what is wrong with a file, from NIOSSL.
    public init(certificate: String, key: String, authorities: String? = nil) throws {
        let chain = try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
        let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
        let roots = authorities.map(NIOSSLTrustRoots.file) ?? .default
        var server = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
        server.minimumTLSVersion = .tlsv12
        var client = TLSConfiguration.makeClientConfiguration()
        client.minimumTLSVersion = .tlsv12
        client.trustRoots = roots
        // A peer that asks who calls is told.
        client.certificateChain = chain
        client.privateKey = key
        self.server = try NIOSSLContext(configuration: server)
        self.client = try NIOSSLContext(configuration: client)
    }

    /// - Parameter name: whom we mean to reach; an address is compared with those in the certificate.
    func clientHandler(_ name: String) throws -> NIOSSLClientHandler {
        let isAddress =
            name.utf8.contains(UInt8(ascii: ":")) || name.utf8.last.map { (0x30...0x39).contains($0) } ?? true
        return try NIOSSLClientHandler(context: client, serverHostname: isAddress ? nil : name)
    }

    func serverHandler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: server) }
}

/// A listener of TLS without ``SIPEndpointConfiguration/tls``.
public struct SIPTLSMissing: Error, CustomStringConvertible {
    public let description = "A listener of TLS needs a certificate and its key."
}
