import ServiceKit

/// What an operator can set for crm, besides what every service has (`ServiceSettings`).
///
/// - `bootstrap.operator.password` (secret, 8 to 128 characters): password of the user `operator` of the tenant `*`, who is made at
///   the first start; not needed after it.
/// - `token.seconds` (int 60 to 86400, default 900): how long an access token is good.
/// - `session.seconds` (int 60 to 2592000, default 86400): how long a session can be refreshed.
/// - `country.code` (1 to 3 digits, default 86): what a telephone number without `+` is dialled in.
/// - `password.memory.mib` (int 8 to 1024, default 64) and `password.passes` (int 1 to 10, default 3): what argon2id costs.
struct CRMConfiguration: Sendable {
    var operatorPassword: String?
    var tokenLife: Duration = .seconds(900)
    var sessionLife: Duration = .seconds(86_400)
    var countryCode = "86"
    var passwordCost = PasswordCost.standard

    init() {}

    init(_ settings: Settings) throws(ConfigurationError) {
        operatorPassword = try settings.optionalSecret("bootstrap.operator.password")
        if let password = operatorPassword, let complaint = PasswordRule.complaint(password) {
            throw ConfigurationError("BOOTSTRAP_OPERATOR_PASSWORD", complaint)
        }
        tokenLife = .seconds(try settings.int("token.seconds", default: 900, in: 60...86_400))
        sessionLife = .seconds(try settings.int("session.seconds", default: 86_400, in: 60...2_592_000))
        countryCode = try settings.string("country.code", default: "86")
        guard (1...3).contains(countryCode.count), countryCode.allSatisfy({ ("0"..."9").contains($0) }) else {
            throw ConfigurationError("COUNTRY_CODE", "“\(countryCode)” is not allowed; allowed: 1 to 3 digits.")
        }
        passwordCost = PasswordCost(
            memoryBytes: try settings.int("password.memory.mib", default: 64, in: 8...1024) << 20,
            passes: try settings.int("password.passes", default: 3, in: 1...10))
    }
}
