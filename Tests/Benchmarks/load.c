// SPDX-License-Identifier: Apache-2.0
// Closed-loop load: each connection sends a request, waits for its whole answer, checks it, sends the next.
// Usage: load (unix:PATH | tcp:PORT) CONNECTIONS REQUESTS WARMUP (whole | stream) OPTIONS [QUESTIONS]
// QUESTIONS: a file of what the user says, a line each, in turn; without it no two requests are the same.
// unix: JSON-RPC lines to the gateway; tcp: HTTP/1.1 to the upstream itself. Prints one JSON object.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1 << 20 };

struct lane {
    int fd;
    char *in;
    size_t have, scanned;
    uint64_t sent_at, first_at;
    long id;
    int chunks;
};

static int rpc, streams;
static const char *options;
// What the user says, in turn, as the inside of a JSON string; without any, each request says something else.
static char **questions;
static long question_count;
static long next_id, finished, bad, warmup, total, chunks;
static uint32_t *latencies, *first_chunks;
static long recorded;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void read_questions(const char *path) {
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    if (!file) { perror(path); exit(1); }
    for (ssize_t n; (n = getline(&line, &room, file)) > 0;) {
        line[n - (line[n - 1] == '\n')] = 0;
        questions = realloc(questions, (size_t)(question_count + 1) * sizeof *questions);
        questions[question_count++] = strndup(line, 400);
    }
    fclose(file);
}

static void send_request(struct lane *l) {
    char body[1024], out[3072], question[512];
    l->id = ++next_id;
    if (question_count)
        strcpy(question, questions[l->id % question_count]);
    else
        sprintf(question, "Question %ld: what follows from this, and what would you look at next before deciding anything at all "
            "about it? Take the usual things into account, and the unusual ones too.", l->id);
    int size = sprintf(body,
        "{\"model\":\"bench-1\",\"messages\":[{\"role\":\"system\",\"content\":\"You are a helpful assistant that answers in few words.\"},"
        "{\"role\":\"user\",\"content\":\"%s\"}],\"temperature\":0.7,\"max_tokens\":256%s}",
        question, streams ? ",\"stream\":true" : "");
    int length = rpc
        ? sprintf(out, "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"method\":\"chat.completions.create\",\"params\":{\"request\":%s,"
            "\"options\":%s}}\n", l->id, body, options)
        : sprintf(out, "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer sk-bench\r\n"
            "content-type: application/json\r\ncontent-length: %d\r\n\r\n%s", size, body);
    l->have = l->scanned = 0;
    l->chunks = 0;
    l->first_at = 0;
    l->sent_at = now();
    if (send(l->fd, out, (size_t)length, MSG_NOSIGNAL) != length) { perror("send"); exit(1); }
}

// 1: the answer is whole and right; 0: more must come; -1: it is wrong.
static int look_rpc(struct lane *l) {
    char *line;
    while ((line = memchr(l->in + l->scanned, '\n', l->have - l->scanned))) {
        char *start = l->in + l->scanned;
        size_t length = (size_t)(line - start);
        l->scanned += length + 1;
        if (memmem(start, length < 64 ? length : 64, "\"method\":", 9)) {
            if (!l->chunks++) l->first_at = now();
            if (!memmem(start, length, "chatcmpl-bench", 14)) return -1;
            continue;
        }
        char want[64];
        int n = sprintf(want, "\"id\":%ld,\"result\"", l->id);
        if (!memmem(start, length, want, (size_t)n)) return -1;
        return streams ? (l->chunks > 0 ? 1 : -1) : memmem(start, length, "chatcmpl-bench", 14) ? 1 : -1;
    }
    return 0;
}

