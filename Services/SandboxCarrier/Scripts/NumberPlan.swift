/// What the last two digits of a dialled number mean.
enum NumberPlan: String, Sendable, CaseIterable {
    case talks = "00"
    case busy = "01"
    case doesNotAnswer = "02"
    case rejects = "03"
    case answeringMachine = "04"
    case doesNotExist = "05"
    case hangsUp = "06"

    /// Any other number talks.
    init(dialled number: String) {
        self = NumberPlan(rawValue: String(number.suffix(2))) ?? .talks
    }
}
