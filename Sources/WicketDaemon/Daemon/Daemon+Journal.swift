// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayStore
import Observability
import Reactor

extension Daemon {
    private static let minute: UInt64 = 60_000_000_000
    /// Between two steps: requests' rows go first.
    private static let breath: UInt64 = 5_000_000

    /// Takes away what the journal is not to keep any longer, every minute, in small steps.
    func maintainJournal(_ shared: SharedServices) {
        _ = main.reactor.schedule(at: main.reactor.now &+ Self.minute) { [self] in
            main.reactor.spawn { [self] in
                await trim(shared)
                maintainJournal(shared)
            }
        }
    }

    private func trim(_ shared: SharedServices) async {
        do throws(GatewayFailure) {
            while try await shared.store.trim(shared.reloadable.retention) {
                do throws(CancellationError) { try await main.reactor.sleep(nanoseconds: Self.breath) } catch { return }
            }
        } catch {
            logger.warning("Old rows of the journal could not be deleted", ["detail": .text(error.message)])
        }
    }
}
