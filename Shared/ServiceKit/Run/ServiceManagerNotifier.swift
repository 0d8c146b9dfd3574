import Foundation
public import ServiceLifecycle

/// Tells systemd how we are, in plain Swift: `READY=1`, `WATCHDOG=1` and `STOPPING=1` as datagrams to `NOTIFY_SOCKET`.
///
/// Without that variable it says nothing and costs nothing.
public struct ServiceManagerNotifier: Service {
    private let path: String?
    private let watchdog: Duration?

    public init(environment: [String: String]) {
        path = environment["NOTIFY_SOCKET"]
        // Half of what the manager waits for, as sd_watchdog_enabled(3) advises.
        watchdog = environment["WATCHDOG_USEC"].flatMap(Int64.init).flatMap { $0 > 0 ? .microseconds($0 / 2) : nil }
    }

    /// The HTTP server listens: the service can be used.
    public func ready() { send("READY=1") }

    /// Feeds the watchdog until the stop begins, which it tells.
    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: watchdog ?? .seconds(3600))
                if watchdog != nil { send("WATCHDOG=1") }
            }
        }
        send("STOPPING=1")
    }

    /// Sends one state string; false if there is nobody to tell.
    @discardableResult
    func send(_ state: String) -> Bool {
        guard let path, !path.isEmpty else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        // A leading @ stands for the abstract namespace, whose names begin with a zero byte.
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let bytes = Array(state.utf8)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length) == bytes.count
            }
        }
    }
}
