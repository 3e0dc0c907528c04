#include "message.h"

#include <assert.h>

size_t message_skip_blank(const char *p, size_t n)
{
    size_t at = 0;
    while (n - at >= 2 && p[at] == '\r' && p[at + 1] == '\n')
        at += 2;
    return at;
}

static enum message_state message_fault(struct message *m, enum ff_status why)
{
    m->fault = why;
    return MESSAGE_BAD;
}

/* A line that begins with a blank would go on the one before it. */
static bool folds(const struct message *m, const char *p)
{
    return m->line > 0 && (p[m->line] == ' ' || p[m->line] == '\t');
}

/* Seeks the empty line, from where the last call left off. CR and LF must come in pairs and no line
 * be folded: llhttp takes some of that, and two readers that disagree about where a request ends
 * can be played off against each other. */
static enum message_state head_scan(struct message *m, const char *p, size_t n)
{
    while (m->seen < n) {
        if (folds(m, p))
            return MESSAGE_BAD;
        const char *lf = memchr(p + m->seen, '\n', n - m->seen);
        size_t end = lf ? (size_t)(lf - p) : n;
        const char *cr = memchr(p + m->seen, '\r', end - m->seen);
        if (!lf) {
            bool last = cr && cr + 1 == p + n; /* the LF may be on its way */
            m->seen = last ? n - 1 : n;
            return !cr || last ? MESSAGE_MORE : MESSAGE_BAD;
        }
        if (!cr || cr + 1 != lf)
            return MESSAGE_BAD;
        bool empty = p + m->line == cr;
        m->seen = m->line = end + 1;
        if (empty) {
            m->head_size = m->seen;
            return MESSAGE_DONE;
        }
    }
    return MESSAGE_MORE;
}

/* Something that can be no request at all (TLS, say) need not be waited for. */
static bool begins_like_a_request(char first)
{
    return (first >= 'A' && first <= 'Z') || first == '\r';
}

/* Parses a head that has come whole. */
static enum message_state head_parse(struct message *m, struct known **known, const char *p)
{
    enum ff_status status = http_parse_head(p, m->head_size, &m->head);
    if (status == FF_OK) {
        if (known)
            known_keep(known, p, m->head_size, &m->head);
        return MESSAGE_DONE;
    }
    m->head = (struct http_head){0}; /* nothing in it is to be believed */
    return message_fault(m, status);
}

static enum message_state head_take(struct message *m, const struct message_limits *limits,
                                    struct known **known, const char *p, size_t n)
{
    if (n && !begins_like_a_request(*p))
        return message_fault(m, FF_BAD_REQUEST);
    enum message_state state = head_scan(m, p, n);
    if (state == MESSAGE_BAD)
        return message_fault(m, FF_BAD_REQUEST);
    size_t size = state == MESSAGE_DONE ? m->head_size : n;
    if (size > limits->max_header)
        return message_fault(m, FF_HEADER_TOO_LARGE);
    return state == MESSAGE_MORE ? state : head_parse(m, known, p);
}

/* The head, the quick way where all of it has come and is like the last one. */
static enum message_state head_take_any(struct message *m, const struct message_limits *limits,
                                        struct known **known, const char *p, size_t n)
{
    if (m->seen == 0 && known)
        m->head_size = known_take(*known, p, n, limits->max_header, &m->head);
    if (m->head_size)
        m->known = *known;
    enum message_state state = m->head_size ? MESSAGE_DONE : head_take(m, limits, known, p, n);
    if (state != MESSAGE_DONE)
        return state;
    if (m->head.content_length > limits->max_body)
        return message_fault(m, FF_BODY_TOO_LARGE);
    return MESSAGE_DONE;
}

static enum message_state body_take(struct message *m, size_t n, size_t *used)
{
    size_t want = m->head_size + (size_t)m->head.content_length;
    m->body_size = (n < want ? n : want) - m->head_size;
    *used = want;
    return n < want ? MESSAGE_MORE : MESSAGE_DONE;
}

static enum message_state chunks_take(struct message *m, const struct message_limits *limits,
                                      char *p, size_t *n, size_t *used)
{
    size_t in = m->head_size + m->body_size, out = in;
    enum chunk_result result = chunk_decode(&m->chunk, p, &in, *n, &out, limits->max_body);
    m->body_size = out - m->head_size;
    switch (result) {
    case CHUNK_MORE:
        *n = out;
        return MESSAGE_MORE;
    case CHUNK_DONE:
        *used = in;
        return MESSAGE_DONE;
    case CHUNK_LARGE:
        return message_fault(m, FF_BODY_TOO_LARGE);
    default:
        return message_fault(m, FF_BAD_REQUEST);
    }
}

enum message_state message_take(struct message *m, const struct message_limits *limits, struct known **known,
                                char *p, size_t *n, size_t *used)
{
    *used = 0;
    if (!m->head_size) {
        enum message_state state = head_take_any(m, limits, known, p, *n);
        if (state != MESSAGE_DONE)
            return state;
    }
    return m->head.chunked ? chunks_take(m, limits, p, n, used) : body_take(m, *n, used);
}

size_t message_expected(const struct message *m)
{
    if (!m->head_size)
        return 0;
    return m->head_size + (m->head.chunked ? m->body_size + (size_t)m->chunk.left
                                           : (size_t)m->head.content_length);
}

bool message_awaits_continue(const struct message *m)
{
    return m->head_size && m->head.expects && m->body_size == 0 &&
           (m->head.chunked || m->head.content_length > 0);
}

struct net_request *message_request(const struct message *m, const char *p, struct net_request *room)
{
    assert(m->head_size);
    struct net_request *out = m->known ? known_request(m->known) : room;
    if (!m->known) {
        *out = (struct net_request){.note = NULL};
        http_set_fields(p, &m->head, out);
    }
    out->method = m->head.method;
    out->path = http_span(p, m->head.path);
    out->query = http_span(p, m->head.query);
    out->body = (struct ff_span){0};
    if (m->body_size)
        out->body = ff_span_of(p + m->head_size, m->body_size);
    out->head = ff_span_of(p, m->head_size);
    return out;
}

struct ff_span message_origin(const struct message *m, const char *p)
{
    if (m->known)
        return known_request(m->known)->origin;
    return m->head_size ? http_span(p, m->head.field[HTTP_ORIGIN]) : (struct ff_span){0};
}
