import Dispatch
import Synchronization

/// Where other threads leave messages for one thread: bounded, in order, and the thread is woken through a descriptor
/// that it can wait on beside its sockets.
final class Mailbox<Message: Sendable>: Sendable {
    private let wakeUp = WakeUp()
    private let capacity: Int
    private let state = Mutex(State())

    private struct State {
        var messages: [Message] = []
        var isRung = false
    }

    init(capacity: Int = 65_536) { self.capacity = capacity }

    /// Readable when there may be messages.
    var descriptor: Int32 { wakeUp.descriptor }

    /// - Parameters:
    ///   - mustArrive: for what there cannot be too many of, such as one a leg.
    ///   - wakes: false for what may wait until the thread looks by itself.
    /// - Returns: false if there is no room.
    @discardableResult
    func post(_ message: Message, mustArrive: Bool = false, wakes: Bool = true) -> Bool {
        let (isTaken, rings) = state.withLock { state in
            guard mustArrive || state.messages.count < capacity else { return (false, false) }
            state.messages.append(message)
            defer { state.isRung = state.isRung || wakes }
            return (true, wakes && !state.isRung)
        }
        if rings { wakeUp.ring() }
        return isTaken
    }

    /// All messages so far, oldest first.
    func takeAll() -> [Message] {
        wakeUp.clear()
        return state.withLock { state in
            defer { state = State() }
            return state.messages
        }
    }
}

/// The steady clock of media, in microseconds.
enum MediaClock {
    static func now() -> Int64 {
        Int64(truncatingIfNeeded: DispatchTime.now().uptimeNanoseconds / 1_000)
    }

    /// The same in samples of 8 kHz.
    static func samples(_ microseconds: Int64) -> Int64 { microseconds / 125 }
}
