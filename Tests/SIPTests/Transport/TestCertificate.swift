import Foundation

@testable import SIP

/// A certificate of 127.0.0.1, signed by itself, made by openssl for one run of the tests.
struct TestCertificate: Sendable {
    let certificate: String
    let key: String

    /// The one that all tests use and believe.
    static func shared() async throws -> TestCertificate { try await made.value }
    private static let made = Task { try make() }

    /// Another, that nobody believes.
    static func make() throws -> TestCertificate {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("carillon-tls.\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let made = TestCertificate(
            certificate: place.appendingPathComponent("certificate.pem").path,
            key: place.appendingPathComponent("key.pem").path)
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj",
            "/CN=carillon test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", made.key, "-out",
            made.certificate,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        return made
    }

    /// - Parameter authority: whom the endpoint believes when it calls out; by default this certificate.
    func tls(believing authority: TestCertificate? = nil) throws -> SIPTLS {
        try SIPTLS(certificate: certificate, key: key, authorities: (authority ?? self).certificate)
    }
}
