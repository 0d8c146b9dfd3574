import Bus
import ServiceLifecycle

/// Lets the library look for changes as soon as any instance tells of one.
struct BooksListener: Service {
    let bus: any Bus
    let library: FlowLibrary

    func run() async throws {
        await bus.subscribe([BooksChanged.topic]).untilShutdown { _ in library.wake() }
    }
}
