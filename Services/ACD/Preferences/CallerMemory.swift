import Bus
import Contracts
import Logging

/// What is known of a caller, asked of PostgreSQL and crm while he is lined up. It costs him no more than `patience`: who is
/// not remembered by then is lined up like anybody.
struct CallerMemory: Sendable {
    /// Who talked with a number, and who keeps an open case of his.
    let meetings: @Sendable (String, TenantID) async throws -> CallerKnowledge
    /// Whose customer he is.
    let owner: @Sendable (String, TenantID) async throws -> AgentID?
    let log: Logger
    let patience: Duration

    init(
        patience: Duration = .milliseconds(300), log: Logger,
        meetings: @escaping @Sendable (String, TenantID) async throws -> CallerKnowledge,
        owner: @escaping @Sendable (String, TenantID) async throws -> AgentID?
    ) {
        self.patience = patience
        self.log = log
        self.meetings = meetings
        self.owner = owner
    }

    init(_ acquaintances: AcquaintanceStore, bus: any Bus, log: Logger) {
        self.init(log: log) { number, tenant in
            try await acquaintances.find(number: number, of: tenant)
        } owner: { number, tenant in
            try await bus.request(
                FindCustomerByNumber(number: number), to: .any(.crm), tenant: tenant, deadline: .milliseconds(300)
            )?.ownerID
        }
    }

    /// - Parameter rules: of the queue; where there are none nothing is asked.
    func recall(_ call: WaitingCall, for rules: [PreferredAgentRule]) async -> CallerKnowledge {
        guard !rules.isEmpty, let number = call.attributes?["caller"], NumberHome().normal(number) != nil else {
            return CallerKnowledge()
        }
        let asksOwner = call.ownerID == nil && rules.contains { $0.by == .owner }
        let asksUs = rules.contains { $0.by != .owner }
        let (parts, came) = AsyncStream.makeStream(of: Part.self)
        var tasks = [
            Task {
                try? await Task.sleep(for: patience)
                came.finish()
            }
        ]
        // Not children of this task: a connection that does not answer must not hold the caller up.
        if asksUs {
            tasks.append(Task { came.yield(await ask { .meetings(try await meetings(number, call.tenant)) }) })
        }
        if asksOwner { tasks.append(Task { came.yield(await ask { .owner(try await owner(number, call.tenant)) }) }) }
        var known = CallerKnowledge()
        var missing = tasks.count - 1
        for await part in parts {
            switch part {
            case .meetings(let meetings):
                (known.cases, known.talks, known.calls) = (meetings.cases, meetings.talks, meetings.calls)
            case .owner(let owner): known.ownerID = owner
            case .nothing: break
            }
            missing -= 1
            if missing == 0 { break }
        }
        for task in tasks { task.cancel() }
        return known
    }

    private enum Part: Sendable {
        case meetings(CallerKnowledge)
        case owner(AgentID?)
        case nothing
    }

    private func ask(_ question: () async throws -> Part) async -> Part {
        do {
            return try await question()
        } catch {
            log.info("caller not remembered", metadata: ["error": "\(error)"])
            return .nothing
        }
    }
}
