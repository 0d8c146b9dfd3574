import Contracts
import Database
import Foundation

/// Reads and writes `reporting.survey_answer`. The only file that knows the table.
struct SurveyStore: Sendable {
    let database: Database

    /// The last answer to a question counts, in whatever order they come.
    static func answered(_ answer: CallSurveyAnswered, tenant: TenantID, in connection: isolated Connection) throws {
        try connection.run(
            """
            INSERT INTO reporting.survey_answer (tenant_id, call_id, question, agent_id, queue_id, key, score,
                answered_at)
            VALUES (\(tenant), \(answer.callID), \(answer.question), \(answer.agentID), \(answer.queueID),
                \(answer.key), \(answer.score), \(answer.answeredAt.date))
            ON CONFLICT (tenant_id, call_id, question) DO UPDATE
            SET agent_id = EXCLUDED.agent_id, queue_id = EXCLUDED.queue_id, key = EXCLUDED.key, score = EXCLUDED.score,
                answered_at = EXCLUDED.answered_at
            WHERE survey_answer.answered_at <= EXCLUDED.answered_at
            """)
    }

    static func answers(
        of calls: [CallID], tenant: TenantID, _ connection: isolated Connection
    ) throws -> [CallID: [SurveyAnswer]] {
        let rows = try connection.query(
            """
            SELECT call_id, question, key, score, agent_id, queue_id, answered_at FROM reporting.survey_answer
            WHERE tenant_id = \(tenant) AND call_id = ANY(\(calls))
            ORDER BY call_id, answered_at, question
            """
        ) { row in
            (
                try row.get("call_id") as CallID,
                SurveyAnswer(
                    question: try row.get("question"), key: try row.get("key"), score: try row.get("score"),
                    agentID: try row.get("agent_id"), queueID: try row.get("queue_id"),
                    answeredAt: Timestamp(try row.get("answered_at") as Date))
            )
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    /// By agent and question, in that order.
    /// - Parameter least: the score that counts as satisfied.
    func totals(
        from: Timestamp?, to: Timestamp?, queue: QueueID?, least: Int, tenant: TenantID
    ) async throws -> [SurveyTotals] {
        var conditions: SQL = ""
        if let from { conditions = conditions + " AND answered_at >= \(from.date)" }
        if let to { conditions = conditions + " AND answered_at < \(to.date)" }
        if let queue { conditions = conditions + " AND queue_id = \(queue)" }
        let rows = try await database.query(
            """
            SELECT agent_id, question, score, count(*) AS answers FROM reporting.survey_answer
            WHERE tenant_id = \(tenant) \(conditions)
            GROUP BY agent_id, question, score
            ORDER BY agent_id NULLS LAST, question, score
            """, tenant: tenant.rawValue
        ) { row in
            (
                agent: try row.get("agent_id") as AgentID?, question: try row.get("question") as String,
                score: try row.get("score") as Int, answers: try row.get("answers") as Int
            )
        }
        var totals: [SurveyTotals] = []
        var rest = rows[...]
        while let first = rest.first {
            let group = rest.prefix { $0.agent == first.agent && $0.question == first.question }
            rest = rest.dropFirst(group.count)
            let answers = group.reduce(0) { $0 + $1.answers }
            let satisfied = group.filter { $0.score >= least }.reduce(0) { $0 + $1.answers }
            let sum = group.reduce(0) { $0 + $1.score * $1.answers }
            totals.append(
                SurveyTotals(
                    agentID: first.agent, question: first.question, answers: answers, satisfied: satisfied,
                    rate: Double(satisfied) / Double(max(1, answers)), average: Double(sum) / Double(max(1, answers)),
                    scores: Dictionary(group.map { ("\($0.score)", $0.answers) }) { $0 + $1 }))
        }
        return totals
    }
}
