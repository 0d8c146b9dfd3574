import Foundation
import Testing

/// Work beside calls on the agent's page, and how much of it agents do, in Chromium on a suite of separate processes.
@Suite(.serialized) struct WorkInBrowserTests {
    @Test(.timeLimit(.minutes(4)), arguments: [("zh-CN", "13900005721"), ("en", "13900005722")])
    func `an agent takes work, finishes and declines it, is interrupted by a call and goes on, all on his page`(
        language: String, caller: String
    ) async throws {
        let stage = try await LettersStage.shared()
        try await stage.withTelephone { try await work(on: stage, language, caller) }
    }

    private func work(on stage: LettersStage, _ language: String, _ caller: String) async throws {
        let tag = language.lowercased()
        let browser = try stage.browse(
            "do_work.py", language, user: LettersStage.agent,
            [
                "--phone", "1001", "--tag", tag, "--title", "An order \(tag)",
            ])
        // The page asks for what it is to be given.
        let mail: [String: Any] = [
            "medium": "mail", "queue": Crowd.queue, "title": "An order \(tag)", "link": "https://mail.example/1",
            "customer": ["name": "Li", "address": "li@example.com"],
        ]
        try await stage.enter("mail-\(tag)", mail, when: "wants mail", browser)
        try await stage.enter("chat-\(tag)", ["medium": "chat", "queue": Crowd.queue], when: "wants chat", browser)
        try await stage.wait(for: "wants no chat", browser)
        try await stage.admin.insist("DELETE", "/acd/v1/work/chat-\(tag)")
        try await stage.enter(
            "ticket-\(tag)", ["medium": "ticket", "queue": Crowd.queue], when: "wants ticket", browser)
        try await stage.wait(for: "wants call", browser)
        let customer = try Sandbox.customer(
            from: caller, to: LettersStage.number, suite: stage.suite, place: stage.place)
        #expect(await browser.status() == 0, "\(browser.words)")
        await customer.stop()

        let done = try await stage.admin.ask("GET", "/acd/v1/work/mail-\(tag)")
        #expect(
            done["state"] as? String == "done" && done["disposition"] as? String == "resolved"
                && done["note"] as? String == "已回信", "\(done)")
        let back = try await stage.admin.ask("GET", "/acd/v1/work/ticket-\(tag)")
        #expect(API.number(back["interruptions"]) == 1 && back["state"] as? String != "done", "\(back)")
        try await stage.admin.insist("DELETE", "/acd/v1/work/ticket-\(tag)")
    }

    @Test(.timeLimit(.minutes(4)), arguments: [("zh-CN", "13900005731"), ("en", "13900005732")])
    func `a supervisor sees his agents and who waits in the queues, and makes an agent ready and signs him out`(
        language: String, caller: String
    ) async throws {
        let stage = try await LettersStage.shared()
        let sue = "sue-\(language.lowercased())"
        try await stage.admin.insist(
            "POST", "/crm/v1/users",
            ["user": sue, "name": "Sue", "password": stage.suite.password, "roles": ["supervisor"]])
        try await stage.admin.insist("PATCH", "/crm/v1/users/\(LettersStage.agent)", ["name": "Amy"])
        try await stage.withTelephone {
            let desk = try await stage.crowd.letIn(LettersStage.agent)
            try await desk.insist("POST", "/cti/v1/agents/me/sign-in", ["phone": "1001"], within: 30)
            let browser = try stage.browse(
                "watch_floor.py", language, user: sue,
                [
                    "--queue", Crowd.queue, "--agent", LettersStage.agent, "--name", "Amy",
                ])
            try await stage.wait(for: "wants caller", browser)
            let customer = try Sandbox.customer(
                from: caller, to: LettersStage.number, suite: stage.suite, place: stage.place)
            try await stage.wait(for: "wants quiet", browser)
            await customer.stop()
            #expect(await browser.status() == 0, "\(browser.words)")
            #expect(try await stage.admin.status(of: LettersStage.agent) == "signedOut")
        }
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["zh-CN", "en"])
    func `who manages queues says how much agents do at once, on the page`(language: String) async throws {
        let stage = try await LettersStage.shared()
        try await stage.admin.insist("PUT", "/acd/v1/media-rules", [String: Any]())
        try await stage.admin.insist("PUT", "/acd/v1/agents/\(LettersStage.agent)/capacity", [String: Any]())
        let browser = try stage.browse(
            "set_capacities.py", language, ["--agent", LettersStage.agent])
        #expect(await browser.status() == 0, "\(browser.words)")
        let rules = try await stage.admin.ask("GET", "/acd/v1/media-rules")
        let media = rules["media"] as? [[String: Any]] ?? []
        let mail = media.first { $0["medium"] as? String == "mail" }
        let chat = media.first { $0["medium"] as? String == "chat" }
        #expect(API.number(mail?["most"]) == 2 && API.number(mail?["weight"]) == 20, "\(rules)")
        #expect(chat?["interruptedBy"] as? [String] == ["voice"], "\(rules)")
        let capacity = try await stage.admin.ask("GET", "/acd/v1/agents/\(LettersStage.agent)/capacity")
        #expect(API.number(capacity["capacity"]) == 60, "\(capacity)")
        #expect((capacity["most"] as? [[String: Any]])?.first?["medium"] as? String == "ticket", "\(capacity)")
        try await stage.admin.insist("PUT", "/acd/v1/media-rules", [String: Any]())
        try await stage.admin.insist("PUT", "/acd/v1/agents/\(LettersStage.agent)/capacity", [String: Any]())
    }
}

extension LettersStage {
    /// With the agent's telephone, which is answered on the page. It never outlives the test: it would guess at the next
    /// suite's password.
    func withTelephone(_ body: () async throws -> Void) async throws {
        let phone = try Sandbox.phones(
            "1001-1001", tenant: crowd.tenant, answerAfter: "never", isTied: true, ports: 33_300...33_339, suite: suite,
            place: place)
        _ = try await eventually("the telephone being registered", within: 60) {
            phone.words.contains("registered ") ? true : nil
        }
        do {
            try await body()
        } catch {
            await phone.stop()
            throw error
        }
        await phone.stop()
    }

    func wait(for words: String, _ browser: RunningProgram) async throws {
        _ = try await eventually("the page saying \(words)", within: 60) { () -> Bool? in
            guard browser.isRunning else { throw NotSeen(description: "the page: \(browser.words)") }
            return browser.words.split(separator: "\n").contains(Substring(words)) ? true : nil
        }
    }

    func enter(_ id: String, _ work: [String: Any], when words: String, _ browser: RunningProgram) async throws {
        try await wait(for: words, browser)
        var work = work
        work["id"] = id
        try await admin.insist("POST", "/acd/v1/work", work)
    }
}
