import NIOPosix

/// Work that may wait for a disk: done on threads that may wait, never on those that run the switch.
enum Disk {
    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}
