// SPDX-License-Identifier: Apache-2.0
import CLinux
import GatewayEngine
import GatewayModel
import Glibc
import JSONBytes
import Observability
import ProviderAdapters
import WicketProtocol

/// What `wicketd` does with its command line. The executable is one call of this.
package enum WicketDaemonMain {
    /// - Returns: the exit code.
    package static func run(_ arguments: [String]) -> Int32 {
        Signals.block()
        ProcessHardening.apply()
        wicket_tune_malloc()
        let context = ProcessContext.current
        let options: CommandLineOptions
        do throws(UsageFault) { options = try CommandLineOptions(parsing: arguments) } catch {
            write("wicketd: \(error.message)\n", to: 2)
            return ExitCode.usage
        }
        switch options.action {
        case .help:
            write(CommandLineOptions.help, to: 1)
            return ExitCode.success
        case .version:
            write("wicketd \(WicketVersion.release)\n", to: 1)
            return ExitCode.success
        case .checkConfiguration, .run: break
        }
        let configuration: Configuration
        let reloadable: Reloadable
        do throws(ConfigurationFaults) {
            configuration = try Configuration.load(options, context: context, catalog: ProviderCatalog.builtIn.providers)
            reloadable = try Reloadable(configuration)
        } catch {
            write(error.description + "\n", to: 2)
            ServiceManager().failed(errno: EINVAL, status: "The configuration is wrong")
            return ExitCode.configuration
        }
        if options.action == .checkConfiguration {
            write("\(configuration.file ?? "the built-in configuration"): good\n", to: 1)
            return ExitCode.success
        }
        return serve(configuration, reloadable, options, context)
    }

    private static func serve(
        _ configuration: Configuration, _ reloadable: Reloadable, _ options: CommandLineOptions, _ context: ProcessContext
    ) -> Int32 {
        let clock = GatewayClock.system
        let logger = Logger(
            output: LogOutput(standardErrorWith: context.environment, level: configuration.logLevel), clock: clock)
        let manager = ServiceManager()
        do {
            let activated = try ActivatedSockets.take()
            let daemon = try Daemon(
                configuration: configuration, reloadable: reloadable, options: options, context: context, logger: logger,
                clock: clock, manager: manager)
            return daemon.run(activated: activated)
        } catch {
            let text = (error as? ActivationFault)?.message ?? "the event loop cannot be made: \(error)"
            logger.critical("The daemon cannot start", ["detail": .text(text)])
            manager.failed(errno: EINVAL, status: text)
            return ExitCode.failure
        }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}

extension Reloadable {
    /// - Throws: a fault in `defaults:` that only the options' own reading finds.
    init(_ configuration: Configuration) throws(ConfigurationFaults) {
        var catalog = ProviderCatalog.builtIn
        for provider in configuration.providers { catalog = catalog.adding(provider) }
        var defaults = CallOptions()
        do {
            let document = try JSONDocument(configuration.defaults.json)
            try defaults.apply(document.root, of: document, path: "defaults")
        } catch {
            let message = (error as? GatewayFailure)?.message ?? "\(error)"
            throw ConfigurationFaults(
                faults: [ConfigurationFault(source: configuration.file ?? "configuration", mark: nil, message: message)])
        }
        self.init(
            catalog: catalog, pricing: Pricing(own: configuration.prices, catalog: catalog), budgets: configuration.budgets,
            defaults: defaults, retention: configuration.retention)
    }
}
