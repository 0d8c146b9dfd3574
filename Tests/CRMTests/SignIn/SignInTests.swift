import Contracts
import Database
import Foundation
import Hummingbird
import ServiceKit
import TestSupport
import Testing

@testable import CRM

@Suite struct SignInTests {
    @Test func `whoever knows the password gets a token that says who he is`() async throws {
        try await withOffice { office async throws in
            try await office.makeTenant("acme")
            let answer = try await office.tryToSignIn("boss", "acme", Office.password)
            let signedIn: SignedIn = try answer.decode()
            #expect(signedIn.tenant.rawValue == "acme" && signedIn.user.rawValue == "boss")
            #expect(signedIn.name == "The Boss" && signedIn.roles == ["admin"] && signedIn.expiresIn == 900)
            let me: Identity = try await office.send(.get, "/v1/me", as: signedIn.accessToken).decode()
            #expect(me.tenant == signedIn.tenant && me.roles == ["admin"])
            #expect(me.permissions.contains("customer.delete"))
        }
    }

    @Test(arguments: [
        ("boss", "acme", "wrong password"), ("nobody", "acme", Office.password), ("boss", "nowhere", Office.password),
        ("boss", "*", Office.password), ("", "", ""),
    ])
    func `whoever does not is told nothing more`(user: String, tenant: String, password: String) async throws {
        try await withOffice { office async throws in
            try await office.makeTenant("acme")
            let answer = try await office.tryToSignIn(user, tenant, password)
            #expect(answer.status == .unauthorized)
            #expect(answer.code == "sign_in_refused")
        }
    }

    @Test(arguments: ["boss", "nobody"])
    func `after ten tries in vain one has to wait, whether one exists or not`(user: String) async throws {
        try await withOffice { office async throws in
            try await office.makeTenant("acme")
            for _ in 1...10 {
                #expect(try await office.tryToSignIn(user, "acme", "wrong password").status == .unauthorized)
            }
            let eleventh = try await office.tryToSignIn(user, "acme", Office.password)
            #expect(eleventh.status == .tooManyRequests)
            #expect(eleventh.headers[.retryAfter] == "30")
            try await office.database.run("UPDATE crm.sign_in_try SET last_at = last_at - interval '31 seconds'")
            let later = try await office.tryToSignIn(user, "acme", Office.password)
            #expect(later.status == (user == "boss" ? .ok : .unauthorized))
        }
    }

    @Test func `a hundred guesses at once are ten tries`() async throws {
        try await withOffice { office async throws in
            try await office.makeTenant("acme")
            let answers = try await withThrowingTaskGroup { group in
                for _ in 1...100 {
                    group.addTask { try await office.tryToSignIn("boss", "acme", "wrong password").status }
                }
                return try await group.reduce(into: [HTTPResponse.Status]()) { $0.append($1) }
            }
            #expect(answers.filter { $0 == .unauthorized }.count == 10)
            #expect(answers.filter { $0 == .tooManyRequests }.count == 90)
        }
    }

    @Test func `a right password forgets the wrong ones`() async throws {
        try await withOffice { office async throws in
            try await office.makeTenant("acme")
            for _ in 1...3 {
                for _ in 1...9 { _ = try await office.tryToSignIn("boss", "acme", "wrong password") }
                #expect(try await office.tryToSignIn("boss", "acme", Office.password).status == .ok)
            }
        }
    }

    @Test func `a refresh token works once, and coming twice it ends the session`() async throws {
        try await withOffice { office async throws in
            let first: SignedIn = try await office.tryToSignIn("operator", "*", Office.operatorPassword).decode()
            let second = try await refresh(first.refreshToken, office)
            #expect(second.status == .ok)
            let next: SignedIn = try second.decode()
            #expect(next.refreshToken != first.refreshToken && next.user == first.user)
            try await office.database.run(
                "UPDATE crm.session SET refreshed_at = refreshed_at - interval '31 seconds'", tenant: "*")
            #expect(try await refresh(first.refreshToken, office).code == "session_over")
            #expect(try await refresh(next.refreshToken, office).code == "session_over")
        }
    }

    @Test func `an answer that was lost is asked for again with the token before`() async throws {
        try await withOffice { office async throws in
            let first: SignedIn = try await office.tryToSignIn("operator", "*", Office.operatorPassword).decode()
            let lost: SignedIn = try await refresh(first.refreshToken, office).decode()
            let again: SignedIn = try await refresh(first.refreshToken, office).decode()
            let next = try await refresh(again.refreshToken, office)
            #expect(next.status == .ok)
            // What was lost has come twice now: somebody else holds it.
            #expect(try await refresh(lost.refreshToken, office).code == "session_over")
            #expect(try await refresh(next.decode(SignedIn.self).refreshToken, office).code == "session_over")
        }
    }

    @Test func `the time for asking again is not prolonged by asking again`() async throws {
        try await withOffice { office async throws in
            let first: SignedIn = try await office.tryToSignIn("operator", "*", Office.operatorPassword).decode()
            for _ in 1...2 {
                #expect(try await refresh(first.refreshToken, office).status == .ok)
                try await office.database.run(
                    "UPDATE crm.session SET refreshed_at = refreshed_at - interval '16 seconds'", tenant: "*")
            }
            #expect(try await refresh(first.refreshToken, office).code == "session_over")
        }
    }

