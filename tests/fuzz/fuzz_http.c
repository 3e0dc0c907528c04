/* HTTP: the bytes of a connection give the same requests in one piece as in any others, and whether or not
 * what is known of its heads helps. The first byte of the input says how it is cut. */
#include "fuzz.h"
#include "message.h"

static const struct message_limits limits = {.max_header = 4096, .max_body = 4096};

/* What came of a connection: every request written one after another, and how it ended. */
struct outcome {
    char *text;
    size_t n;
    enum message_state end;
};

static void note(FILE *out, struct ff_span s)
{
    fprintf(out, "%zu:", s.n);
    if (s.n > 0)
        fwrite(s.p, 1, s.n, out);
}

static void note_request(FILE *out, const struct message *m, const char *p)
{
    struct net_request room, q = *message_request(m, p, &room);
    const struct ff_span parts[] = {
        q.path, q.query,         q.body,          q.content_type, q.content_encoding, q.origin,
        q.host, q.authorization, q.if_none_match, q.user_agent,   q.dnt, q.gpc, q.head};
    fprintf(out, "%d %d ", (int)q.method, (int)m->head.keep_alive);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        note(out, parts[i]);
}

/* Takes whole messages off the front of the *n bytes at p, each from memory of exactly its size. */
static enum message_state take_all(struct message *m, struct known **known, char **p, size_t *n, FILE *out)
{
    for (;;) {
        size_t used = 0, blank = m->seen == 0 ? message_skip_blank(*p, *n) : 0;
        char *exact = fuzz_copy(*p + blank, *n - blank, 0);
        *n -= blank;
        free(*p);
        *p = exact;
        size_t before = *n;
        enum message_state state = message_take(m, &limits, known, *p, n, &used);
        MUST(*n <= before && used <= (state == MESSAGE_DONE ? *n : SIZE_MAX));
        if (state != MESSAGE_DONE)
            return state;
        note_request(out, m, *p);
        memmove(*p, *p + used, *n - used);
        *n -= used;
        *m = (struct message){0};
    }
}

/* Feeds the bytes in pieces of 1 to most, or in one (most 0). */
static struct outcome feed(const uint8_t *data, size_t size, size_t most, uint32_t seed, bool knows)
{
    struct known *known = NULL;
    struct outcome o = {.end = MESSAGE_MORE};
    struct message m = {0};
    FILE *out = open_memstream(&o.text, &o.n);
    char *p = malloc(1);
    size_t have = 0, at = 0;
    MUST(out && p);
    while (o.end == MESSAGE_MORE && at < size) {
        seed = seed * 1103515245 + 12345;
        size_t piece = most > 0 ? 1 + (seed >> 16) % most : size;
        if (piece > size - at)
            piece = size - at;
        p = realloc(p, have + piece);
        MUST(p);
        memcpy(p + have, data + at, piece);
        have += piece;
        at += piece;
        o.end = take_all(&m, knows ? &known : NULL, &p, &have, out);
    }
    known_free(&known);
    free(p);
    fclose(out);
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    uint8_t seed = data[0];
    data++;
    size--;
    struct outcome whole = feed(data, size, 0, 0, seed & 128),
                   pieces = feed(data, size, 1u << seed % 12, seed, !(seed & 128));
    MUST(whole.end == pieces.end && whole.n == pieces.n);
    MUST(whole.n == 0 || memcmp(whole.text, pieces.text, whole.n) == 0);
    free(whole.text);
    free(pieces.text);
    return 0;
}
