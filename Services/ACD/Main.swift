import Contracts
import ServiceKit

@main
struct Main {
    static func main() async {
        if CommandLine.arguments.dropFirst().first == "--measure-routing" { return RoutingMeasurement.run() }
        await runService(
            .acd, ACDConfiguration.init, schema: Schema.migrations, journaled: true
        ) { @Sendable kit, configuration in
            ACD(kit: kit, configuration: configuration).services()
        }
    }
}