static int look_http(struct lane *l) {
    char *end = memmem(l->in, l->have, "\r\n\r\n", 4);
    if (!end) return 0;
    if (memcmp(l->in, "HTTP/1.1 200", 12)) return -1;
    if (streams) {
        if (!l->first_at) l->first_at = now();
        if (l->have < 7 || memcmp(l->in + l->have - 7, "\r\n0\r\n\r\n", 7)) return 0;
        for (char *p = l->in; (p = memmem(p, l->have - (size_t)(p - l->in), "data: {", 7)); p++) l->chunks++;
        return l->chunks > 0 ? 1 : -1;
    }
    char *field = strcasestr(l->in, "content-length:");
    size_t need = (size_t)(end + 4 - l->in) + strtoul(field + 15, NULL, 10);
    if (l->have < need) return 0;
    return memmem(l->in, l->have, "chatcmpl-bench", 14) ? 1 : -1;
}

static int open_lane(const char *target) {
    int one = 1, fd;
    if (rpc) {
        struct sockaddr_un a = {.sun_family = AF_UNIX};
        strncpy(a.sun_path, target + 5, sizeof a.sun_path - 1);
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&a, sizeof a)) return -1;
    } else {
        struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(target + 4)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&a, sizeof a)) return -1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
    return fd;
}

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}
static double at(uint32_t *values, long count, double share) {
    return count ? values[(long)((double)(count - 1) * share)] / 1000.0 : 0;
}

int main(int argc, char **argv) {
    if (argc < 7) return 2;
    rpc = !strncmp(argv[1], "unix:", 5);
    int lanes = atoi(argv[2]);
    total = atol(argv[3]);
    warmup = atol(argv[4]);
    streams = !strcmp(argv[5], "stream");
    options = argv[6];
    if (strlen(options) > 768) return 2;
    if (argc > 7) read_questions(argv[7]);
    latencies = calloc((size_t)total + 1, sizeof *latencies);
    first_chunks = calloc((size_t)total + 1, sizeof *first_chunks);
    struct lane *all = calloc((size_t)lanes, sizeof *all);
    int loop = epoll_create1(0);
    for (int i = 0; i < lanes; i++) {
        all[i].fd = open_lane(argv[1]);
        if (all[i].fd < 0) return perror("connect"), 1;
        all[i].in = malloc(ROOM);
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = &all[i]};
        epoll_ctl(loop, EPOLL_CTL_ADD, all[i].fd, &e);
    }
    uint64_t begun = warmup ? 0 : now();
    for (int i = 0; i < lanes; i++) send_request(&all[i]);
    struct epoll_event events[256];
    while (finished < warmup + total) {
        int count = epoll_wait(loop, events, 256, 20000);
        if (count <= 0) { fprintf(stderr, "no answer for 20 s\n"); return 1; }
        for (int i = 0; i < count && finished < warmup + total; i++) {
            struct lane *l = events[i].data.ptr;
            ssize_t n = read(l->fd, l->in + l->have, ROOM - l->have - 1);
            if (n <= 0) { fprintf(stderr, "hung up\n"); return 1; }
            l->have += (size_t)n;
            l->in[l->have] = 0;
            int verdict = rpc ? look_rpc(l) : look_http(l);
            if (!verdict) continue;
            uint64_t t = now();
            if (verdict < 0) {
                if (!bad++) fprintf(stderr, "bad answer: %.300s\n", l->in);
            }
            finished++;
            if (finished == warmup) begun = t;
            if (finished > warmup) {
                latencies[recorded] = (uint32_t)(t - l->sent_at);
                first_chunks[recorded++] = (uint32_t)(l->first_at ? l->first_at - l->sent_at : 0);
                chunks += l->chunks;
            }
            send_request(l);
        }
    }
    double seconds = (double)(now() - begun) / 1e9;
    qsort(latencies, (size_t)recorded, sizeof *latencies, by_value);
    qsort(first_chunks, (size_t)recorded, sizeof *first_chunks, by_value);
    printf("{\"requests\":%ld,\"bad\":%ld,\"seconds\":%.4f,\"rps\":%.0f,\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"first_p50\":%.1f,\"chunks\":%ld}\n",
        recorded, bad, seconds, (double)recorded / seconds, at(latencies, recorded, .5), at(latencies, recorded, .99),
        at(latencies, recorded, .999), at(first_chunks, recorded, .5), chunks);
    return bad > 0;
}
