import Contracts
import Foundation
import Hummingbird
import ServiceKit
import Testing

@testable import CRM

/// Every route, asked by the wrong people and with nonsense.
@Suite struct ProbeTests {
    @Test func `no route but those that are open does anything without a token`() async throws {
        try await withOffice { office async throws in
            for route in office.crm.routes {
                let answer = try await office.send(route.method, filled(route.path, "x"), [:])
                if route.access == .open {
                    #expect(answer.status.code < 500)
                } else {
                    #expect(answer.status == .unauthorized, "\(route.method) \(route.path)")
                }
            }
        }
    }

    @Test func `an agent reaches no route that his role does not name`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            let amy = try await office.makeUser("amy", ["agent"], in: "acme", by: boss)
            let identity: Identity = try await office.send(.get, "/v1/me", as: amy).decode()
            for route in office.crm.routes where !route.access.admits(identity) {
                let answer = try await office.send(route.method, filled(route.path, "x"), [:], as: amy)
                #expect(answer.status == .forbidden, "\(route.method) \(route.path)")
            }
        }
    }

    @Test func `nonsense is refused, never a fault`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            let chief = try await office.signInOperator()
            let names = ["x", "%00", "%F0%9F%94%94%27--", String(repeating: "9", count: 300)]
            let text = JSONValue.string("\u{0}'; DROP TABLE crm.person; --")
            let bodies: [JSONValue?] = [
                nil, [:], [], "x", .null, .number(1e300),
                ["name": text, "tenant": text, "user": text, "password": text, "number": text, "refreshToken": text],
                [
                    "name": .string(String(repeating: "长", count: 5000)), "numbers": [.string("1")], "roles": [text],
                    "fields": ["a": "\u{1F514}"], "customerID": "\u{202e}", "title": "x", "permissions": [],
                    "user": "u", "password": "12345678", "tenant": "t", "extras": ["fax", "fax"],
                    "admin": ["user": "a", "password": "12345678"], "isActive": true, "isVIP": false, "number": "1",
                ],
            ]
            for route in office.crm.routes where route.path != "/v1/sign-in" && route.path != "/v1/me/password" {
                for token in [boss, chief] {
                    for name in names {
                        for body in bodies {
                            let uri =
                                filled(route.path, name)
                                + "?limit=-1&cursor=\(name)&number=\(name)&name=%25%00&revision=0"
                            let answer = try await office.send(route.method, uri, body, as: token)
                            #expect(answer.status.code < 500, "\(route.method) \(uri)")
                        }
                        let plain = try await office.send(
                            route.method, filled(route.path, name), bodies.last ?? nil, as: token)
                        #expect(plain.status.code < 500, "\(route.method) \(route.path) \(name)")
                    }
                }
            }
        }
    }

    private func filled(_ path: String, _ name: String) -> String {
        path.split(separator: "/").map { $0.hasPrefix("{") ? name : String($0) }.reduce("") { "\($0)/\($1)" }
    }
}
