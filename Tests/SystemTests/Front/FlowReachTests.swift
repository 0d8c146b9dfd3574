import Foundation
import Testing

/// What flows reach beyond the switch, and how an agent leads a customer back into one, through all processes.
@Suite(.serialized) struct FlowReachTests {
    @Test(.timeLimit(.minutes(3)))
    func `a flow asks another system over HTTP for what the caller typed, and goes on by its answer`() async throws {
        let stage = try await FrontStage.shared()
        let (number, port) = ("+861088885411", stage.suite.programPort)
        let house = try stage.suite.scratch("orders")
        try Data(#"{"order": {"state": "shipped"}}"#.utf8).write(to: house.appendingPathComponent("17.json"))
        let system = try RunningProgram(
            RunningProgram.tied(["python3", "-u", "-m", "http.server", "\(port)", "--bind", "127.0.0.1"]),
            directory: house, output: house.appendingPathComponent("server.log"))
        _ = try await eventually("the other system listening") { system.words.contains("Serving") ? true : nil }
        try await stage.lead(
            number,
            to: FrontStage.flow(
                "order",
                """
                "order": {"type": "collect", "prompts": [{"file": "beep"}], "attribute": "order", "minimumDigits": 2,
                    "maximumDigits": 2, "next": "ask", "onFailed": "bye"},
                "ask": {"type": "request", "url": "http://127.0.0.1:\(port)/{order}.json",
                    "values": {"state": "/order/state"}, "statusAttribute": "code",
                    "onStatus": {"404": "unknown"}, "next": "say", "onFailed": "bye"},
                "unknown": {"type": "set", "values": {"state": "unknown"}, "next": "bye"},
                "say": {"type": "say", "text": "Your order is {state}.", "next": "bye"}, "bye": {"type": "hangUp"}
                """), as: "orders")
        for (customer, order, state, code) in [
            ("13900005421", "17", "shipped", "200"), ("13900005422", "18", "unknown", "404"),
        ] {
            let caller = try stage.call(number, from: customer, keys: order)
            #expect(await caller.status() == 0, "\(caller.words.suffix(800))")
            let known = try await stage.attributes(customer)
            #expect(known["state"] == state && known["code"] == code, "\(known) \(system.words.suffix(500))")
        }
        await system.stop()
    }

    @Test(.timeLimit(.minutes(3)))
    func `an agent sends a customer to a flow, which goes on with what is known of him, and is free at once`()
        async throws
    {
        let stage = try await FrontStage.shared()
        let customer = "13900005423"
        try await stage.admin.ask(
            "PUT", "/cti/v1/flows/pay",
            try Crowd.document(
                FrontStage.flow(
                    "code",
                    """
                    "code": {"type": "collect", "prompts": [{"file": "beep"}], "attribute": "code", "minimumDigits": 2,
                        "maximumDigits": 2, "timeoutSeconds": 20, "next": "bye", "onFailed": "bye"},
                    "bye": {"type": "hangUp"}
                    """)))
        try await stage.ready(FrontStage.amy)
        let program = try Sandbox.customer(
            from: customer, to: stage.crowd.number, pressing: "4", every: 1.5, suite: stage.suite, place: stage.place)
        let call = try await stage.sees(customer, "talking", within: 40)["callID"] as? String ?? ""
        try await stage.act(FrontStage.amy, call, "transfer", ["flow": "pay"])
        _ = try await eventually("Amy being free") {
            try await stage.status(FrontStage.amy) == "ready" ? true : nil
        }
        let record = try await stage.record(customer)
        #expect((record["attributes"] as? [String: String])?["code"] == "44", "\(record)")
        #expect(API.kinds(record).last == "ivr" && record["agentID"] as? String == FrontStage.amy, "\(record)")
        await program.stop()
    }

    /// The switch calls itself: what one tenant's number sends, the flow of another number receives.
    @Test(.timeLimit(.minutes(5)))
    func `a document is faxed to a number whose flow receives it, and lies in the house with all its pages`()
        async throws
    {
        let stage = try await FrontStage.shared()
        let (number, suite) = ("+861088885412", stage.suite)
        try await stage.lead(
            number,
            to: FrontStage.flow(
                "fax",
                """
                "fax": {"type": "fax", "station": "Carillon", "next": "whole", "onFailed": "bye"},
                "whole": {"type": "set", "values": {"whole": "yes"}, "next": "bye"}, "bye": {"type": "hangUp"}
                """), as: "fax")
        let platform = try await suite.operatorsAPI()
        try await platform.ask(
            "PUT", "/media/v1/trunks/itself",
            [
                "host": "127.0.0.1", "port": suite.places.sipPort, "isInbound": false, "isOutbound": true,
                "probeSeconds": 0,
            ])
        try await platform.ask(
            "PUT", "/media/v1/routes/itself",
            ["trunkID": "itself", "prefixes": [number], "tenants": [stage.crowd.tenant], "cost": 0])
        try await send(to: number, stage)
        let received = try await eventually("the fax being received", within: 120) { () -> [String: Any]? in
            try await stage.admin.items("/media/v1/faxes?direction=received").first
        }
        #expect(API.number(received["pages"]) == 1, "\(received)")
        let document = try await stage.admin.bytes(
            "GET", "/media/v1/faxes/\(received["id"] as? String ?? "")/document?format=tiff")
        #expect(document.count > 500)
        let record = try await eventually("the call's record", within: 40) { () -> [String: Any]? in
            try await stage.admin.items("/reporting/v1/contacts?limit=20&line=%2B861088885412").first {
                $0["endedAt"] is NSNumber
            }
        }
        let known = record["attributes"] as? [String: String] ?? [:]
        #expect(known["whole"] == "yes" && known["faxPages"] == "1", "\(record)")
        try await platform.ask("DELETE", "/media/v1/routes/itself")
        try await platform.ask("DELETE", "/media/v1/trunks/itself")
    }

    /// One page, made by ghostscript, as curl sends it.
    private func send(to number: String, _ stage: FrontStage) async throws {
        let place = try stage.suite.scratch("fax")
        let page = place.appendingPathComponent("page.pdf")
        let made = try await run(
            "gs", "-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite", "-sOutputFile=\(page.path)", "-c",
            "/Helvetica findfont 40 scalefont setfont 72 700 moveto (Carillon) show showpage",
            output: place.appendingPathComponent("gs.log"))
        try #require(made.status == 0, "\(made)")
        let (to, from) = (number.replacing("+", with: "%2B"), stage.crowd.number.replacing("+", with: "%2B"))
        let sent = try await run(
            "curl", "-sf", "-X", "POST", "-H", "Authorization: Bearer \(stage.admin.token)", "-H",
            "Content-Type: application/pdf", "--data-binary", "@\(page.path)",
            "\(stage.admin.url)/api/media/v1/faxes?to=\(to)&from=\(from)&attempts=1",
            output: place.appendingPathComponent("curl.log"))
        #expect(sent.status == 0, "\(sent)")
    }
}
