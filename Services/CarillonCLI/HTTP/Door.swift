/// The front door's APIs, for one who has signed in.
struct Door: Sendable {
    private let address: String
    private let client: APIClient

    /// - Parameter address: of the front door, such as `http://127.0.0.1:8080`.
    init(_ address: String, token: String? = nil) throws {
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
        client = try APIClient("\(self.address)/api", token: token)
    }

    /// The same door with this person's token.
    func signedIn(tenant: String, user: String, password: String) async throws -> Door {
        struct SignIn: Encodable {
            let tenant: String
            let user: String
            let password: String
        }
        struct Token: Decodable { let accessToken: String }
        let token = try await client.post(
            "/crm/v1/sign-in", SignIn(tenant: tenant, user: user, password: password), as: Token.self)
        return try Door(address, token: token.accessToken)
    }

    func get<Answer: Decodable>(_ path: String, as type: Answer.Type = Answer.self) async throws -> Answer {
        try await client.get(path, as: type)
    }

    @discardableResult
    func post(_ path: String, _ body: JSON = [:]) async throws -> JSON { try await client.post(path, body) }

    @discardableResult
    func put(_ path: String, _ body: JSON = [:]) async throws -> JSON { try await client.put(path, body) }

    /// Posts what may be there already.
    func make(_ path: String, _ body: JSON) async throws {
        do {
            try await post(path, body)
        } catch let refusal as APIRefusal where refusal.status == 409 {}
    }
}
