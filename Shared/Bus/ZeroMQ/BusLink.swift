import CZeroMQ
import Contracts
import Foundation
import Synchronization

/// The way from any thread to the bus's thread: a bounded queue, and a file descriptor that wakes it up.
final class BusLink: Sendable {
    enum Command: Sendable {
        case publish(EventFrames)
        case announce(stream: String, head: UInt64)
        case ask(InstanceID, id: UInt64, frames: [Data])
        /// An answer; its first frame is the connection's identity.
        case reply([Data])
        case directoryChanged
        case subscriptionsChanged
        case stop
    }

    /// So many events and requests wait at most for the bus's thread.
    static let capacity = 131_072

    let wakeUp: Int32
    private let commands = Mutex<[Command]>([])
    /// Whether the bus's thread has to be woken up; else it looks here before it waits.
    private let isAsleep = Atomic(false)

    init() throws {
        wakeUp = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard wakeUp >= 0 else {
            throw BusError("The bus cannot make an eventfd: \(String(cString: strerror(errno))).")
        }
    }

    deinit { close(wakeUp) }

    /// False if the queue is full, which only events and requests care about.
    @discardableResult
    func push(_ command: Command) -> Bool {
        let (isPushed, isFirst) = commands.withLock { commands in
            switch command {
            case .publish, .ask: if commands.count >= Self.capacity { return (false, false) }
            default: break
            }
            commands.append(command)
            return (true, commands.count == 1)
        }
        if isFirst { wake() }
        return isPushed
    }

    /// Makes the bus's thread begin a turn, unless it is in one.
    func wake() {
        guard isAsleep.exchange(false, ordering: .sequentiallyConsistent) else { return }
        var one: UInt64 = 1
        write(wakeUp, &one, 8)
    }

    /// The bus's thread is about to wait. From now on it is woken up for what comes; it looks once more for what has come.
    func fallAsleep() { isAsleep.store(true, ordering: .sequentiallyConsistent) }

    /// The bus's thread waits no more.
    /// - Parameter wasWoken: it was by ``wakeUp``, which is made unreadable.
    func awake(wasWoken: Bool) {
        isAsleep.store(false, ordering: .sequentiallyConsistent)
        guard wasWoken else { return }
        var count: UInt64 = 0
        read(wakeUp, &count, 8)
    }

    var isEmpty: Bool { commands.withLock { $0.isEmpty } }

    /// Everything that waits.
    func take() -> [Command] {
        commands.withLock { commands in
            var taken: [Command] = []
            swap(&taken, &commands)
            return taken
        }
    }
}
