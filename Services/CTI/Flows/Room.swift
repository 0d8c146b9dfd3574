import Contracts
import Database

extension Connection {
    /// That one more has room beside the others of its kind.
    /// - Parameter others: which they are, such as `cti.conference WHERE tenant_id = …`.
    /// - Throws: `Failure.conflict` with this sentence if there are `most` of them already.
    func expectRoom(beside others: SQL, most: Int, _ sentence: String, code: String) throws {
        let count = try query("SELECT count(*) AS count FROM \(others)") { row in try row.get("count") as Int }
        guard (count.first ?? 0) < most else { throw Failure(.conflict, sentence, code: code) }
    }
}
