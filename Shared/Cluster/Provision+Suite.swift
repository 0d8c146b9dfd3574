public import Contracts
public import Database

extension Provision {
    /// What the suite needs: for each service the role `carillon_<service>` and a schema of its own, and the schema `cluster`,
    /// owned by the role `carillon_cluster` that all of them are members of.
    ///
    /// - Parameter passwords: of the services to set up; their roles are named with `_` for `-`.
    public static func suite(
        _ passwords: [ServiceName: String], database: String = "carillon", prefix: String = "carillon"
    ) -> Provision {
        Provision(
            database: database,
            services: passwords.sorted { $0.key < $1.key }.map { service, password in
                Service(
                    role: "\(prefix)_\(service.rawValue.replacing("-", with: "_"))",
                    schema: service == .mediaServer ? "media" : service.rawValue, password: password)
            },
            common: [Common(role: "\(prefix)_cluster", schema: "cluster")])
    }
}
