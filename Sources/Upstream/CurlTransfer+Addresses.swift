// SPDX-License-Identifier: Apache-2.0
import CCurl
import CCurlShim
import GatewayModel
import Glibc

/// Where a transfer's connection may lead. A request that must not reach the host itself is stopped twice: no socket is opened to
/// such an address, and on a connection that somebody else has opened the request is not sent.
extension CurlTransfer {
    func installAddressChecks() {
        let transfer = Unmanaged.passUnretained(self).toOpaque()
        let sockets = Unmanaged.passUnretained(transport.sockets).toOpaque()
        _ = wicket_curl_set_sockets(easy, { user, _, address in
            var descriptor = CURL_SOCKET_BAD
            guard let address else { return descriptor }
            withOwner(CurlTransfer.self, user) { descriptor = $0.openSocket(address) }
            return descriptor
        }, transfer, { user, descriptor in
            var result: Int32 = 0
            withOwner(CurlSockets.self, user) { result = $0.close(descriptor) }
            return result
        }, sockets)
        _ = wicket_curl_set_before_request(easy, { user, peer, _, _, _ in
            var verdict = CURL_PREREQFUNC_OK
            withOwner(CurlTransfer.self, user) { if !$0.maySend(to: peer) { verdict = CURL_PREREQFUNC_ABORT } }
            return Int32(verdict)
        }, transfer)
    }

    private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>) -> Int32 {
        if refusesHostItself {
            let place = UnsafeRawPointer(address).advanced(by: MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0)
            let isRefused = HostItself.contains(
                place.assumingMemoryBound(to: sockaddr.self), family: address.pointee.family,
                length: Int(address.pointee.addrlen))
            if isRefused {
                refuseAddress()
                return CURL_SOCKET_BAD
            }
        }
        return transport.sockets.open(address.pointee.family, address.pointee.socktype, address.pointee.protocol)
    }

    private func maySend(to peer: UnsafeMutablePointer<CChar>?) -> Bool {
        guard refusesHostItself else { return true }
        if let peer, !HostItself.contains(peer) { return true }
        refuseAddress()
        return false
    }
}
