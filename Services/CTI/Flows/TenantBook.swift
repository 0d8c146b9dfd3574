import Contracts

/// What a tenant's calls begin with: the published flows and the access numbers bound to them. Kept in memory, so that
/// no call waits for PostgreSQL.
struct TenantBook: Sendable, Equatable {
    /// Stands for every number that is not bound by itself.
    static let anyNumber = "*"

    /// The newest version of each.
    var flows: [FlowID: PublishedFlow] = [:]
    var numbers: [String: FlowID] = [:]
    /// Numbers by list, for conditions.
    var lists: [String: Set<String>] = [:]
    /// That callers may join, by number.
    var conferences: [String: ConferenceSettings] = [:]
    /// Who supervises whom.
    var groups: [MonitorGroup] = []
    var desk = DeskSettings()
    /// Every talk is recorded; else only when an agent says so.
    var recordsEveryTalk = true

    /// What is wanted before and after each talk.
    var talkRules: TalkRules? {
        let endsWithCustomer = desk.endsConferenceWithCustomer ?? false
        guard desk.agentAnnouncement != nil || desk.afterTalkFlow != nil || endsWithCustomer else { return nil }
        return TalkRules(
            announcement: desk.agentAnnouncement,
            afterTalk: desk.afterTalkFlow.flatMap { flows[$0] }.map(program),
            endsConferenceWithCustomer: endsWithCustomer)
    }

    func flow(forNumber number: String) -> PublishedFlow? {
        (numbers[number] ?? numbers[Self.anyNumber]).flatMap { flows[$0] }
    }
}

/// One version of one flow of one tenant.
struct FlowVersion: Sendable, Hashable {
    let tenant: TenantID
    let flowID: FlowID
    let version: Int
}