    @Test func `of a refresh token only the hash is kept`() async throws {
        try await withOffice { office async throws in
            let signedIn: SignedIn = try await office.tryToSignIn("operator", "*", Office.operatorPassword).decode()
            let secret = try #require(signedIn.refreshToken.split(separator: ".").last)
            let kept = try await office.database.query("SELECT session::text AS text FROM crm.session", tenant: "*") {
                try $0.get("text") as String
            }
            #expect(kept.count == 1 && kept.allSatisfy { !$0.contains(secret) })
        }
    }

    @Test(arguments: ["", ".", "a.b", "x", "a.b.c", String(repeating: "x", count: 1000)])
    func `what is not a refresh token is refused`(token: String) async throws {
        try await withOffice { office async throws in
            #expect(try await refresh(token, office).status == .unauthorized)
        }
    }

    @Test func `signing out needs the refresh token and nothing else, and ends that session only`() async throws {
        try await withOffice { office async throws in
            let desk: SignedIn = try await office.tryToSignIn("operator", "*", Office.operatorPassword).decode()
            let home: SignedIn = try await office.tryToSignIn("operator", "*", Office.operatorPassword).decode()
            let session = try #require(desk.refreshToken.split(separator: ".").first)
            try await signOut("\(session).guessed", office)
            let next: SignedIn = try await refresh(desk.refreshToken, office).decode()
            try await signOut(next.refreshToken, office)
            #expect(try await refresh(next.refreshToken, office).code == "session_over")
            #expect(try await refresh(home.refreshToken, office).status == .ok)
        }
    }

    @Test func `who changes his password needs the old one, and all his sessions end`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            let other: SignedIn = try await office.tryToSignIn("boss", "acme", Office.password).decode()
            let wrong: JSONValue = ["oldPassword": "not the old one", "newPassword": "a new password"]
            #expect(try await office.send(.put, "/v1/me/password", wrong, as: boss).status == .unauthorized)
            let short: JSONValue = ["oldPassword": .string(Office.password), "newPassword": "short"]
            #expect(try await office.send(.put, "/v1/me/password", short, as: boss).code == "password_refused")
            let right: JSONValue = ["oldPassword": .string(Office.password), "newPassword": "a new password"]
            #expect(try await office.send(.put, "/v1/me/password", right, as: boss).status == .noContent)
            #expect(try await refresh(other.refreshToken, office).status == .unauthorized)
            _ = try await office.signIn("boss", "acme", "a new password")
        }
    }

    @Test func `sessions that end are told, whatever ends them, and none twice`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            _ = try await office.makeUser("amy", ["agent"], in: "acme", by: boss)
            func entered() async throws -> (SignedIn, String) {
                let amy: SignedIn = try await office.tryToSignIn("amy", "acme", Office.password).decode()
                return (amy, String(try #require(amy.refreshToken.split(separator: ".").first)))
            }
            let (desk, deskID) = try await entered()
            try await signOut(desk.refreshToken, office)
            try await signOut(desk.refreshToken, office)
            let (_, firstID) = try await entered()
            let (_, secondID) = try await entered()
            let password: JSONValue = ["password": "another password"]
            #expect(try await office.send(.put, "/v1/users/amy/password", password, as: boss).status == .noContent)
            let told = try await office.facts().filter { $0.type == UserSessionsEnded.topic }
            let ended = try told.map { try $0.decode(UserSessionsEnded.self) }
            #expect(ended.allSatisfy { $0.userID == "amy" } && told.allSatisfy { $0.tenant == "acme" })
            #expect(ended.count == 2 && ended.first?.sessions == [deskID])
            // One more was hers from when she was made.
            #expect(
                ended.last?.sessions.count == 3
                    && ended.last.map { Set($0.sessions) }?.isSuperset(of: [firstID, secondID]) == true)
        }
    }

    @Test func `a user or a tenant who is not active cannot sign in or refresh`() async throws {
        try await withOffice { office async throws in
            let boss = try await office.makeTenant("acme")
            _ = try await office.makeUser("amy", ["agent"], in: "acme", by: boss)
            let amy: SignedIn = try await office.tryToSignIn("amy", "acme", Office.password).decode()
            #expect(try await office.send(.patch, "/v1/users/amy", ["isActive": false], as: boss).status == .ok)
            #expect(try await office.tryToSignIn("amy", "acme", Office.password).status == .unauthorized)
            #expect(try await refresh(amy.refreshToken, office).status == .unauthorized)
            let chief = try await office.signInOperator()
            #expect(try await office.send(.patch, "/v1/tenants/acme", ["isActive": false], as: chief).status == .ok)
            #expect(try await office.tryToSignIn("boss", "acme", Office.password).status == .unauthorized)
        }
    }

    @Test func `the keys are published, kept over a restart and shared by instances`() async throws {
        try await withOffice { office async throws in
            let token = try await office.signInOperator()
            let jwks = try await office.send(.get, "/.well-known/jwks.json")
            guard case .array(let keys)? = jwks.json["keys"] else {
                Issue.record("There are no keys.")
                return
            }
            #expect(keys.count == 1 && keys[0]["crv"] == "Ed25519" && keys[0]["d"] == nil)
            let again = SigningKeys(database: office.database)
            try await again.prepare()
            let published = try await again.jwks()
            #expect(try await TokenVerifier { published }.verify(token).isOperator)
        }
    }

    private func signOut(_ token: String, _ office: Office) async throws {
        let answer = try await office.send(.post, "/v1/sign-out", ["refreshToken": .string(token)])
        #expect(answer.status == .noContent)
    }

    private func refresh(_ token: String, _ office: Office) async throws -> Office.Answer {
        try await office.send(.post, "/v1/refresh", ["refreshToken": .string(token)])
    }
}
