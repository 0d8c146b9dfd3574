import Contracts

/// What was typed, held against what it must be like. Pure.
struct CollectedDigits {
    static let dateFormats = ["yyyyMMdd", "MMdd", "ddMMyyyy"]

    let digits: String

    func pass(_ check: FlowNode.Check?) -> Bool {
        guard let check else { return true }
        if let lengths = check.lengths, !lengths.contains(digits.count) { return false }
        if check.luhn == true, !isLuhn { return false }
        if check.least != nil || check.most != nil {
            guard let number = Int(digits) else { return false }
            if let least = check.least, number < least { return false }
            if let most = check.most, number > most { return false }
        }
        return check.date.map(isDate) ?? true
    }

    /// Every second digit from the right counts twice, and the sum of all their digits ends in 0.
    private var isLuhn: Bool {
        let values = digits.compactMap(\.wholeNumberValue)
        guard values.count == digits.count, values.count > 1 else { return false }
        let sum = values.reversed().enumerated().reduce(0) { sum, item in
            let value = item.offset % 2 == 1 ? item.element * 2 : item.element
            return sum + (value > 9 ? value - 9 : value)
        }
        return sum % 10 == 0
    }

    private func isDate(_ format: String) -> Bool {
        let values = digits.compactMap(\.wholeNumberValue)
        guard values.count == digits.count, values.count == format.count else { return false }
        func part(_ letter: Character) -> Int? {
            let places = format.enumerated().filter { $0.element == letter }.map(\.offset)
            return places.isEmpty ? nil : places.reduce(0) { $0 * 10 + values[$1] }
        }
        guard let month = part("M"), let day = part("d"), (1...12).contains(month) else { return false }
        // Without a year any 29th of February may be meant.
        let year = part("y") ?? 2000
        guard year >= 1900 else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...lengths[month - 1]).contains(day)
    }
}

/// What is said to the caller by the nodes themselves.
enum FlowPhrase {
    static func confirm(_ digits: String, language: String) -> Prompt {
        let spoken = spell(digits)
        return .speech(
            language == "zh"
                ? "您输入的是：\(spoken)。确认请按1，重新输入请按2。"
                : "You have entered \(spoken). To confirm, press 1. To change it, press 2.",
            language: language)
    }

    static func review(language: String) -> Prompt {
        .speech(
            language == "zh"
                ? "保存留言请按1，重新录音请按2，收听留言请按3。"
                : "To keep your message, press 1. To record it again, press 2. To hear it, press 3.",
            language: language)
    }

    static func agent(language: String) -> FlowPrompt {
        FlowPrompt(
            say: language == "zh" ? "工号{agentNumber}为您服务。" : "Agent {agentNumber} at your service.",
            language: language)
    }

    /// Digit by digit, not as one number.
    static func spell(_ text: String) -> String {
        text.allSatisfy(\.isWholeNumber) ? text.map { String($0) }.joined(separator: " ") : text
    }
}
