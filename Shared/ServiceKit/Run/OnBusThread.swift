public import Bus
public import ServiceLifecycle

/// A service that hears facts, decides and asks others, and does so on the bus's own thread: see ``Bus/executor``.
public struct OnBusThread: Service {
    private let bus: any Bus
    private let service: any Service

    public init(_ bus: any Bus, _ service: any Service) {
        self.bus = bus
        self.service = service
    }

    public func run() async throws {
        try await withTaskExecutorPreference(bus.executor) { try await service.run() }
    }
}
