import Contracts
import ServiceKit

@main
struct Main {
    static func main() async {
        await runService(.reporting, ReportingConfiguration.init, schema: Reporting.schema) { @Sendable kit, _ in
            Reporting(kit: kit).services()
        }
    }
}
