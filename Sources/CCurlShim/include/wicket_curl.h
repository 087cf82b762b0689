// SPDX-License-Identifier: Apache-2.0
// libcurl's variadic calls, one typed inline function for each kind of argument: Swift cannot call variadic C.
#pragma once
#include <curl/curl.h>

typedef size_t (*wicket_curl_receiver)(char *bytes, size_t size, size_t count, void *user);
typedef int (*wicket_curl_socket_watcher)(CURL *easy, curl_socket_t socket, int interest, void *user, void *assigned);
typedef int (*wicket_curl_timer)(CURLM *multi, long milliseconds, void *user);
typedef curl_socket_t (*wicket_curl_open_socket)(void *user, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*wicket_curl_close_socket)(void *user, curl_socket_t socket);
typedef int (*wicket_curl_before_request)(void *user, char *peer, char *local, int peer_port, int local_port);

/// curl_global_init, with an allocator that overwrites what curl frees.
CURLcode wicket_curl_global_init(void);

static inline CURLcode wicket_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode wicket_curl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
/// curl copies the string.
static inline CURLcode wicket_curl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}
/// curl keeps the pointer.
static inline CURLcode wicket_curl_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode wicket_curl_set_body_receiver(CURL *easy, wicket_curl_receiver receiver, void *user) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receiver);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, user);
}
static inline CURLcode wicket_curl_set_head_receiver(CURL *easy, wicket_curl_receiver receiver, void *user) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receiver);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, user);
}
/// A socket is opened for a transfer, but closed with its connection, which may outlive that: two users.
static inline CURLcode wicket_curl_set_sockets(
    CURL *easy, wicket_curl_open_socket open, void *opener, wicket_curl_close_socket close, void *closer) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, opener);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close);
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, closer);
}
/// Called when a connection stands, a new or a reused one, and nothing of the request was sent.
static inline CURLcode wicket_curl_set_before_request(CURL *easy, wicket_curl_before_request before, void *user) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_PREREQDATA, user);
}
static inline CURLcode wicket_curl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}
static inline CURLcode wicket_curl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(easy, info, value);
}
static inline CURLcode wicket_curl_get_pointer(CURL *easy, CURLINFO info, void **value) {
    return curl_easy_getinfo(easy, info, value);
}
static inline CURLMcode wicket_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode wicket_curl_multi_set_watcher(CURLM *multi, wicket_curl_socket_watcher watcher, void *user) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watcher);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, user);
}
static inline CURLMcode wicket_curl_multi_set_timer(CURLM *multi, wicket_curl_timer timer, void *user) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, user);
}
/// Takes the next transfer that has ended, or returns NULL. (The message that curl hands out holds a union.)
static inline CURL *wicket_curl_multi_next_done(CURLM *multi, CURLcode *result) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}
