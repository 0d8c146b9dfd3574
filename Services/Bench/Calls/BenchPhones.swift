import Foundation

/// The agents' telephones, which answer at once: the same wherever they register.
enum BenchPhones {
    /// - Parameters:
    ///   - sipPort: where they register, on loopback.
    ///   - reserved: ports that the switch binds call by call.
    ///   - password: a file with it.
    /// - Throws: ``BenchFailure`` if not all are registered within a minute.
    static func start(
        _ workplace: Workplace, _ agents: [BenchAgent], sipPort: Int, reserved: Range<Int>, password: String
    ) async throws -> Carrier {
        let first = try FreePorts.block(2_010, apartFrom: reserved)
        let phones = try await Carrier.start(
            workplace,
            [
                "--listen", "127.0.0.1:\(first)", "--switch", "127.0.0.1:\(sipPort)", "--rtp-ports",
                "\(first + 10)-\(first + 2_008)", "--phones-listen", "127.0.0.1:\(first + 2)", "--phones",
                "\(agents.first?.phone ?? "")-\(agents.last?.phone ?? "")", "--password-file", password,
                "--answer-after", "0", "--totals", "--tell-invitations",
            ], output: "\(workplace.path)/phones.log")
        do {
            try await eventually("the registration of all telephones", within: 60) {
                phones.child.words.split(separator: "\n").filter { $0.hasPrefix("registered ") }.count >= agents.count
                    ? true : nil
            }
        } catch {
            _ = await phones.stop()
            throw error
        }
        return phones
    }
}
