/// Names who waits for the outcome of a command.
struct ReplyToken: Hashable, Sendable {
    let number: UInt64
}
