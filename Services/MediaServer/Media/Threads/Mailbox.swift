import Dispatch
import Synchronization

/// Where other threads leave messages for one thread: bounded, in order, and the thread is woken through a descriptor
/// that it can wait on beside its sockets.
final class Mailbox<Message: Sendable>: Sendable {
    private let wakeUp = WakeUp()
    private let capacity: Int
    private let messages = Mutex<[Message]>([])

    init(capacity: Int = 65_536) { self.capacity = capacity }

    /// Readable when there may be messages.
    var descriptor: Int32 { wakeUp.descriptor }

    /// - Parameter mustArrive: for what there cannot be too many of, such as one a leg.
    /// - Returns: false if there is no room.
    @discardableResult
    func post(_ message: Message, mustArrive: Bool = false) -> Bool {
        let (isTaken, wasEmpty) = messages.withLock { messages in
            guard mustArrive || messages.count < capacity else { return (false, false) }
            messages.append(message)
            return (true, messages.count == 1)
        }
        if wasEmpty { wakeUp.ring() }
        return isTaken
    }

    /// All messages so far, oldest first.
    func takeAll() -> [Message] {
        wakeUp.clear()
        return messages.withLock { messages in
            let all = messages
            messages = []
            return all
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
