import Contracts
import Database
import ServiceKit
import TestSupport
import Testing

@testable import ACD

@Suite struct QueueStoreTests {
    @Test func `a queue is read as it was written`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let queues = QueueStore(database: database)
            var queue = Queue(id: "sales", name: "Sales")
            queue.requiredSkills = ["english", "gold"]
            queue.announcePositionEvery = 30
            queue.strategy = .fixedOrder
            queue.announceEstimate = true
            queue.overflow = OverflowRules(mostWaiting: 5, ifNobodySignedIn: true, queue: "help")
            queue.widening = [WideningStep(afterSeconds: 20, skills: ["gold:0"])]
            queue.agentOrder = ["bob", "amy"]
            queue.priority = PriorityRules(
                rules: [.init(attribute: "vip", test: .exists, add: 50)], secondsPerPoint: 10)
            queue.preferredAgents = [.init(by: .lastAgent, whenBusy: .lockSeat, seconds: 90, withinHours: 2)]
            queue.callbacks = CallbackRules(abandoned: .list, afterSeconds: 3, from: "4008001")
            try await queues.insert(queue, of: "t")
            #expect(try await queues.find("sales", of: "t") == queue)
            #expect(try await queues.list(PageRequest(), of: "t").items == [queue])
        }
    }

    @Test func `an id or a name is taken once in a tenant`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let queues = QueueStore(database: database)
            try await queues.insert(Queue(id: "sales", name: "Sales"), of: "t")
            await #expect(throws: Failure.self) { try await queues.insert(Queue(id: "sales", name: "Other"), of: "t") }
            await #expect(throws: Failure.self) { try await queues.insert(Queue(id: "other", name: "Sales"), of: "t") }
            try await queues.insert(Queue(id: "sales", name: "Sales"), of: "u")
        }
    }

    @Test func `a change changes what it names and nothing else`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let queues = QueueStore(database: database)
            try await queues.insert(Queue(id: "sales", name: "Sales"), of: "t")
            let changed = try await queues.change("sales", QueueWish(ringSeconds: 25), of: "t")
            #expect(changed.ringSeconds == 25)
            #expect(changed.name == "Sales")
            #expect(try await queues.find("sales", of: "t") == changed)
            await #expect(throws: Failure.self) { try await queues.change("none", QueueWish(), of: "t") }
        }
    }

    @Test func `a tenant does not see another's queue`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let queues = QueueStore(database: database)
            try await queues.insert(Queue(id: "sales", name: "Sales"), of: "t")
            #expect(try await queues.list(PageRequest(), of: "u").items.isEmpty)
            await #expect(throws: Failure.self) { try await queues.find("sales", of: "u") }
            let rows = try await database.query("SELECT id FROM acd.queue", tenant: "u") { try $0.get("id") as String }
            #expect(rows.isEmpty)
        }
    }

    @Test func `members go with their queue`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let queues = QueueStore(database: database)
            try await queues.insert(Queue(id: "sales", name: "Sales"), of: "t")
            try await queues.addMember("amy", to: "sales", of: "t")
            try await queues.addMember("amy", to: "sales", of: "t")
            try await queues.addMember("bob", to: "sales", of: "t")
            try await queues.removeMember("bob", from: "sales", of: "t")
            #expect(try await queues.members(PageRequest(), of: "sales", of: "t").items == ["amy"])
            await #expect(throws: Failure.self) { try await queues.addMember("amy", to: "none", of: "t") }
            try await queues.remove("sales", of: "t")
            #expect(try await queues.members(PageRequest(), of: "sales", of: "t").items.isEmpty)
            await #expect(throws: Failure.self) { try await queues.remove("sales", of: "t") }
        }
    }

    @Test func `each change raises the version that the router looks at`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let queues = QueueStore(database: database)
            let skills = SkillStore(database: database)
            let settings = RoutingSettingsStore(database: database)
            #expect(try await settings.versions().isEmpty)
            try await queues.insert(Queue(id: "sales", name: "Sales"), of: "t")
            try await queues.addMember("amy", to: "sales", of: "t")
            try await skills.put(["english"], of: "amy", of: "t")
            #expect(try await settings.versions() == ["t": 3])
            let read = try await settings.read("t")
            #expect(read.version == 3)
            #expect(
                read.queues == ["sales": StaffedQueue(queue: Queue(id: "sales", name: "Sales"), members: ["amy"])])
            #expect(read.skills == ["amy": ["english"]])
        }
    }

    @Test func `an agent's skills are what was said last`() async throws {
        try await withDatabase("acd", Schema.migrations) { database in
            let skills = SkillStore(database: database)
            #expect(try await skills.find("amy", of: "t").isEmpty)
            try await skills.put(["english"], of: "amy", of: "t")
            try await skills.put(["gold"], of: "amy", of: "t")
            #expect(try await skills.find("amy", of: "t") == ["gold"])
        }
    }
}

@Suite struct RoutingSettingsTests {
    @Test func `the router hears of what changed only`() {
        let sales = StaffedQueue(queue: Queue(id: "sales", name: "Sales"), members: ["amy"])
        let help = StaffedQueue(queue: Queue(id: "help", name: "Help"), members: [])
        let old = RoutingSettings(version: 1, queues: ["sales": sales, "help": help], skills: ["amy": ["english"]])
        var new = old
        new.queues["help"] = nil
        new.skills["bob"] = ["gold"]
        let inputs = new.inputs(since: old).map { "\($0)" }
        #expect(inputs.count == 2)
        #expect(inputs.first?.hasPrefix("skillsChanged(bob") == true)
        #expect(inputs.last == "queueRemoved(help)")
        #expect(new.inputs(since: new).isEmpty)
    }

    @Test func `a wish for a queue is checked`() throws {
        #expect(throws: Failure.self) { try QueueWish(ringSeconds: 0).checked() }
        #expect(throws: Failure.self) { try QueueWish(id: "a b").checked() }
        #expect(throws: Failure.self) { try QueueWish(name: "").checked() }
        #expect(throws: Failure.self) { try QueueWish(announcePositionEvery: 5).checked() }
        #expect(throws: Failure.self) { try QueueWish(requiredSkills: ["gold:0"]).checked() }
        #expect(throws: Failure.self) {
            try QueueWish(widening: [WideningStep(afterSeconds: 5, skills: ["gold"])]).checked()
        }
        #expect(throws: Failure.self) { try QueueWish(overflow: OverflowRules(mostWaiting: 0)).checked() }
        #expect(throws: Failure.self) { try QueueWish(priority: PriorityRules(secondsPerPoint: 0)).checked() }
        let senseless = PriorityRules.Rule(attribute: "age", test: .atLeast, values: ["old"], add: 5)
        #expect(throws: Failure.self) { try QueueWish(priority: PriorityRules(rules: [senseless])).checked() }
        let later = WideningStep(afterSeconds: 9, skills: ["gold:0"])
        let sooner = WideningStep(afterSeconds: 5, skills: ["gold:1"])
        #expect(try QueueWish(widening: [later, sooner]).checked().widening == [sooner, later])
        #expect(throws: Failure.self) { try QueueWish(agentOrder: ["amy", "amy"]).checked() }
        #expect(try QueueWish(requiredSkills: ["b", "a", "b"]).checked().requiredSkills == ["a", "b"])
    }
}
