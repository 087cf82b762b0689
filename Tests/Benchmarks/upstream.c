// SPDX-License-Identifier: Apache-2.0
// A provider that answers at once: HTTP/1.1 keep-alive on loopback, OpenAI's chat completions, whole or as a burst of chunks.
// Usage: upstream PORT CHUNKS   (CHUNKS pieces in a streamed answer)
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { MAX_FD = 8192, ROOM = 1 << 20 };

struct peer {
    char *in;
    size_t have;
};
static struct peer peers[MAX_FD];
static char *whole, *stream;
static size_t whole_length, stream_length;

static void prepare(int chunks) {
    char text[800];
    memset(text, 'w', sizeof text - 1);
    for (size_t i = 7; i < sizeof text - 1; i += 8) text[i] = ' ';
    text[sizeof text - 1] = 0;
    char *body;
    int length = asprintf(&body,
        "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"bench-1\",\"choices\":[{\"index\":0,"
        "\"message\":{\"role\":\"assistant\",\"content\":\"%s\"},\"finish_reason\":\"stop\"}],"
        "\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":100,\"total_tokens\":112}}", text);
    whole_length = (size_t)asprintf(&whole,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", length, body);
    size_t room = 512 + (size_t)(chunks + 2) * 320;
    stream = malloc(room);
    size_t n = (size_t)sprintf(stream,
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
    for (int i = 0; i <= chunks; i++) {
        char event[320];
        int size = i == chunks ? sprintf(event, "data: [DONE]\n\n")
            : sprintf(event,
                "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"bench-1\","
                "\"system_fingerprint\":\"fp_44709d6fcb\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word%d\"},\"logprobs\":null,"
                "\"finish_reason\":%s}]}\n\n", i, i == chunks - 1 ? "\"stop\"" : "null");
        n += (size_t)sprintf(stream + n, "%x\r\n%s\r\n", size, event);
    }
    n += (size_t)sprintf(stream + n, "0\r\n\r\n");
    stream_length = n;
}

// Answers each complete request in the buffer; -1 when the peer is gone.
static int answer(int fd, struct peer *p) {
    for (;;) {
        char *end = memmem(p->in, p->have, "\r\n\r\n", 4);
        if (!end) return 0;
        size_t head = (size_t)(end + 4 - p->in), body = 0;
        *end = 0;
        char *field = strcasestr(p->in, "\r\ncontent-length:");
        *end = '\r';
        if (field) body = strtoul(field + 17, NULL, 10);
        if (p->have < head + body) return 0;
        int streams = memmem(p->in + head, body, "\"stream\":true", 13) != NULL;
        const char *out = streams ? stream : whole;
        size_t left = streams ? stream_length : whole_length;
        while (left > 0) {
            ssize_t n = send(fd, out, left, MSG_NOSIGNAL);
            if (n < 0 && errno == EAGAIN) continue; // a short burst into a reader that keeps up
            if (n < 0) return -1;
            out += n;
            left -= (size_t)n;
        }
        p->have -= head + body;
        memmove(p->in, p->in + head + body, p->have);
    }
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    prepare(atoi(argv[2]));
    signal(SIGPIPE, SIG_IGN);
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), loop = epoll_create1(0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) return perror("bind"), 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(loop, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(loop, events, 256, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                int c;
                while ((c = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    if (c >= MAX_FD) { close(c); continue; }
                    setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    if (!peers[c].in) peers[c].in = malloc(ROOM);
                    peers[c].have = 0;
                    event.data.fd = c;
                    epoll_ctl(loop, EPOLL_CTL_ADD, c, &event);
                }
                continue;
            }
            struct peer *p = &peers[fd];
            ssize_t n = read(fd, p->in + p->have, ROOM - p->have - 1);
            if (n < 0 && errno == EAGAIN) continue;
            if (n <= 0) { close(fd); continue; }
            p->have += (size_t)n;
            if (answer(fd, p) < 0) close(fd);
        }
    }
}
