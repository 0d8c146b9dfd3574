import Foundation
import TestSupport
import Testing

@testable import ServiceKit

@Suite struct ServiceManagerNotifierTests {
    @Test(arguments: [false, true])
    func `the service manager is told as sd_notify tells it`(abstract: Bool) throws {
        let name = "carillon-\(UUID().uuidString)"
        let path = abstract ? "@\(name)" : "/tmp/\(name)"
        let listener = try #require(Listener(path))
        defer { if !abstract { unlink(path) } }
        let notifier = ServiceManagerNotifier(environment: ["NOTIFY_SOCKET": path])
        #expect(notifier.send("READY=1"))
        #expect(listener.receive() == "READY=1")
    }

    @Test func `without a service manager nothing is told`() {
        #expect(!ServiceManagerNotifier(environment: [:]).send("READY=1"))
        #expect(!ServiceManagerNotifier(environment: ["NOTIFY_SOCKET": "/nowhere/socket"]).send("READY=1"))
        let long = String(repeating: "x", count: 500)
        #expect(!ServiceManagerNotifier(environment: ["NOTIFY_SOCKET": long]).send("READY=1"))
    }

    /// A datagram socket such as systemd's.
    private final class Listener {
        let descriptor: Int32

        init?(_ path: String) {
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var name = Array(path.utf8)
            if name.first == UInt8(ascii: "@") { name[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
            }
            guard bound == 0 else { return nil }
        }

        func receive() -> String {
            var bytes = [UInt8](repeating: 0, count: 100)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        }

        deinit { close(descriptor) }
    }
}
