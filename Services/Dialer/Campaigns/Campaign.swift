import Contracts
import ServiceKit

/// A set of numbers to be called for one purpose, and how.
struct Campaign: Codable, Sendable, Equatable {
    let id: CampaignID
    var name: String
    /// Whose agents talk with those who answer.
    var queueID: QueueID
    /// The number shown.
    var fromNumber: String
    var ringSeconds = 30
    /// How often one number is tried.
    var maxAttempts = 3
    /// How long after a try in vain the next one may come.
    var retrySeconds = 3600
    /// Of the calls in the queue, and among the campaigns of one queue: higher first.
    var priority = 0
    var hours = CallingHours()
    /// Machines, faxes and network tones are hung up instead of queued.
    var detectsAnswers = false
    var mode = CampaignMode.progressive
    /// Of a campaign of mode `preview`.
    var preview = PreviewRules()
    var isRunning = false
}

/// What is asked for when a campaign is made or changed; what is left out stays, or is as usual.
struct CampaignWish: Codable, Sendable, Equatable {
    var name: String?
    var queueID: QueueID?
    var fromNumber: String?
    var ringSeconds: Int?
    var maxAttempts: Int?
    var retrySeconds: Int?
    var priority: Int?
    var hours: CallingHours?
    var detectsAnswers: Bool?
    /// Changed only while the campaign is paused.
    var mode: CampaignMode?
    var preview: PreviewRules?

    /// - Throws: `Failure.invalid` with the sentence that says what is allowed.
    func checked() throws -> CampaignWish {
        if let name, !name.isName(1...100) {
            throw Failure(.invalid, "A campaign's name has 1 to 100 letters.", code: "campaignIncomplete")
        }
        if let queueID, !QueueID.isAcceptable(queueID.rawValue) {
            throw Failure(.invalid, "This is no queue's id.", code: "campaignIncomplete")
        }
        // A minimum that law asks for: ring at least 15 seconds before giving up.
        try Self.check(ringSeconds, 15...120, "ringSeconds")
        try Self.check(maxAttempts, 1...20, "maxAttempts")
        try Self.check(retrySeconds, 60...604_800, "retrySeconds")
        try Self.check(priority, 0...1000, "priority")
        var wish = self
        wish.hours = try hours?.checked()
        wish.preview = try preview?.checked()
        wish.fromNumber = try fromNumber.map { text in
            guard let number = PhoneNumber.normal(text) else {
                throw Failure(
                    .invalid, "fromNumber is a telephone number of 3 to 20 digits.", code: "fromNumberInvalid")
            }
            return number
        }
        return wish
    }

    func applied(to campaign: Campaign) -> Campaign {
        var campaign = campaign
        campaign.name = name ?? campaign.name
        campaign.queueID = queueID ?? campaign.queueID
        campaign.fromNumber = fromNumber ?? campaign.fromNumber
        campaign.ringSeconds = ringSeconds ?? campaign.ringSeconds
        campaign.maxAttempts = maxAttempts ?? campaign.maxAttempts
        campaign.retrySeconds = retrySeconds ?? campaign.retrySeconds
        campaign.priority = priority ?? campaign.priority
        campaign.hours = hours ?? campaign.hours
        campaign.detectsAnswers = detectsAnswers ?? campaign.detectsAnswers
        campaign.mode = mode ?? campaign.mode
        campaign.preview = preview ?? campaign.preview
        return campaign
    }

    private static func check(_ value: Int?, _ range: ClosedRange<Int>, _ name: String) throws {
        guard let value, !range.contains(value) else { return }
        throw Failure(.invalid, "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
}

/// How far a campaign has come.
struct CampaignProgress: Codable, Sendable, Equatable {
    /// Numbers to be tried, now or later.
    let open: Int
    let dialling: Int
    /// Numbers that agents look at.
    var previewed: Int?
    /// Numbers done with.
    let done: Int
    /// Tries by result.
    let results: [String: Int]
}
