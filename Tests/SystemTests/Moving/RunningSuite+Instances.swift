import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Instances of cti and acd come and go, as an operator lets them.
extension RunningSuite {
    func operatorsAPI() async throws -> API {
        let password = try String(contentsOfFile: places.state + "/secret/operator", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return try await API.signedIn("operator", to: self, tenant: "*", password: password)
    }

    /// Lets an instance give its tenants away, and waits until it has.
    func drain(_ process: String, _ operators: API) async throws {
        _ = try await eventually("\(process) being drained", within: 10) { () -> Bool? in
            let state = try await ask(process, operators, drains: true)
            return state["isDrained"] as? Bool == true ? true : nil
        }
    }

    /// Waits until a process is there anew, and has its share of the tenants.
    func expectBack(_ process: String, after dead: Int32, _ operators: API) async throws {
        _ = try await eventually("\(process) being there again", within: 20) { () -> Bool? in
            guard (try? id(of: process)) != dead else { return nil }
            return await hasShare(process, operators) ? true : nil
        }
    }

    /// One process more than `deploy/run` started: as the second of its service, with ports, keys and a journal of its own.
    func startAnother(_ service: String, _ number: Int, _ operators: API) async throws {
        let second = try String(contentsOfFile: script("\(service)-2"), encoding: .utf8)
        let lines = second.split(separator: "\n", omittingEmptySubsequences: false)
            .map { Self.shifted(String($0), service, number) }
        let name = "\(service)-\(number)"
        try FileManager.default.createDirectory(
            atPath: places.state + "/journal/\(name)", withIntermediateDirectories: true)
        try lines.joined(separator: "\n").write(toFile: script(name), atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script(name))
        // The supervisor looks again when it is told to; it is the parent of what it started.
        guard let supervisor = try parent(of: id(of: "\(service)-2")) else {
            throw NotSeen(description: "the supervisor")
        }
        Foundation.kill(supervisor, SIGUSR1)
        _ = try await eventually("\(name) having its share", within: 20) {
            await hasShare(name, operators) ? true : nil
        }
    }

    /// Takes it away again, for those who come after.
    func stopAnother(_ service: String, _ number: Int, _ operators: API) async throws {
        let name = "\(service)-\(number)"
        try await drain(name, operators)
        // By 78 the supervisor knows who is not to be started again.
        try "#!/bin/sh\nexit 78\n".write(toFile: script(name), atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script(name))
        try kill(name)
    }

    private func hasShare(_ process: String, _ operators: API) async -> Bool {
        let state = try? await ask(process, operators)
        return (state?["shards"] as? Int ?? 0) > 0
    }

    /// `/v1/drain` at the instance itself.
    private func ask(_ process: String, _ operators: API, drains: Bool? = nil) async throws -> [String: Any] {
        guard let url = URL(string: try address(of: process) + "/v1/drain") else {
            throw NotSeen(description: "the address of \(process)")
        }
        var request = URLRequest(url: url, timeoutInterval: 5)
        request.setValue("Bearer \(operators.token)", forHTTPHeaderField: "Authorization")
        if let drains {
            request.httpMethod = "PUT"
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = try JSONSerialization.data(withJSONObject: ["isDraining": drains])
        }
        let (data, _) = try await URLSession.shared.data(for: request)
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }

    private func address(of process: String) throws -> String {
        if let known = places.processes[process] { return known }
        let lines = try String(contentsOfFile: script(process), encoding: .utf8).split(separator: "\n")
        guard let port = lines.first(where: { $0.hasPrefix("export HTTP_PORT=") })?.split(separator: "=").last else {
            throw NotSeen(description: "the port of \(process)")
        }
        return "http://127.0.0.1:\(port)"
    }

    private func script(_ process: String) -> String { places.state + "/process/" + process }

    private static func shifted(_ line: String, _ service: String, _ number: Int) -> String {
        func raised(_ text: String, by step: Int) -> String {
            guard let range = text.range(of: #"\d+$"#, options: .regularExpression), let port = Int(text[range]) else {
                return text
            }
            return text.replacingCharacters(in: range, with: "\(port + step)")
        }
        if line.hasPrefix("export INSTANCE=") { return "export INSTANCE=\(number)" }
        if line.hasPrefix("export HTTP_PORT=") { return raised(line, by: 7) }
        if line.hasPrefix("export BUS_PUBLISH=") || line.hasPrefix("export BUS_REQUESTS=") {
            return raised(line, by: 4)
        }
        return line.replacingOccurrences(of: "/journal/\(service)-2", with: "/journal/\(service)-\(number)")
    }

    private func parent(of process: Int32) throws -> Int32? {
        let words = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8).split(separator: ")").last?
            .split(separator: " ")
        return words.flatMap { $0.count > 1 ? Int32($0[1]) : nil }
    }
}
