import Bus
import ServiceLifecycle

/// Lets the library look for changes as soon as any instance tells of one.
struct BooksListener: Service {
    let bus: any Bus
    let library: FlowLibrary

    func run() async throws {
        for await _ in bus.subscribe([BooksChanged.topic]).cancelOnGracefulShutdown() { library.wake() }
    }
}
