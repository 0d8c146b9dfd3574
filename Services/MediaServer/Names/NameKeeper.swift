import Contracts
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps a ``NameBook`` of the names that trunks are reached by: asks when an answer grows old, beside all calls.
final class NameKeeper: Service, Sendable {
    private let resolver: NameResolver
    private let book: @Sendable () -> SwitchBook
    private let log: Logger
    private let names = Mutex(NameBook())

    init(_ resolver: NameResolver, book: @escaping @Sendable () -> SwitchBook, log: Logger) {
        self.resolver = resolver
        self.book = book
        self.log = log
    }

    var current: NameBook { names.withLock { $0 } }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                await self.refresh(at: .now())
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// One turn of the loop.
    func refresh(at now: Timestamp) async {
        let questions = Set(book().trunks.flatMap { $0.addresses.compactMap(\.question) })
        let due = names.withLock { names in
            names.keep(questions)
            return names.due(questions, at: now)
        }
        await withTaskGroup(of: Void.self) { group in
            for question in due.prefix(64) {
                group.addTask { await self.look(up: question) }
            }
        }
    }

    private func look(up question: NameQuestion) async {
        do {
            let answer = try await resolver.resolve(question)
            if answer.places.isEmpty {
                log.warning("a trunk's name leads nowhere", metadata: ["name": "\(question.name)"])
            }
            names.withLock { $0.note(question, answer, at: .now()) }
        } catch {
            log.warning("a trunk's name is not found", metadata: ["name": "\(question.name)", "error": "\(error)"])
            names.withLock { $0.note(question, nil, at: .now()) }
        }
    }
}
