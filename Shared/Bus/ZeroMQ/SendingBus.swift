import Contracts

/// A bus with a thread of its own that sends. What must be kept before others hear of it is kept there, once for all that has
/// come since the last turn.
protocol SendingBus: Bus {
    /// As ``Bus/publish(_:)``, with the frames that it is sent in.
    func publish(_ envelope: Envelope, _ frames: EventFrames)

    /// Called on the bus's thread before it sends anything that was published since, and once more before the thread ends.
    func beforeSending(_ keep: @escaping @Sendable () -> Void)
}
