// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayEngine
import GatewayModel
import GatewayStore
import Testing

private let account = "virtual_key/prod/usd/total"

private func reservation(_ id: Int, firstOfCall: Int? = nil, cost: Int? = 100) -> BudgetReservation {
    BudgetReservation(
        id: id, firstOfCall: firstOfCall ?? id, claims: [BudgetCharge(account: account, window: 0, amount: cost ?? 0)],
        traceID: "t\(firstOfCall ?? id)", spanID: "s", startedAtMilliseconds: 7, method: "chat.completions.create",
        peer: PeerIdentity(pid: 1, uid: 1000, gid: 1000, unit: "a.service"), policy: "web", virtualKey: "prod",
        provider: "openai", model: "m", target: "config", stream: true, metadata: Array(#"{"team":"a"}"#.utf8),
        worstCost: cost.map(NanoUSD.init))
}

private func settled(_ id: Int, _ amount: Int, isStored: Bool = true) -> BudgetSettlement {
    var settlement = BudgetSettlement(
        reservation: id, charges: [BudgetCharge(account: account, window: 0, amount: amount)])
    settlement.isStored = isStored
    return settlement
}

struct LedgerTableTests {
    @Test func `a row and the settlement of its reservations come together, once`() async throws {
        try await withStore { test in
            try await test.store.reserve(reservation(1))
            try await test.store.reserve(reservation(2, firstOfCall: 1))
            test.store.append(record("t1") { $0.settlements = [settled(1, 30), settled(2, 12)] })
            // Told again, as after a commit that failed to say that it was one.
            test.store.append(record("again") { $0.settlements = [settled(1, 30)] })
            try await test.store.flush()
            let found = try await test.store.recoverLedger()
            #expect(found == LedgerRecovery(spent: [BudgetCharge(account: account, window: 0, amount: 42)], calls: 0))
            #expect(try await test.allCalls().count == 2)
        }
    }

    @Test func `what was left open is settled at what was reserved, with one row for each call, once`() async throws {
        let path = NSTemporaryDirectory() + "wicket-test-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await leaveOpen(path)

        let second = try TestStore(path: path)
        #expect(
            try await second.store.recoverLedger()
                == LedgerRecovery(spent: [BudgetCharge(account: account, window: 0, amount: 135)], calls: 2))
        let calls = try await second.allCalls().map(\.record)
        #expect(calls.map(\.traceID) == ["t1", "t2", "t4"])
        #expect(calls.map(\.cost) == [.unpriced, .estimated(NanoUSD(105)), .unpriced])
        #expect(calls[1].attempts == 2 && calls[1].errorName == "internal_error" && calls[1].status == 500)
        #expect(calls[1].peer.uid == 1000 && calls[1].policy == "web" && calls[1].virtualKey == "prod" && calls[1].stream)
        #expect(calls[1].metadata.map(Array.init) == Array(#"{"team":"a"}"#.utf8))
        #expect(try await second.store.recoverLedger().calls == 0)
        #expect(try await second.allCalls().count == 3)
        try await second.store.close()
    }

    private func leaveOpen(_ path: String) async throws {
        let first = try TestStore(path: path)
        try await first.store.reserve(reservation(1))
        try await first.store.reserve(reservation(2))
        try await first.store.reserve(reservation(3, firstOfCall: 2, cost: 5))
        try await first.store.reserve(reservation(4, cost: nil))
        first.store.append(record("t1") { $0.settlements = [settled(1, 30)] })
        try await first.store.close()
    }

    @Test func `a settlement without a row is kept until the disk takes it`() async throws {
        try await withStore { test in
            try await test.store.reserve(reservation(1))
            test.store.settle(settled(1, 0))
            test.store.settle(settled(2, 9, isStored: false))
            try await test.store.adjustLedger([BudgetCharge(account: account, window: 0, amount: -4)], nil)
            try await test.store.flush()
            #expect(
                try await test.store.recoverLedger()
                    == LedgerRecovery(spent: [BudgetCharge(account: account, window: 0, amount: 5)], calls: 0))
        }
    }

    @Test func `no flood drives out a row that settles, and a full disk loses no settlement`() async throws {
        var options = StoreOptions()
        options.queueLimit = 10
        options.firstPauseMilliseconds = 1
        options.longestPauseMilliseconds = 4
        try await withStore(options) { test in
            for id in 1...50 { try await test.store.reserve(reservation(id)) }
            let pages = try await test.store.read { try $0.integer("PRAGMA page_count") }
            try await test.store.write { try $0.execute("PRAGMA max_page_count = \(pages)") }
            for index in 0..<1000 { test.store.append(record("\(index)") { $0.model = String(repeating: "m", count: 1000) }) }
            for id in 1...50 { test.store.append(record("t\(id)") { $0.settlements = [settled(id, 3)] }) }
            test.store.append(record("let through") { $0.settlements = [settled(51, 7, isStored: false)] })
            // Nothing is reserved where nothing can be kept.
            let refused = await failure {
                var large = reservation(60)
                large.metadata = Array(repeating: 0x20, count: 100_000)
                try await test.store.reserve(large)
            }
            #expect(refused?.retryable == true)
            try await test.store.write { try $0.execute("PRAGMA max_page_count = 100000") }
            try await test.store.flush()
            let found = try await test.store.recoverLedger()
            #expect(found == LedgerRecovery(spent: [BudgetCharge(account: account, window: 0, amount: 157)], calls: 0))
            #expect(try await test.allCalls().filter { $0.record.traceID.hasPrefix("t") }.count == 50)
        }
    }

    @Test func `an account forgets its oldest windows, and one of long ago is forgotten whole`() async throws {
        var options = StoreOptions()
        options.wallMilliseconds = { 2_000_000_000_000 }
        try await withStore(options) { test in
            let hourly = "budget/b/tokens/hourly/x"
            let charges = (1...20).map { BudgetCharge(account: hourly, window: 1_999_000_000_000 + $0 * 3_600_000, amount: $0) }
            let old = [
                BudgetCharge(account: "budget/c/usd/daily", window: 1_000_000_000_000, amount: 1),
                BudgetCharge(account: account, window: 0, amount: 1),
            ]
            try await test.store.adjustLedger(charges + old, nil)
            #expect(Set(try await test.store.recoverLedger().spent.map(\.amount)) == Set(13...20).union([1]))
            #expect(try await test.store.recoverLedger().spent.count == 9)
        }
    }
}
