import Contracts
import ServiceKit

@main
struct Main {
    static func main() async {
        await runService(
            .acd, ACDConfiguration.init, schema: Schema.migrations, journaled: true
        ) { @Sendable kit, configuration in
            ACD(kit: kit, configuration: configuration).services()
        }
    }
}
