import Contracts

/// The front door's APIs, for one who has signed in, as long as the session lasts.
struct Door: Sendable {
    /// Of the front door, as a page's that comes from there.
    let address: String
    private let client: APIClient
    private let key: DoorKey?

    /// - Parameter address: of the front door, such as `http://127.0.0.1:8080`.
    init(_ address: String) throws {
        let address = address.hasSuffix("/") ? String(address.dropLast()) : address
        try self.init(address, key: nil)
    }

    private init(_ address: String, key: DoorKey?) throws {
        self.address = address
        self.key = key
        client = try APIClient("\(address)/api")
    }

    /// A token of this person's, for who asks an instance at its own address.
    func token(tenant: String, user: String, password: String) async throws -> String {
        try await tokens(tenant, user, password).accessToken
    }

    /// The same door with this person's token.
    func signedIn(tenant: String, user: String, password: String) async throws -> Door {
        try Door(address, key: DoorKey(client, try await tokens(tenant, user, password)))
    }

    private func tokens(_ tenant: String, _ user: String, _ password: String) async throws -> DoorKey.Tokens {
        struct SignIn: Encodable {
            let tenant: String
            let user: String
            let password: String
        }
        return try await client.post(
            "/crm/v1/sign-in", SignIn(tenant: tenant, user: user, password: password), as: DoorKey.Tokens.self)
    }

    func get<Answer: Decodable & Sendable>(_ path: String, as type: Answer.Type = Answer.self) async throws -> Answer {
        try await carried { try await $0.get(path, as: type) }
    }

    @discardableResult
    func post(_ path: String, _ body: JSONValue = [:]) async throws -> JSONValue {
        try await carried { try await $0.post(path, body) }
    }

    @discardableResult
    func put(_ path: String, _ body: JSONValue = [:]) async throws -> JSONValue {
        try await carried { try await $0.put(path, body) }
    }

    /// Puts what another service may not know enough for yet.
    func insist(_ path: String, _ body: JSONValue) async throws {
        for attempt in 1... {
            do {
                try await put(path, body)
                return
            } catch let refusal as APIRefusal where refusal.status == 400 && attempt < 50 {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// Posts what may be there already.
    func make(_ path: String, _ body: JSONValue) async throws {
        do {
            try await post(path, body)
        } catch let refusal as APIRefusal where refusal.status == 409 {}
    }

    /// Asks with the token that is good now; once more if it is not any more.
    private func carried<Answer: Sendable>(_ ask: (APIClient) async throws -> Answer) async throws -> Answer {
        guard let key else { return try await ask(client) }
        var client = client
        let token = await key.accessToken
        client.token = token
        do {
            return try await ask(client)
        } catch let refusal as APIRefusal where refusal.status == 401 {
            client.token = try await key.renewed(after: token)
            return try await ask(client)
        }
    }
}

/// The tokens of one who has signed in. Access tokens live for minutes; a refresh token is good once.
actor DoorKey {
    /// What crm answers to a sign-in and to a refresh.
    struct Tokens: Decodable, Sendable {
        let accessToken: String
        let refreshToken: String
    }

    private let client: APIClient
    private var tokens: Tokens
    private var renewing: Task<Tokens, any Error>?

    init(_ client: APIClient, _ tokens: Tokens) {
        self.client = client
        self.tokens = tokens
    }

    var accessToken: String { tokens.accessToken }

    /// The token after one that was refused; however many ask, crm is asked once.
    func renewed(after spent: String) async throws -> String {
        guard tokens.accessToken == spent else { return tokens.accessToken }
        let task =
            renewing
            ?? Task { [client, tokens] in
                try await client.post("/crm/v1/refresh", ["refreshToken": tokens.refreshToken], as: Tokens.self)
            }
        renewing = task
        defer { renewing = nil }
        tokens = try await task.value
        return tokens.accessToken
    }
}
