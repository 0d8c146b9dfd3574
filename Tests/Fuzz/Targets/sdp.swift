/// A description: what is read survives being written and read again, and can be answered.
func check(_ bytes: [UInt8]) {
    guard let description = try? SessionDescription(parsing: bytes) else { return }
    let again = try? SessionDescription(parsing: description.description)
    mustHold(again == description, "a description survives being written and read")
    var fax = AudioSession(address: "127.0.0.1", port: 4_000, sessionID: 7)
    _ = fax.offerImage(description.imageTerms ?? T38Terms())
    _ = try? fax.acceptImage(description)
    if let answered = try? fax.answerImage(description) {
        mustHold(answered.answer.media.count == description.media.count, "each stream of an offer of T.38 is answered")
        mustHold(T38Terms(answered.agreed.terms.attributes) == answered.agreed.terms, "terms survive being written")
    }
    var session = AudioSession(address: "127.0.0.1", port: 4_000, sessionID: 7)
    guard let answered = try? session.answer(description) else { return }
    mustHold(answered.answer.media.count == description.media.count, "each stream of an offer is answered")
    _ = session.offer()
    _ = try? session.accept(description)
}
