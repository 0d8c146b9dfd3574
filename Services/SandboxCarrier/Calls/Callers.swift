/// Who calls in, how often and what they do: the options of the callers, with their random choices.
struct Callers: Sendable {
    var to: String
    var from: NumberRange
    var keys = ""
    var keysAfter: Duration = .seconds(3)
    var talk: SecondsRange
    var patience: Duration = .seconds(60)
    var tone = 440
    var hears: Int?
    /// Says which of these tones are heard, whenever that changes.
    var watches: [Int] = []
    var random: SeededRandom

    /// The next caller's number and behaviour.
    mutating func next() -> (number: String, plan: Party.Plan) {
        var script = CallerScript(talk: talk.random(using: &random))
        script.keys = keys
        script.keysAfter = keysAfter
        script.patience = patience
        script.tone = tone
        script.waitsForVoice = hears != nil
        let number = from.random(using: &random)
        let plan = Party.Plan(
            script: script, hears: hears, watches: watches, onTones: { sayTones($0, "\(number)") })
        return (number, plan)
    }
}
