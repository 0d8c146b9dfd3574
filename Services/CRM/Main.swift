import Contracts
import ServiceKit

@main
struct Main {
    static func main() async {
        await runService(.crm, CRMConfiguration.init, schema: CRM.schema) { kit, configuration in
            let crm = try await CRM(kit, configuration)
            return crm.services()
        }
    }
}
