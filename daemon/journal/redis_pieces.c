#include "redis_pieces.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>

static void add(struct redis_pieces *p, const char *bytes, size_t n)
{
    p->piece[p->count++] = (struct iovec){.iov_base = (void *)(uintptr_t)bytes, .iov_len = n};
}

static void head_add(struct redis_pieces *p, char *head, char kind, size_t number)
{
    add(p, head, (size_t)snprintf(head, REDIS_PIECES_HEAD, "%c%zu\r\n", kind, number));
}

void redis_pieces_make(struct redis_pieces *p, const struct ff_span *argv, size_t argc)
{
    assert(argc <= REDIS_ARGS_MAX);
    p->at = p->count = 0;
    head_add(p, p->heads[0], '*', argc);
    for (size_t i = 0; i < argc; i++) {
        head_add(p, p->heads[i + 1], '$', argv[i].n);
        add(p, argv[i].p, argv[i].n);
        add(p, "\r\n", 2);
    }
}

void redis_pieces_pass(struct redis_pieces *p, size_t sent)
{
    while (p->at < p->count && sent >= p->piece[p->at].iov_len)
        sent -= p->piece[p->at++].iov_len;
    if (p->at == p->count)
        return;
    struct iovec *piece = &p->piece[p->at];
    piece->iov_base = (char *)piece->iov_base + sent;
    piece->iov_len -= sent;
}
