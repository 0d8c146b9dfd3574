/// A description: what is read survives being written and read again, and can be answered.
func check(_ bytes: [UInt8]) {
    guard let description = try? SessionDescription(parsing: bytes) else { return }
    let again = try? SessionDescription(parsing: description.description)
    mustHold(again == description, "a description survives being written and read")
    var session = AudioSession(address: "127.0.0.1", port: 4_000, sessionID: 7)
    guard let answered = try? session.answer(description) else { return }
    mustHold(answered.answer.media.count == description.media.count, "each stream of an offer is answered")
    _ = session.offer()
    _ = try? session.accept(description)
}
