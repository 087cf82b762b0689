// SPDX-License-Identifier: Apache-2.0
import GatewayEngine
import GatewayModel
import Testing

@testable import KeyVault

struct VaultLockTests {
    private let second: UInt64 = 1_000_000_000

    private func master() throws -> OpenMaster {
        let key = try MasterKey(random: .system)
        return OpenMaster(key: key, record: VaultMasterRow(key, from: .file, now: 0))
    }

    private func code(_ body: () throws(GatewayFailure) -> Void) -> ErrorCode? {
        do throws(GatewayFailure) { try body() } catch { return error.code }
        return nil
    }

    @Test func `locked, it gives no master key and says what it needs; open, it is not opened again`() throws {
        var lock = VaultLock()
        #expect(try lock.beginUnlock(now: 0))
        lock.endUnlock(.notOpened(.passphrase(isNew: false)))
        #expect(lock.reason == .passphrase(isNew: false))
        let failure = #expect(throws: GatewayFailure.self) { try lock.master }
        #expect(failure?.code == .vaultLocked && failure?.message.contains("wicket vault unlock") == true)
        #expect(throws: GatewayFailure.self) { try lock.beginRotation() }
        #expect(try lock.beginUnlock(now: 0))
        lock.endUnlock(.opened(try master()))
        #expect(lock.reason == nil)
        #expect(try lock.beginUnlock(now: 0) == false)
    }

    @Test func `one unlock at a time, and each wrong passphrase makes the next one wait longer, up to half a minute`() throws {
        var lock = VaultLock()
        var now: UInt64 = 5 * second
        for expected in [1, 2, 4, 8, 16, 30, 30, 30] as [UInt64] {
            #expect(try lock.beginUnlock(now: now))
            #expect(code { () throws(GatewayFailure) in _ = try lock.beginUnlock(now: now) } == .conflict)
            lock.endUnlock(.wrongPassphrase(now: now))
            let early = #expect(throws: GatewayFailure.self) { try lock.beginUnlock(now: now + expected * second - 1) }
            #expect(early?.code == .rateLimited && early?.retryAfterMilliseconds == 1)
            now += expected * second
        }
        #expect(try lock.beginUnlock(now: now))
        lock.endUnlock(.notOpened(nil))
        #expect(try lock.beginUnlock(now: now))
        lock.endUnlock(.opened(try master()))
    }

    @Test func `a rotation and a change of a key keep each other out`() throws {
        var lock = VaultLock()
        _ = try lock.beginUnlock(now: 0)
        lock.endUnlock(.opened(try master()))
        try lock.claim("a")
        #expect(code { () throws(GatewayFailure) in _ = try lock.beginRotation() } == .conflict)
        lock.release("a")
        let (old, new) = (try lock.beginRotation(), try master())
        #expect(code { () throws(GatewayFailure) in try lock.claim("a") } == .conflict)
        #expect(code { () throws(GatewayFailure) in _ = try lock.beginRotation() } == .conflict)
        #expect(try lock.master.key.id == old.key.id)
        lock.endRotation(nil)
        #expect(try lock.master.key.id == old.key.id)
        _ = try lock.beginRotation()
        lock.endRotation(new)
        #expect(try lock.master.key.id == new.key.id)
        try lock.claim("a")
    }
}
